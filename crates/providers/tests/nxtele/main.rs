//! The NXTele adapter against the simulated vendor, over real HTTP.
//!
//! `bench` a simulated vendor and an account of it · `dialing` a campaign's life · `doubt` answers
//! that are lost, late or wrong · `pushes` webhooks · `reading` what people see.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

mod bench;
mod dialing;
mod doubt;
mod pushes;
mod reading;
