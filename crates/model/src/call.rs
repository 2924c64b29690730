//! A call: one attempt to reach a contact, and how it ended.

use crate::status::words;
use crate::{CallId, Confidence, ContactId, Insight, SegmentId, TaskId, TenantId, Timestamp};

/// How an attempt, or a contact as a whole, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// A person answered.
    AnsweredHuman,
    /// A machine or voice mail answered.
    AnsweredMachine,
    /// Answered; the vendor does not say by whom.
    Answered,
    /// It rang and nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// The person declined the call.
    Declined,
    /// Switched off, out of coverage, suspended.
    Unreachable,
    /// The number does not exist.
    InvalidNumber,
    /// A rule of the vendor, the carrier or a do-not-call list kept it from being rung.
    Blocked,
    /// The network or the vendor's equipment failed.
    CarrierFailure,
    /// Ended by our side before it was answered.
    Cancelled,
    /// Over, and nothing tells how.
    Unknown,
    /// Something else; see the raw outcome.
    Other,
}

words!(Disposition, "disposition", {
    AnsweredHuman => "answered_human", AnsweredMachine => "answered_machine", Answered => "answered",
    NoAnswer => "no_answer", Busy => "busy", Declined => "declined", Unreachable => "unreachable",
    InvalidNumber => "invalid_number", Blocked => "blocked", CarrierFailure => "carrier_failure",
    Cancelled => "cancelled", Unknown => "unknown", Other => "other",
});

impl Disposition {
    /// Whether whoever ended so may be called again by a redial: not whom nobody can tell anything about, for they may have
    /// been rung.
    pub const fn may_be_redialed(self) -> bool {
        !matches!(self, Self::Unknown)
    }
}

/// The vendor's own words for an outcome, kept as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RawOutcome {
    /// The vendor's status or hang-up code.
    pub code: Option<String>,
    /// The vendor's word for it, when it has one.
    pub text: Option<String>,
}

/// A call as stored.
#[derive(Debug, Clone)]
pub struct Call {
    /// Our id.
    pub id: CallId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its task.
    pub task: TaskId,
    /// Who was called.
    pub contact: ContactId,
    /// The vendor-side task that placed it.
    pub segment: SegmentId,
    /// The vendor's id of the call or session.
    pub vendor_call_id: String,
    /// When dialing began.
    pub started_at: Option<Timestamp>,
    /// When it was answered; `None` when it was not.
    pub answered_at: Option<Timestamp>,
    /// When it ended; `None` while it goes on.
    pub ended_at: Option<Timestamp>,
    /// Seconds of talk; 0 when it was not answered.
    pub talk_seconds: u32,
    /// How it ended; `None` while it goes on.
    pub disposition: Option<Disposition>,
    /// How sure it is that it ended so; `None` while it goes on.
    pub confidence: Option<Confidence>,
    /// The vendor's words for it.
    pub raw: RawOutcome,
    /// What the vendor understood of it.
    pub insights: Vec<Insight>,
    /// The vendor keeps a recording of it.
    pub has_recording: bool,
    /// When we first learned of it.
    pub created_at: Timestamp,
    /// When we last learned something new about it.
    pub updated_at: Timestamp,
}

impl Call {
    /// `initiated`, `answered` or `ended`, derived from what is known.
    pub fn status(&self) -> &'static str {
        match (self.answered_at, self.ended_at, self.disposition) {
            (_, Some(_), _) | (_, _, Some(_)) => "ended",
            (Some(_), None, None) => "answered",
            (None, None, None) => "initiated",
        }
    }
}
