//! The engine over the in-memory provider and SQLite, on a clock that moves only when told to.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod budgets;
mod calls;
mod capping;
mod door;
mod doubt;
mod fencing;
mod gate;
mod held;
mod hints;
mod histories;
mod life;
mod moving;
mod pushes;
mod recovery;
mod retention;
mod sharing;
mod staging;
mod steering;
mod unknown;
mod webhooks;
mod world;
