//! What tests of the way out need at its other end: a host of few words, and one nobody is to connect to. Only with
//! the feature `testing`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "for tests")]

mod canary;
mod host;

pub use canary::Canary;
pub use host::{Conduct, Host};
