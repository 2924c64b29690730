//! A real server, a real simulator and helpers named after verbs, for tests.
//!
//! [`TestApp`] is both, on free ports and with a database of its own; [`Api`] says what a client
//! says, [`Vendors`] what only a test can ask of the simulated vendors. Waiting is for a condition,
//! never for a duration, and gives up with the last thing seen.
//!
//! Everything here panics when it does not succeed: a test has nothing better to do.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed step is the end of a test")]

mod api;
mod app;
mod vendors;
mod wait;

pub use api::{Answer, Api};
pub use app::{Setup, TestApp};
pub use vendors::{Rings, Vendors};
pub use wait::until;
