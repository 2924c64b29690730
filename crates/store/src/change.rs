//! Writing what was learned: compare-and-set changes with their events, in one transaction.
//!
//! A change whose row is no longer in the expected status is skipped, not forced: somebody else
//! moved it, and whoever asked reads again. The event that tells a change is written with it
//! (`ContactStatus` and `TaskStatus` imply its kind), and kept counters move with it.

use crate::Lease;
use outdial_model::{
    CallId, Confidence, ContactId, ContactStatus, DispatchId, DispatchOutcome, Disposition, HoldReason,
    Insight, RawOutcome, SegmentId, SegmentStatus, Source, TaskStatus, Timestamp,
};
use std::fmt;

/// Everything one step learned about one task.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The lease it was learned under; with one, a lost lease refuses the whole of it. Without one
    /// it came from outside (a vendor's push): its first row tells the task, and wakes it.
    pub lease: Option<Lease>,
    /// Where it was learned.
    pub source: Source,
    /// How sure outcomes are that are in it; `None` where nobody told them.
    pub confidence: Option<Confidence>,
    /// Whom a vendor's push is about, be it believed or not.
    pub pushed: Option<ContactId>,
    /// Contacts that are done and whose outcome is unknown or was only reported: how it is told now that they ended. As
    /// `confidence` is, that confirms it or puts it right, or tells it at last.
    pub outcomes: Vec<(ContactId, Disposition)>,
    /// Contacts that moved.
    pub contacts: Vec<ContactChange>,
    /// Calls that began, were answered or ended.
    pub calls: Vec<CallChange>,
    /// Segments that moved.
    pub segments: Vec<SegmentChange>,
    /// Ledger rows that were settled.
    pub dispatches: Vec<DispatchChange>,
    /// The task itself.
    pub task: Option<TaskChange>,
}

impl Changes {
    /// Nothing learned yet, under `lease`.
    pub fn under(lease: &Lease) -> Self {
        Self { lease: Some(lease.clone()), ..Self::default() }
    }

    /// The same, learned there.
    pub fn by(self, source: Source) -> Self {
        Self { source, confidence: source.confidence(), ..self }
    }
}

/// A contact goes from one status to another, but never to `submitting`: only a row of the ledger
/// sends ([`Store::plan_dispatch`](crate::Store::plan_dispatch)). One that comes home to `queued` or
/// `held` although somebody asked to cancel it is cancelled there.
#[derive(Debug, Clone)]
pub struct ContactChange {
    /// Which.
    pub id: ContactId,
    /// The status it must be in.
    pub from: ContactStatus,
    /// The status it gets.
    pub to: ContactStatus,
    /// How it ended; only with `completed`.
    pub disposition: Option<Disposition>,
    /// Why, in a sentence without personal data.
    pub reason: Option<String>,
    /// Why and until when it is held; only with `held`.
    pub hold: Option<(HoldReason, Timestamp)>,
    /// Whoever leaves the vendor without being dialed may have been rung for all that is known: it counts as an attempt.
    pub may_have_rung: bool,
}

/// What is known of a call now; made when it is new (by segment and vendor's id), merged forward
/// otherwise: what was known is never forgotten, an ended call never goes back.
#[derive(Clone)]
pub struct CallChange {
    /// Id for it if it is new.
    pub id: CallId,
    /// Who was called.
    pub contact: ContactId,
    /// By which segment.
    pub segment: SegmentId,
    /// The vendor's id.
    pub vendor_call_id: String,
    /// When dialing began.
    pub started_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Seconds of talk.
    pub talk_seconds: u32,
    /// How it ended.
    pub disposition: Option<Disposition>,
    /// The vendor's words.
    pub raw: RawOutcome,
    /// What the vendor understood of it.
    pub insights: Vec<Insight>,
    /// Where its recording is. Sensitive.
    pub recording: Option<String>,
}

impl fmt::Debug for CallChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallChange")
            .field("id", &self.id)
            .field("contact", &self.contact)
            .field("segment", &self.segment)
            .field("disposition", &self.disposition)
            .finish_non_exhaustive()
    }
}

/// What is known of a segment now.
#[derive(Debug, Clone)]
pub struct SegmentChange {
    /// Which.
    pub id: SegmentId,
    /// New status, if it changed. Final statuses stay.
    pub status: Option<SegmentStatus>,
    /// The vendor's own id, if it was learned.
    pub vendor_ref: Option<String>,
    /// The vendor's word for the status, if there is one.
    pub raw_status: Option<String>,
    /// The edition of the task's spec the vendor has got, if it got another one.
    pub spec_revision: Option<i64>,
    /// It was read from the vendor at the time of the change.
    pub polled: bool,
    /// It was verified at the time of the change (see `Segment::verified_at`).
    pub verified: bool,
}

impl SegmentChange {
    /// Nothing learned yet of this segment.
    pub fn of(id: &SegmentId) -> Self {
        Self {
            id: id.clone(),
            status: None,
            vendor_ref: None,
            raw_status: None,
            spec_revision: None,
            polled: false,
            verified: false,
        }
    }
}

/// A ledger row's outcome.
#[derive(Debug, Clone)]
pub struct DispatchChange {
    /// Which.
    pub id: DispatchId,
    /// How it ended, as far as is known.
    pub outcome: DispatchOutcome,
}

/// The task's own status.
#[derive(Debug, Clone)]
pub struct TaskChange {
    /// The status it must be in.
    pub from: TaskStatus,
    /// The status it gets; the same for a change of `trouble` only, which writes no event. It is
    /// skipped when this is `completed` or `stopped` and somebody in the task is not final.
    pub to: TaskStatus,
    /// Why it does not go on; `None` when all is well.
    pub trouble: Option<String>,
}

/// Changes that were not made because their row had moved on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Contacts no longer in the expected status.
    pub contacts: Vec<ContactId>,
    /// The task was no longer in the expected status.
    pub task: bool,
}
