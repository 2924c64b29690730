//! Answers the vendor in memory gives on demand.

use crate::{Effect, ErrorKind, ProviderError};
use outdial_model::ContactId;
use std::time::Duration;

/// What becomes of the next request of some operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextAnswer {
    /// The vendor refuses it, documented: nothing is done.
    Refuse(ErrorKind),
    /// Too many requests; the vendor may say how long to wait. Nothing is done.
    Throttle(Option<Duration>),
    /// No connection: the vendor never sees it.
    NotSent,
    /// It is lost on the way, after it left: nothing is done, and nobody can know.
    Timeout,
    /// It is done, and the answer is lost.
    TimeoutAfterCommit,
    /// These people are refused by name, the others taken.
    RefuseContacts(Vec<ContactId>),
    /// These people are not taken, and the answer does not say who: it is ambiguous.
    LoseContacts(Vec<ContactId>),
}

impl NextAnswer {
    /// The error the caller sees; `None` when there is an answer.
    pub(super) fn error(&self) -> Option<ProviderError> {
        let error = |kind, effect, detail| Some(ProviderError::new(kind, effect, detail));
        match self {
            Self::Refuse(kind) => error(*kind, Effect::None, "the vendor refused the request"),
            Self::Throttle(pause) => {
                error(ErrorKind::RateLimited, Effect::None, "the vendor asks for fewer requests")
                    .map(|error| ProviderError { retry_after: *pause, ..error })
            }
            Self::NotSent => error(ErrorKind::Unreachable, Effect::NotSent, "the vendor was not reached"),
            Self::Timeout | Self::TimeoutAfterCommit => {
                error(ErrorKind::Unavailable, Effect::Possible, "the vendor did not answer in time")
            }
            Self::RefuseContacts(_) | Self::LoseContacts(_) => None,
        }
    }

    /// Whether the vendor does what was asked, whatever the caller learns.
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::TimeoutAfterCommit | Self::RefuseContacts(_) | Self::LoseContacts(_))
    }
}

/// Who of the people in a request is not taken.
#[derive(Debug, Default)]
pub(super) struct Except {
    pub(super) refused: Vec<ContactId>,
    pub(super) lost: Vec<ContactId>,
}

impl From<Option<NextAnswer>> for Except {
    fn from(answer: Option<NextAnswer>) -> Self {
        match answer {
            Some(NextAnswer::RefuseContacts(refused)) => Self { refused, lost: Vec::new() },
            Some(NextAnswer::LoseContacts(lost)) => Self { refused: Vec::new(), lost },
            _ => Self::default(),
        }
    }
}
