//! What tests of the way out need at its other end: a host of few words, one nobody is to connect to, and
//! names that lead to either. Only with
//! the feature `testing`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "for tests")]

mod canary;
mod host;
mod signpost;

pub use canary::Canary;
pub use host::{Conduct, Host};
pub use signpost::Signpost;
