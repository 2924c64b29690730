//! Outdial's nouns.
//!
//! Everything the other crates talk about lives here and does nothing by itself: ids, telephone
//! numbers, tasks, contacts, calls, segments, the dispatch ledger's words, schedules and the clock.
//! Types carry the rules: a [`Phone`] is always E.164 and never prints, an id always has its prefix,
//! a status only moves along the edges its state machine has.
//!
//! Not for: I/O, persistence, HTTP shapes, anything a vendor says in its own words.

mod access;
mod budget;
mod call;
mod cap;
mod cause;
mod clock;
mod contact;
mod dispatch;
mod erasure;
mod event;
mod field_problem;
mod hours;
mod id;
mod insight;
mod knowledge;
mod names;
mod obstacle;
mod openings;
mod pacing;
mod person;
mod phone;
mod policy;
mod priority;
mod push;
mod reconciliation;
mod redial;
mod retry;
mod route;
mod safety;
mod schedule;
mod script;
mod segment;
mod status;
mod suppression;
mod task;
mod turns;
mod webhook;
mod weekly;
mod window;
mod zone;

pub use access::{Scope, Scopes};
pub use budget::BudgetDay;
pub use call::{Call, Disposition, RawOutcome};
pub use cap::{Attempt, Cap, CapPer, Full};
pub use cause::{Cause, Why};
pub use clock::{Clock, ManualClock, SystemClock};
pub use contact::{Contact, ContactStatus, EXPIRED, HoldReason};
pub use dispatch::{Dispatch, DispatchKind, DispatchOutcome};
pub use erasure::{Erased, Erasure, ErasureStatus};
pub use event::{Event, EventType};
pub use field_problem::FieldProblem;
pub use hours::{Closed, Hours, read_day, read_moment};
pub use id::{
    AuditId, CallId, ContactId, DispatchId, EmergencyStopId, EndpointId, ErasureId, EventId, IdError, KeyId,
    PushId, SegmentId, SuppressionId, TaskId,
};
pub use insight::{Insight, InsightKind};
pub use jiff::Timestamp;
pub use knowledge::{Confidence, Source};
pub use names::{AccountId, NameError, ProviderKind, Purpose, RouteId, TenantId};
pub use obstacle::Obstacle;
pub use openings::{Opening, Openings};
pub use pacing::Pacing;
pub use person::PersonName;
pub use phone::{Country, Phone, PhoneError};
pub use policy::{Policy, Rules};
pub use priority::Priority;
pub use push::{KeptPush, PushState};
pub use reconciliation::{Tallied, Tally};
pub use redial::Redial;
pub use retry::Retry;
pub use route::{Considered, RouteDecision};
pub use safety::{Decision, Delivery, OnUnknown, Safety, Staged};
pub use schedule::{Schedule, StartMode};
pub use script::Script;
pub use secrecy::{ExposeSecret, SecretString as Secret};
pub use segment::{Segment, SegmentStatus};
pub use status::UnknownStatus;
pub use suppression::{NewSuppression, SUPPRESSED, Suppression};
pub use task::{Counts, DesiredStatus, Task, TaskSpec, TaskStatus};
pub use turns::{Claimant, turns};
pub use webhook::{DeliveryStatus, DisabledReason, EndpointStatus, PersonalData};
pub use window::{Days, Weekday, Window};
pub use zone::{UnknownZone, Whereabouts, Zone};
