//! What the way out does not let through, and how what it lets through ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod book;
mod downloads;
mod forbidden;
mod leading_astray;
