//! The Tencent Cloud CCC adapter against the simulated vendor, over real HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

mod bench;
mod calls;
mod dialing;
mod doubt;
mod reading;
mod twins;
