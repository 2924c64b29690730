//! Filled with the vendor.
