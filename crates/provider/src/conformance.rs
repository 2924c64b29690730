//! The checks every provider passes, run over a harness per vendor.
