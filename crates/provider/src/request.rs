//! What the engine asks of a provider: one struct for each intention.

use outdial_model::{ContactId, PersonName, Phone, SegmentId, TaskSpec, Timestamp};
use std::collections::BTreeMap;

/// A person as sent to a vendor. Printing it shows only the key.
#[derive(Clone)]
pub struct DialContact {
    /// Our key: the vendor's order id, user data or case id.
    pub key: ContactId,
    /// Whom to ring; the adapter writes it in the vendor's form.
    pub phone: Phone,
    /// What the person is called.
    pub name: Option<PersonName>,
    /// Values for the script's variables.
    pub variables: BTreeMap<String, String>,
}

impl std::fmt::Debug for DialContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DialContact").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A vendor-side task, by our key and (once known) the vendor's.
///
/// `vendor_ref` is the word the vendor's task is addressed by: the same that
/// [`VendorTask::vendor_ref`](crate::VendorTask) shows, so that a task made in the vendor's console
/// and taken over later is addressed by it although our key never reached the vendor. Adapters use
/// `vendor_ref` when it is there and the key only when it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRef {
    /// Our key.
    pub key: SegmentId,
    /// The vendor's own id.
    pub vendor_ref: Option<String>,
    /// When we asked for it; look-ups search from a little before.
    pub opened_at: Timestamp,
}

/// Where the vendor is told to push to: `<base>/<kind>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Callbacks {
    base: String,
}

impl Callbacks {
    /// `base` is `https://host/ingress/{account}/{secret}`, without a slash at the end.
    pub fn new(base: impl Into<String>) -> Self {
        Self { base: base.into() }
    }

    /// The URL for pushes of `kind`.
    pub fn url(&self, kind: &str) -> String {
        format!("{}/{kind}", self.base)
    }
}

impl std::fmt::Debug for Callbacks {
    /// The base holds the ingress secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Callbacks(***)")
    }
}

/// Create the vendor's task.
#[derive(Debug, Clone)]
pub struct OpenSegment<'a> {
    /// Our key for it, to be found again by.
    pub key: &'a SegmentId,
    /// The task it carries a part of.
    pub spec: &'a TaskSpec,
    /// People to create it with; empty unless the staging wants them.
    pub contacts: &'a [DialContact],
    /// Dial nobody before this instant (the fuse), for vendors that begin by themselves.
    pub not_before: Option<Timestamp>,
}

/// Call one person, now.
#[derive(Debug, Clone)]
pub struct PlaceCall<'a> {
    /// Our key for it.
    pub key: &'a SegmentId,
    /// What it is called for and how; it says that it is a single call.
    pub spec: &'a TaskSpec,
    /// Whom.
    pub contact: &'a DialContact,
}

/// Add people to the vendor's task.
#[derive(Debug, Clone)]
pub struct AddContacts<'a> {
    /// Which.
    pub segment: &'a SegmentRef,
    /// Whom; at most `contacts_per_request`.
    pub contacts: &'a [DialContact],
}

/// An absolute state to bring a segment into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Dial.
    Start,
    /// Dial nobody new.
    Pause,
    /// Dial again.
    Resume,
    /// End for good; nobody new is dialed, people not dialed yet are dropped.
    Stop,
    /// End for good because everybody is done.
    Complete,
}

/// Bring a segment into a state.
#[derive(Debug, Clone)]
pub struct Control<'a> {
    /// Which.
    pub segment: &'a SegmentRef,
    /// Into what.
    pub verb: Verb,
}

/// Change a segment that is not dialing.
#[derive(Debug, Clone)]
pub struct UpdateSegment<'a> {
    /// Which.
    pub segment: &'a SegmentRef,
    /// The task as it should be from now on.
    pub spec: &'a TaskSpec,
}

/// Take back people.
#[derive(Debug, Clone)]
pub struct CancelContacts<'a> {
    /// From which segment.
    pub segment: &'a SegmentRef,
    /// Whom.
    pub contacts: &'a [DialContact],
}

/// Look by our own keys.
#[derive(Debug, Clone)]
pub enum Find<'a> {
    /// Was the vendor's task made?
    Segment(&'a SegmentRef),
    /// Which of these people does the vendor have in this segment?
    Contacts {
        /// Where they were sent.
        segment: &'a SegmentRef,
        /// Whom to look for; at most `contacts_per_read`.
        contacts: &'a [DialContact],
    },
    /// Was this person called by [`place_call`](crate::Provider::place_call)? Answered with the segment the call is, with none, or that
    /// nobody can tell: a vendor that shows calls only when they are over proves little by silence.
    Call {
        /// The call as a segment.
        segment: &'a SegmentRef,
        /// What it was placed by.
        spec: &'a TaskSpec,
        /// Who was to be called.
        contact: &'a DialContact,
    },
}

/// Read what became of people.
#[derive(Debug, Clone)]
pub struct ReadProgress<'a> {
    /// In which segment.
    pub segment: &'a SegmentRef,
    /// Whom; at most `contacts_per_read`.
    pub contacts: &'a [DialContact],
}

/// A page of a vendor's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// What the previous page's `next` was; `None` for the first.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 100.
    pub limit: u32,
}
