//! The statements of every engine, written once and compiled for each.
//!
//! An engine includes this folder beside its own `dialect`, which names its types and has the few words
//! in which the engines differ, as macros that make text. Statements use numbered parameters and text,
//! 64-bit integers, booleans and bytes. Whoever writes anything of a task locks the task first
//! ([`task::lock`]); a client's key for a request comes before that ([`once::begin`]), and the tenant's log of
//! events after everything else ([`event::News`]).
//!
//! Not for connections, migrations and what only one engine can do: those are the engine's own.

/// The strings of a JSON array, for `IN`.
macro_rules! words {
    ($parameter:literal) => {
        concat!("(SELECT value FROM ", wanted!($parameter), ")")
    };
}

/// Whoever is not done and not being taken back, as the index of those whose time is limited has it.
macro_rules! expiring {
    () => {
        "expires_at IS NOT NULL AND cancel_requested = FALSE
         AND status IN ('queued', 'held', 'submitting', 'submitted', 'dialing', 'unknown')"
    };
}

#[macro_use]
mod transaction;

mod access;
mod apply;
mod attempt;
mod audit;
mod batch;
mod budget;
mod call;
mod candidates;
mod condition;
mod contact;
mod content;
mod contention;
mod counter;
mod delivery;
mod delivery_log;
mod endpoint;
mod erasure;
mod event;
mod fan_out;
mod feed;
mod halting;
mod inbox;
mod intake;
mod key;
mod lease;
mod ledger;
mod line;
mod moving;
mod newest;
mod once;
mod outbox;
mod outcome;
mod plan;
mod privacy;
mod prospect;
mod push;
mod redial;
mod replay;
mod retention;
mod returning;
mod sealing;
mod segment;
mod settling;
mod store;
mod suppressing;
mod suppression;
mod take_back;
mod taking;
mod tally;
mod task;
mod trace;
pub(super) mod unlock;
mod verdict;
mod waiting;
mod work;

use super::Engine;
use super::dialect::{Connection, Database};
