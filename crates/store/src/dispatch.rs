//! The ledger's first half: choosing people and writing the row, in one transaction, before the
//! socket opens.

use crate::Lease;
use outdial_model::{
    Contact, ContactId, ContactStatus, Dispatch, DispatchId, DispatchKind, HoldReason, Segment,
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
