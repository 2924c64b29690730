//! The ledger's first half: choosing people and writing the row, in one transaction, before the
//! socket opens.

use crate::Lease;
use outdial_model::{
    AccountId, Attempt, Contact, ContactId, ContactStatus, Dispatch, DispatchId, DispatchKind, HoldReason,
    Segment,
};
use outdial_model::{SegmentId, Timestamp, Why};

/// A dispatch about to be written.
#[derive(Debug, Clone)]
pub struct DispatchPlan {
    /// The worker's claim on the task; its token is checked and written.
    pub lease: Lease,
    /// Id of the ledger row.
    pub id: DispatchId,
    /// Which request.
    pub kind: DispatchKind,
    /// Which segment it opens or fills.
    pub segment: SegmentTarget,
    /// The edition of the task's spec the request is made from; nothing is planned when the task has
    /// another one by now.
    pub spec_revision: i64,
    /// Most people in it; 0 to open an empty segment.
    pub max_contacts: usize,
    /// Most contacts of the task the vendor may hold in all, these included.
    pub window: u64,
    /// How often the vendor may ring each of them.
    pub attempts: u32,
    /// What the gate is to know of the attempts before; `None` when it asks for nothing.
    pub past: Option<PastWanted>,
    /// Most contacts of the tenant that may be out, at whatever account; any number when absent.
    pub concurrent_calls: Option<u64>,
    /// What there is of the day's budgets; `None` when they are for nobody.
    pub budgets: Option<Budgets>,
    /// Whose lines it takes; `None` where there are enough for everybody.
    pub lines: Option<LinesWanted>,
}

/// Lines that a task shares with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinesWanted {
    /// The account that has them.
    pub account: AccountId,
    /// Most contacts of the account's tasks that may be out.
    pub most: u64,
    /// The task's weight among those who want some.
    pub weight: u64,
    /// It takes what is free, whoever waits.
    pub before_all: bool,
}

/// How many dials there may be in a day. Each of the people costs as many as the vendor may ring them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budgets {
    /// When the day began.
    pub since: Timestamp,
    /// Most dials of the tenant.
    pub of_tenant: Option<u64>,
    /// Most dials for whoever asked for the task.
    pub of_client: Option<u64>,
    /// Most dials with this account.
    pub of_account: Option<(AccountId, u64)>,
}

/// Dials of a day so far, and who is out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Dials of the tenant.
    pub by_tenant: u64,
    /// Those for one who asks.
    pub by_client: u64,
    /// Those with the account, whoever's they are.
    pub with_account: u64,
    /// People of the tenant that are out.
    pub out: u64,
}

/// Why nothing was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unplanned {
    /// There is nobody to send, or the task is no longer what the plan was made from.
    Nobody,
    /// There is no line for anybody.
    NoLine(Shortage),
}

/// What there is too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shortage {
    /// As many people of the account's tasks are out as it has lines, or the free ones are for others.
    OfAccount,
    /// As many people of the tenant are out as may be.
    OfTenant,
    /// The tenant's dials of the day are used up.
    BudgetOfTenant,
    /// Those of whoever asked for the task are.
    BudgetOfClient,
    /// Those of the account are.
    BudgetOfAccount,
}

impl Shortage {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::OfAccount, Self::OfTenant, Self::BudgetOfTenant, Self::BudgetOfClient, Self::BudgetOfAccount];
}

/// How much the gate has to know of the attempts before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastWanted {
    /// Those that were over before are too old.
    pub since: Timestamp,
    /// So many, the last to be over.
    pub most: u32,
    /// Those to the same person as well.
    pub of_person: bool,
}

/// The attempts there were, the last to be over first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// Those to the number.
    pub number: Vec<Attempt>,
    /// Those to the person.
    pub person: Vec<Attempt>,
}

/// The segment of a dispatch.
#[derive(Debug, Clone)]
pub enum SegmentTarget {
    /// A new one, inserted with the dispatch (status `opening`).
    New(Box<Segment>),
    /// One the vendor has.
    Existing(SegmentId),
}

/// Somebody who may be dialed now, as far as the store can tell, and what the gate has to know of them.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Who it is.
    pub contact: Contact,
    /// Their number is not to be called for what the task is for.
    pub is_suppressed: bool,
    /// What was tried before, as far as the plan asks for it.
    pub past: Past,
}

/// What the gate decides for one candidate that is not dialed now.
#[derive(Debug, Clone)]
pub enum Choice {
    /// Keep it back until an instant.
    Hold(HoldReason, Timestamp),
    /// It will never be dialed: `cancelled`, `expired` or `rejected`, and why.
    Never(ContactStatus, Why),
}

/// What the gate made of the candidates. Candidates in neither list stay as they are.
#[derive(Debug, Clone, Default)]
pub struct ChosenBatch {
    /// Dialed now, in this order.
    pub dial: Vec<ContactId>,
    /// Not dialed now.
    pub others: Vec<(ContactId, Choice)>,
    /// Keyed hash of the request to be sent, hexadecimal.
    pub digest: String,
}

/// A committed intent: these people, this row; now the request may leave.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The ledger row.
    pub dispatch: Dispatch,
    /// The people in it, now `submitting`.
    pub contacts: Vec<Contact>,
}
