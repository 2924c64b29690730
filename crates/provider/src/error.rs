//! What went wrong, whether the vendor may have acted, and what may be done about it.

use crate::TransportError;
use outdial_model::DispatchOutcome;
use std::time::Duration;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The vendor says the request is malformed or has a bad value.
    InvalidRequest,
    /// The request has more elements than the vendor takes at once; smaller ones will do.
    TooLarge,
    /// Credentials or signature are wrong.
    Unauthenticated,
    /// The account may not do this.
    PermissionDenied,
    /// The vendor does not know the thing.
    NotFound,
    /// Not possible in the present state of the thing.
    Conflict,
    /// This provider cannot do this at all; nothing was sent.
    Unsupported,
    /// Not now: too many requests, or our own leave to send had run out. The same one will do later.
    RateLimited,
    /// A quota, a balance or a concurrency limit of the account is used up.
    QuotaExhausted,
    /// No connection: refused, unresolved, or TLS failed.
    Unreachable,
    /// The vendor is down, in maintenance, or did not answer in time.
    Unavailable,
    /// An answer that cannot be understood or trusted.
    UnexpectedResponse,
    /// Our settings for the account are wrong.
    Config,
}

/// Could the vendor have acted on the request?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Certainly not: no byte of the request left.
    NotSent,
    /// Certainly not: the vendor refused it in a documented way.
    None,
    /// Perhaps: look before anything is sent again.
    Possible,
}

/// What may be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAdvice {
    /// The same request will fail again.
    Never,
    /// The same request may be sent again after this long.
    After(Duration),
    /// Look up by our own key first.
    ReconcileFirst,
}

/// A failed operation. Holds no secret, number, name or unredacted vendor text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ProviderError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Whether the vendor may have acted.
    pub effect: Effect,
    /// The vendor's code, as sent.
    pub code: Option<String>,
    /// The vendor's id of the request or response, for their support.
    pub request_id: Option<String>,
    /// What happened, in our own words.
    pub detail: String,
    /// How long the vendor asked us to wait.
    pub retry_after: Option<Duration>,
}

impl ProviderError {
    /// An error without vendor particulars.
    pub fn new(kind: ErrorKind, effect: Effect, detail: impl Into<String>) -> Self {
        Self { kind, effect, code: None, request_id: None, detail: detail.into(), retry_after: None }
    }

    /// The operation is not offered; `why` is the capability's note.
    pub fn unsupported(why: &str) -> Self {
        Self::new(ErrorKind::Unsupported, Effect::NotSent, why)
    }

    /// The answer arrived and cannot be understood or trusted.
    pub fn unexpected(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::UnexpectedResponse, Effect::Possible, detail)
    }

    /// The same error with the vendor's code and request id.
    #[must_use]
    pub fn with_vendor(mut self, code: impl Into<String>, request_id: Option<String>) -> Self {
        self.code = Some(code.into());
        self.request_id = request_id;
        self
    }

    /// What may be done next, by kind and effect.
    pub fn retry(&self) -> RetryAdvice {
        if self.effect == Effect::Possible {
            return RetryAdvice::ReconcileFirst;
        }
        let pause = |seconds| RetryAdvice::After(self.retry_after.unwrap_or(Duration::from_secs(seconds)));
        match self.kind {
            ErrorKind::RateLimited => pause(1),
            ErrorKind::Unreachable => pause(2),
            ErrorKind::Unavailable | ErrorKind::UnexpectedResponse => pause(10),
            ErrorKind::QuotaExhausted => pause(30),
            ErrorKind::InvalidRequest
            | ErrorKind::TooLarge
            | ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::Unsupported
            | ErrorKind::Config => RetryAdvice::Never,
        }
    }

    /// How the ledger classes a creating request that ended like this.
    pub fn outcome(&self) -> DispatchOutcome {
        match self.effect {
            Effect::NotSent => DispatchOutcome::NotSent,
            Effect::None => DispatchOutcome::Refused,
            Effect::Possible => DispatchOutcome::Unknown,
        }
    }
}

impl From<TransportError> for ProviderError {
    fn from(error: TransportError) -> Self {
        let (kind, effect) = match error {
            TransportError::NotSent(_) => (ErrorKind::Unreachable, Effect::NotSent),
            // Reasons of our own, which say nothing about the vendor.
            TransportError::Throttled | TransportError::NoBudget | TransportError::Fenced => {
                (ErrorKind::RateLimited, Effect::NotSent)
            }
            TransportError::Timeout => (ErrorKind::Unavailable, Effect::Possible),
            TransportError::Broken => (ErrorKind::Unavailable, Effect::Possible),
            TransportError::TooLarge => (ErrorKind::UnexpectedResponse, Effect::Possible),
        };
        Self::new(kind, effect, error.to_string())
    }
}
