//! Where Outdial keeps what it must never forget: tasks, contacts, calls, segments, events and the
//! dispatch ledger.
//!
//! [`Store`] is the contract (with [`Outbox`], the log of events and its outlets, [`Inbox`], what vendors push,
//! [`Access`], keys and the audit log, [`Suppressions`], who is not to be called, and [`Privacy`]);
//! every method is one transaction, durable when it returns. There are two
//! engines, chosen by [`open()`]: [`sqlite`], a file that one process uses alone, and [`postgres`], a database
//! that several processes share. Both pass one suite ([`conformance`]); their statements are written once
//! (`sql`) and compiled for each, beside the few words in which the engines differ (`dialect`). Nowhere
//! else is SQL. What a change *means* (which status follows which, which event tells it) is
//! decided once, outside: a change arrives as a compare-and-set with its event's kind implied.
//!
//! Every row has a tenant; queries on behalf of a client take the tenant first and a foreign row
//! does not exist for them.
//!
//! Not for: decisions, time (an argument), vendors.

mod access;
mod asked;
mod change;
pub mod conformance;
mod contract;
mod dispatch;
mod error;
mod failure;
mod inbox;
mod keyring;
mod meaning;
mod moves;
mod once;
mod open;
mod outbox;
pub mod postgres;
mod privacy;
mod query;
mod row;
mod sealing;
pub mod sqlite;
mod suppression;
#[cfg(feature = "testing")]
pub mod testing;
mod vault;
mod webhook;

pub use access::{Access, ApiKey, AuditEntry, EmergencyStop};
pub use asked::{
    AddOutcome, AddedContact, Begin, Destination, KeptRecording, Lease, NewContact, NewTask, ReservedSlots,
    TaskPatch,
};
pub use change::{CallChange, Changes, ContactChange, DispatchChange, SegmentChange, Skipped, TaskChange};
pub use contract::Store;
pub use dispatch::{
    Budgets, Candidate, Choice, ChosenBatch, DispatchPlan, LinesWanted, Past, PastWanted, Planned,
    SegmentTarget, Shortage, Spent, Unplanned,
};
pub use error::StoreError;
pub use failure::Failure;
pub use inbox::{Inbox, Intake, LeasedPush, NewPush, PushEnd, PushesKept, SettledPush};
pub use keyring::{Keyring, MasterKey};
pub use once::{Answer, Effect, Once, OnceKey};
pub use open::open;
pub use outbox::Outbox;
pub use privacy::{Forgetting, Privacy};
pub use query::{
    CallFilter, Clues, ContactFilter, Doubt, Feed, FeedFilter, Held, Page, Prospect, TaskFilter, TaskWork,
    Traced,
};
pub use sealing::{Rewrapped, SealProgress, Step};
pub use suppression::{SuppressionFilter, Suppressions};
pub use vault::SealError;
pub use webhook::{
    Backlog, Delivery, DeliveryResult, EndpointPatch, EndpointSettings, Judgement, NewEndpoint, Person,
    PlannedDeliveries, Recovered, Replay, SealedSecret, Settled, TakenDelivery, Verdict, WebhookEndpoint,
};
