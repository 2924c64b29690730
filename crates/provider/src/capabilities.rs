//! What a provider can do, as data: read by the engine, the guard, the tests, `GET /v1/providers`.

use std::collections::BTreeMap;
use std::time::Duration;

/// An intention of the contract, as capabilities and the API name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A harmless signed call.
    Check,
    /// Create the vendor's task.
    OpenSegment,
    /// Add people to a vendor's task that exists.
    AddContacts,
    /// Call one person at once.
    PlaceCall,
    /// Start dialing.
    Start,
    /// Dial nobody new for now.
    Pause,
    /// Go on after a pause.
    Resume,
    /// End for good.
    Stop,
    /// Change a segment that is not dialing.
    UpdateSegment,
    /// Take back single people.
    CancelContact,
    /// Look for a segment by our key.
    FindSegment,
    /// Look for people by our keys.
    FindContacts,
    /// What became of people.
    Progress,
    /// The vendor's own tasks, a page at a time.
    ListVendorTasks,
    /// One of the vendor's own tasks.
    GetVendorTask,
    /// Scripts, agents and numbers.
    Catalog,
    /// Recordings of calls.
    Recording,
    /// What was said in calls.
    Transcript,
    /// Pushes from the vendor.
    Receive,
}

impl Operation {
    /// Every operation, in the order documents show them.
    pub const ALL: &'static [Self] = &[
        Self::Check,
        Self::OpenSegment,
        Self::AddContacts,
        Self::PlaceCall,
        Self::Start,
        Self::Pause,
        Self::Resume,
        Self::Stop,
        Self::UpdateSegment,
        Self::CancelContact,
        Self::FindSegment,
        Self::FindContacts,
        Self::Progress,
        Self::ListVendorTasks,
        Self::GetVendorTask,
        Self::Catalog,
        Self::Recording,
        Self::Transcript,
        Self::Receive,
    ];

    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::OpenSegment => "open_segment",
            Self::AddContacts => "add_contacts",
            Self::PlaceCall => "place_call",
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
            Self::UpdateSegment => "update_segment",
            Self::CancelContact => "cancel_contact",
            Self::FindSegment => "find_segment",
            Self::FindContacts => "find_contacts",
            Self::Progress => "progress",
            Self::ListVendorTasks => "list_vendor_tasks",
            Self::GetVendorTask => "get_vendor_task",
            Self::Catalog => "catalog",
            Self::Recording => "recording",
            Self::Transcript => "transcript",
            Self::Receive => "receive",
        }
    }
}

/// How an operation is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// The vendor has it.
    Native,
    /// Outdial does it in another way; the text says what that means to the person who asks for it.
    Emulated(&'static str),
    /// Cannot be done; the text says why, or what to configure.
    Unsupported(&'static str),
}

impl Support {
    /// `native`, `emulated` or `unsupported`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Emulated(_) => "emulated",
            Self::Unsupported(_) => "unsupported",
        }
    }

    /// The explanation, unless native.
    pub const fn note(self) -> Option<&'static str> {
        match self {
            Self::Native => None,
            Self::Emulated(note) | Self::Unsupported(note) => Some(note),
        }
    }
}

/// How the vendor's task comes to life: what the engine stages, verifies and ignites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staging {
    /// Created empty and still; people are added, then it is started.
    EmptyThenStart,
    /// Created empty; people added to it are dialed at once.
    EmptyLive,
    /// Created with all its people, dialing by itself from a given instant; later people go into
    /// the next segment.
    WholeWithFuse,
}

/// Numbers the engine keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most people in one creating request.
    pub contacts_per_request: usize,
    /// Most people in one segment over its life; `None` when no limit is known.
    pub contacts_per_segment: Option<usize>,
    /// Most people asked about in one [`progress`](crate::Provider::progress) or
    /// [`find`](crate::Provider::find).
    pub contacts_per_read: usize,
    /// One number only once per segment.
    pub unique_numbers_per_segment: bool,
}

/// What one account can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// How each operation is done. Every [`Operation`] is there.
    pub operations: BTreeMap<Operation, Support>,
    /// How a segment comes to life.
    pub staging: Staging,
    /// Numbers the engine keeps to.
    pub limits: Limits,
    /// How long after a creating request a look-up counts as proof of absence.
    pub settle: Duration,
    /// How long a call in progress may stay untold by [`progress`](crate::Provider::progress); zero
    /// where it shows from its first ring. Nobody waiting in a segment that ended is given up sooner.
    pub untold_call: Duration,
    /// The vendor keeps the hours it is told of (`schedule.hours` of a task's spec), so that whom it holds already is not rung
    /// outside them.
    pub keeps_hours: bool,
}

impl Capabilities {
    /// How `operation` is done.
    pub fn support(&self, operation: Operation) -> Support {
        self.operations
            .get(&operation)
            .copied()
            .unwrap_or(Support::Unsupported("not declared by the provider"))
    }

    /// Whether the vendor does `operation` itself.
    pub fn is_native(&self, operation: Operation) -> bool {
        self.support(operation) == Support::Native
    }
}
