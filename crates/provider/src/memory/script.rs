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
    /// It is carried out twice: two segments with the same key, or people taken twice. The answer tells
    /// of the first.
    Twice,
    /// It is carried out twice, and the answer is lost.
    TwiceThenTimeout,
    /// These people are refused by name, the others taken.
    RefuseContacts(Vec<ContactId>),
    /// These people are not taken, and the answer does not say who: it is ambiguous.
    LoseContacts(Vec<ContactId>),
    /// These people are not taken, and the answer says that everybody was.
    SwallowContacts(Vec<ContactId>),
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
            Self::Timeout | Self::TimeoutAfterCommit | Self::TwiceThenTimeout => {
                error(ErrorKind::Unavailable, Effect::Possible, "the vendor did not answer in time")
            }
            Self::Twice | Self::RefuseContacts(_) | Self::LoseContacts(_) | Self::SwallowContacts(_) => None,
        }
    }

    /// How often the vendor does what was asked, whatever the caller learns.
    pub(super) fn times(&self) -> usize {
        match self {
            Self::Refuse(_) | Self::Throttle(_) | Self::NotSent | Self::Timeout => 0,
            Self::TimeoutAfterCommit
            | Self::RefuseContacts(_)
            | Self::LoseContacts(_)
            | Self::SwallowContacts(_) => 1,
            Self::Twice | Self::TwiceThenTimeout => 2,
        }
    }
}

/// Who of the people in a request is not taken.
#[derive(Debug, Default)]
pub(super) struct Except {
    /// Refused by name.
    pub(super) refused: Vec<ContactId>,
    /// Gone without a name.
    pub(super) lost: Vec<ContactId>,
    /// The answer tells that somebody is gone.
    pub(super) is_told: bool,
}

impl From<Option<NextAnswer>> for Except {
    fn from(answer: Option<NextAnswer>) -> Self {
        match answer {
            Some(NextAnswer::RefuseContacts(refused)) => Self { refused, ..Self::default() },
            Some(NextAnswer::LoseContacts(lost)) => Self { lost, is_told: true, ..Self::default() },
            Some(NextAnswer::SwallowContacts(lost)) => Self { lost, ..Self::default() },
            _ => Self::default(),
        }
    }
}
