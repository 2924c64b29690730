//! The engine over the in-memory provider and SQLite, on a clock that moves only when told to.
#![expect(clippy::unwrap_used, reason = "tests")]

mod doubt;
mod histories;
mod life;
mod pushes;
mod steering;
mod world;
