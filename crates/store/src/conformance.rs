//! The checks every engine of the store passes.
