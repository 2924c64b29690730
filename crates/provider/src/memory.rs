//! The smallest honest provider: everything in memory, nothing rung.

/// A provider without a vendor.
#[derive(Debug)]
pub struct MemoryProvider;
