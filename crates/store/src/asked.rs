//! What the store is asked to write, and what it answers beside the nouns themselves.

use outdial_model::{
    AccountId, ContactId, DesiredStatus, PersonName, Phone, Redial, RouteDecision, Secret, Segment, TaskId,
    TaskSpec, TaskStatus, TenantId, Timestamp,
};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::{Duration, Instant};

/// A task to be accepted.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its id.
    pub id: TaskId,
    /// The client's own key.
    pub external_id: Option<String>,
    /// Where it dials.
    pub account: AccountId,
    /// The route that chose the account, and why.
    pub route: Option<RouteDecision>,
    /// What was asked for.
    pub spec: TaskSpec,
    /// `draft` for a manual start, else `scheduled`.
    pub status: TaskStatus,
    /// `draft` for a manual start, else `running`.
    pub desired: DesiredStatus,
    /// A vendor's task made in the vendor's console that this task takes over.
    pub adopted: Option<Segment>,
    /// Whose people it calls again, of a task of the same tenant; they are taken over with [`Store::fill_task`](crate::Store::fill_task).
    pub redial: Option<Redial>,
    /// Who asks for it, as budgets know them.
    pub client: Option<String>,
}

/// A contact to be accepted (status `queued`). Printing it shows no personal data.
#[derive(Clone)]
pub struct NewContact {
    /// Its id.
    pub id: ContactId,
    /// The client's own key.
    pub external_id: Option<String>,
    /// Whom to ring.
    pub phone: Phone,
    /// What the person is called.
    pub name: Option<PersonName>,
    /// Values for the script's variables.
    pub variables: BTreeMap<String, String>,
    /// The IANA name of the zone they are in.
    pub time_zone: Option<Box<str>>,
    /// They are not dialed from this instant on.
    pub expires_at: Option<Timestamp>,
    /// The client's own key of the person, the same in every task.
    pub person_id: Option<String>,
}

impl NewContact {
    /// Somebody of whom only the number is known.
    pub fn new(id: ContactId, phone: Phone) -> Self {
        let (external_id, name, variables) = (None, None, BTreeMap::new());
        let (time_zone, expires_at, person_id) = (None, None, None);
        Self { id, external_id, phone, name, variables, time_zone, expires_at, person_id }
    }
}

impl Debug for NewContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewContact").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What became of one contact that was to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedContact {
    /// Stored under its id.
    Added(ContactId),
    /// Its external id was there already, under this id; nothing was added.
    Existing(ContactId),
}

/// What became of a batch of contacts, in the order given.
#[derive(Debug, Clone)]
pub struct AddOutcome {
    /// One for each contact given.
    pub contacts: Vec<AddedContact>,
}

/// What a client changes of a task with PATCH: the whole new spec.
#[derive(Debug, Clone)]
pub struct TaskPatch {
    /// The spec as it is from now on.
    pub spec: TaskSpec,
}

/// Where a task moves to.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Where it dials now.
    pub from: AccountId,
    /// Where it is to dial.
    pub account: AccountId,
    /// The route that chose it, and why.
    pub route: Option<RouteDecision>,
    /// Why it moves, for people.
    pub why: String,
}

/// A verb asked for by a client: what is desired from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begin {
    /// What is asked for.
    pub desired: DesiredStatus,
    /// The status the task shows until it is confirmed.
    pub status: TaskStatus,
}

/// Where the recording of a call is. Printing it shows no URL.
#[derive(Debug, Clone)]
pub struct KeptRecording {
    /// The account that placed the call.
    pub account: AccountId,
    /// The vendor's URL; `None` while the vendor has told of no recording.
    pub url: Option<Secret>,
}

/// Places taken in a request budget.
#[derive(Debug, Clone, Copy)]
pub struct ReservedSlots {
    /// How long it is until the first, from an instant between the two below.
    pub wait: Duration,
    /// When the row was asked for, with a connection in hand.
    pub asked: Instant,
    /// When it had answered.
    pub answered: Instant,
}

/// A worker's claim on a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Whose task it is.
    pub tenant: TenantId,
    /// Which task.
    pub task: TaskId,
    /// Ascends with every claim; an older one writes and sends nothing.
    pub token: i64,
    /// Counts wake-ups, so that one that comes during the work is not lost.
    pub wakes: i64,
}
