//! Stories told end to end: a real gateway, real HTTP, the vendors' own wire protocols.
#![expect(clippy::unwrap_used, reason = "tests")]

mod smoke;
