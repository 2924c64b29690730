//! What a vendor pushes to us.

use crate::{ContactReport, SegmentReport};
use outdial_model::{ContactId, Phone, SegmentId, Timestamp};

/// A push as it arrived. Printing it shows only what it claims to be.
#[derive(Clone, Copy)]
pub struct Inbound<'a> {
    /// Last part of the ingress path: which push it claims to be.
    pub kind: &'a str,
    /// The query string, without the question mark.
    pub query: &'a str,
    /// Header names (any case) and values.
    pub headers: &'a [(String, String)],
    /// The raw body.
    pub body: &'a [u8],
    /// When it arrived.
    pub received_at: Timestamp,
}

impl std::fmt::Debug for Inbound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Inbound<'_> {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A push the vendor sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushKind {
    /// Last part of the ingress path it is to be sent to.
    pub kind: &'static str,
    /// What it tells, and what is to be done in the vendor's console, for people.
    pub about: &'static str,
}

/// Whom a push is about, as far as the vendor says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Our key of the segment.
    pub segment: Option<SegmentId>,
    /// The vendor's id of the segment.
    pub vendor_ref: Option<String>,
    /// Our key of the person.
    pub contact: Option<ContactId>,
    /// The number, for vendors that push nothing better.
    pub phone: Option<Phone>,
    /// The vendor's id of the call.
    pub vendor_call_id: Option<String>,
}

/// A verified, parsed push.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The same for every delivery of the same news.
    pub dedupe_key: String,
    /// Whom it is about.
    pub subject: Subject,
    /// News of the segment.
    pub segment: Option<SegmentReport>,
    /// News of a person or a call; its `key` is meaningful when `subject.contact` is there.
    pub contact: Option<PushedContact>,
    /// The vendor signed it. Unsigned terminal news is confirmed by a read.
    pub authenticated: bool,
    /// It proves nothing by itself, and [`confirm_push`](crate::Provider::confirm_push) may know more.
    pub can_be_asked_about: bool,
}

/// News of a person, without the key (see [`Subject`]).
#[derive(Debug, Clone, PartialEq)]
pub struct PushedContact {
    /// How far the person has come, when the push tells.
    pub progress: Option<crate::ContactProgress>,
    /// The call it tells of.
    pub call: Option<crate::CallReport>,
}

impl PushedContact {
    /// As a report about `key`.
    pub fn report(&self, key: ContactId) -> ContactReport {
        let progress = self.progress.unwrap_or(crate::ContactProgress::Dialing);
        ContactReport { key, progress, calls: self.call.iter().cloned().collect() }
    }
}

/// Why a push is refused. It fails closed: nothing of it is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// No signature or credentials where there must be some.
    #[error("the push carries no proof of its sender")]
    MissingProof,
    /// The proof does not fit the body or the account.
    #[error("the push's proof of its sender is wrong")]
    BadProof,
    /// The proof is too old or from the future.
    #[error("the push's proof of its sender is out of date")]
    Stale,
    /// Not the JSON this kind has.
    #[error("the push cannot be read")]
    Unreadable,
    /// No push of this kind is known.
    #[error("no push of this kind is known")]
    UnknownKind,
}

/// What the vendor says when it is asked whether a push is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confirmation {
    /// It is.
    Genuine,
    /// The vendor knows nothing of it.
    NotGenuine,
    /// There is no asking the vendor about this push: nothing is proven, either way.
    CannotTell,
}

/// What the vendor wants to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// JSON body.
    pub body: &'static str,
}
