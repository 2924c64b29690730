//! The dispatch ledger: every request that can make a phone ring is a row before it is a request.

use crate::status::words;
use crate::{AccountId, ContactId, DispatchId, SegmentId, TaskId, TenantId, Timestamp};

/// Which request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DispatchKind {
    /// Creates the vendor's task, with or without people in it.
    OpenSegment,
    /// Adds people to a vendor's task that exists.
    AddContacts,
    /// Calls one person without a task of the vendor's.
    PlaceCall,
}

words!(DispatchKind, "dispatch kind", {
    OpenSegment => "open_segment", AddContacts => "add_contacts", PlaceCall => "place_call",
});

/// How a dispatch ended. A row without an outcome is open; found open after a crash it is `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DispatchOutcome {
    /// No byte of the request left; it may be sent again.
    NotSent,
    /// The vendor refused it with a documented answer; nobody in it will be rung.
    Refused,
    /// The vendor took some of the people and refused others by name.
    Partial,
    /// The vendor took all of it.
    Accepted,
    /// It may or may not have happened. Looked up, never sent again blindly.
    Unknown,
    /// Was unknown and nobody could tell: the task's policy or an operator decided about its people.
    Decided,
    /// Was unknown; a look-up after the settle delay proved the vendor never took it.
    Absent,
}

words!(DispatchOutcome, "dispatch outcome", {
    NotSent => "not_sent", Refused => "refused", Partial => "partial", Accepted => "accepted",
    Unknown => "unknown", Decided => "decided", Absent => "absent",
});

/// A row of the ledger.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// Its key.
    pub id: DispatchId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The task it belongs to.
    pub task: TaskId,
    /// The account it goes to.
    pub account: AccountId,
    /// The segment it opens or fills.
    pub segment: SegmentId,
    /// Which request.
    pub kind: DispatchKind,
    /// The people in it, in the order they are sent.
    pub contacts: Vec<ContactId>,
    /// Keyed hash of what was about to be sent, hexadecimal.
    pub digest: String,
    /// The lease's fencing token under which it was written.
    pub fencing_token: i64,
    /// `None` while it is open.
    pub outcome: Option<DispatchOutcome>,
    /// When the row was committed, before the socket opened.
    pub created_at: Timestamp,
    /// When the outcome was written last.
    pub settled_at: Option<Timestamp>,
}
