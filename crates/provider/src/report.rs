//! What a provider answers, in Outdial's words, with the vendor's kept beside them.

use outdial_model::{ContactId, Disposition, Insight, RawOutcome, SegmentStatus, Timestamp};
use serde_json::Value;

/// A harmless call worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What was learned, for people: which call, as whom.
    pub detail: String,
}

/// The vendor's task exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The vendor's own id, when the answer has it.
    pub vendor_ref: Option<String>,
    /// What became of the people it was created with.
    pub added: Added,
}

/// A call is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// What the call is read by as a segment from now on.
    pub vendor_ref: String,
}

/// Whom the vendor took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Added {
    /// Refused by name; everybody else in the request was taken.
    pub refused: Vec<Refusal>,
    /// The answer's counts and its list of errors do not agree: everybody not in `refused` is to be
    /// looked up.
    pub ambiguous: bool,
}

/// A person the vendor refused, or could not cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who.
    pub key: ContactId,
    /// Why, redacted.
    pub reason: String,
}

/// A vendor's status of its task, known or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentState {
    /// In our words.
    Known(SegmentStatus),
    /// A word the adapter does not know: the last known state stands, and it is counted.
    Unrecognized,
}

/// The state of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentReport {
    /// Its state.
    pub state: SegmentState,
    /// The vendor's word for it.
    pub raw: Option<String>,
    /// The vendor's own id, when the answer has it.
    pub vendor_ref: Option<String>,
    /// People the vendor has in it, when the answer tells.
    pub contacts: Option<u64>,
    /// Other tasks of the vendor's, not over, that carry the same key of ours: one request was carried
    /// out more than once. Only a look-up by our key ([`Find::Segment`](crate::Find)) can know.
    pub twins: Vec<String>,
}

impl SegmentReport {
    /// A state, and nothing else known.
    pub fn of(state: SegmentState) -> Self {
        Self { state, raw: None, vendor_ref: None, contacts: None, twins: Vec::new() }
    }
}

/// How far a person has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactProgress {
    /// The vendor has it and has not dialed yet.
    Waiting,
    /// Being dialed, or waiting between two attempts.
    Dialing,
    /// Done.
    Done(Disposition),
    /// The segment is over and the vendor never dialed it.
    NotDialed,
    /// The vendor does not have it in this segment.
    Absent,
    /// A status the adapter does not know: the last known state stands, and it is counted.
    Unrecognized,
}

/// What the vendor knows of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactReport {
    /// Who.
    pub key: ContactId,
    /// How far.
    pub progress: ContactProgress,
    /// Attempts the vendor tells of, oldest first.
    pub calls: Vec<CallReport>,
}

/// What the vendor knows of one attempt.
#[derive(Clone, PartialEq)]
pub struct CallReport {
    /// The vendor's id of the call or session, of at most [`Self::MOST_ID_BYTES`]: what is longer is no id, and the call is
    /// passed over.
    pub vendor_call_id: String,
    /// When dialing began.
    pub started_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Seconds of talk.
    pub talk_seconds: u32,
    /// How it ended; `None` while it goes on.
    pub disposition: Option<Disposition>,
    /// The vendor's words for it.
    pub raw: RawOutcome,
    /// What the vendor understood of it.
    pub insights: Vec<Insight>,
    /// Where the recording is, as the vendor gave it. Sensitive: never shown, never logged.
    pub recording: Option<String>,
    /// Whether what was said in it is written down, or is being written down:
    /// [`transcript`](crate::Provider::transcript) reads it.
    pub has_transcript: bool,
}

impl CallReport {
    /// The longest id of a call; any index can hold it.
    pub const MOST_ID_BYTES: usize = 500;

    /// Whether it can be told apart from other calls.
    pub fn has_an_id(&self) -> bool {
        self.vendor_call_id.len() <= Self::MOST_ID_BYTES
    }
}

impl std::fmt::Debug for CallReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallReport")
            .field("vendor_call_id", &self.vendor_call_id)
            .field("started_at", &self.started_at)
            .field("answered_at", &self.answered_at)
            .field("ended_at", &self.ended_at)
            .field("talk_seconds", &self.talk_seconds)
            .field("disposition", &self.disposition)
            .field("raw", &self.raw)
            .field("insights", &self.insights)
            .field("recording", &self.recording.as_ref().map(|_| "***"))
            .field("has_transcript", &self.has_transcript)
            .finish()
    }
}

/// A segment and some of its people.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The segment; `None` when the vendor's answer does not tell.
    pub segment: Option<SegmentReport>,
    /// The people asked about, those the vendor tells of.
    pub contacts: Vec<ContactReport>,
}

/// The result of a look-up.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// The segment is there.
    Segment(SegmentReport),
    /// No such segment at the vendor now. Proof of absence only after the settle delay.
    NoSegment,
    /// The people asked about: those in the list are there, the others are not.
    Contacts(Vec<ContactReport>),
    /// The vendor offers no way to tell.
    CannotTell,
}

/// A vendor's own task, as the vendor shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct VendorTask {
    /// What to ask for it by: `GET …/vendor_tasks/{ref}`.
    pub vendor_ref: String,
    /// Its name.
    pub name: Option<String>,
    /// Its state in our words.
    pub state: VendorTaskState,
    /// The vendor's word for the state.
    pub raw_state: Option<String>,
    /// People in it.
    pub contacts: Option<u64>,
    /// People done.
    pub finished: Option<u64>,
    /// When it was created or begins.
    pub created_at: Option<Timestamp>,
    /// The vendor's record, numbers masked, for what has no word of ours.
    pub raw: Value,
}

/// State of a vendor's own task.
pub type VendorTaskState = SegmentState;

/// A page of the vendor's own tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct VendorTaskPage {
    /// The tasks.
    pub tasks: Vec<VendorTask>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many there are in all, when the vendor says.
    pub total: Option<u64>,
}

/// Something to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogItem {
    /// What to write into the task, in the form the task wants it.
    pub id: String,
    /// The vendor's name for it.
    pub name: Option<String>,
    /// Variables the script wants, where the vendor tells.
    pub variables: Vec<String>,
}

/// What an account offers to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Values for `script.template_id`; `None` when the vendor does not list them.
    pub templates: Option<Vec<CatalogItem>>,
    /// Values for `callers`; `None` when the vendor does not list them.
    pub callers: Option<Vec<CatalogItem>>,
}
