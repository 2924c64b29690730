//! Why a use case did not do it. Nothing was stored or sent, unless it says so.

use crate::RecordingError;
use outdial_model::{FieldProblem, ProviderKind};
use outdial_provider::ProviderError;
use outdial_store::{Answer, StoreError};
use std::time::Duration;

/// A use case that did not happen; the surface turns it into a problem document.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No such thing for this tenant.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The request can be read and makes no sense; one entry for each field.
    #[error("{} of the request's fields cannot be accepted", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// Not possible in the present state.
    #[error("{detail}")]
    Conflict {
        /// Stable snake_case word.
        code: &'static str,
        /// What is in the way and what to do.
        detail: String,
    },
    /// The person cannot be called now, and nothing was stored.
    #[error("{}", .problem.detail)]
    NotCallable {
        /// What stands in the way, by the gate's word for it.
        problem: FieldProblem,
        /// After how long that changes by time alone; `None` when nobody can say.
        after: Option<Duration>,
        /// Whether it ever will.
        is_for_ever: bool,
    },
    /// There is nothing left of a budget for it, and nothing was stored.
    #[error("{detail}")]
    BudgetExhausted {
        /// The policy that says how much there is.
        policy: &'static str,
        /// What is used up, and what follows.
        detail: &'static str,
        /// After how long there is some again.
        after: Duration,
    },
    /// `If-Match` names an older state.
    #[error("the resource has changed since it was read; read it again and repeat the change")]
    Stale,
    /// The account's provider cannot do this.
    #[error("{detail}")]
    Unsupported {
        /// Why, and what to configure if that would help.
        detail: String,
    },
    /// A vendor failed while a client waited for its answer (synchronous reads only).
    #[error("{error}")]
    Vendor {
        /// Which provider.
        provider: ProviderKind,
        /// What happened.
        error: ProviderError,
    },
    /// The recording of a call cannot be had; a call nobody knows is [`Self::NotFound`].
    #[error("{why}")]
    Recording {
        /// Whose it is, where that matters.
        provider: Option<ProviderKind>,
        /// Why not.
        why: RecordingError,
    },
    /// This request had its effect before; this is what it was answered.
    #[error("the request was answered before")]
    Answered(Box<Answer>),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A request with this idempotency key is being carried out.
    #[error("a request with this idempotency key is under way")]
    KeyBusy,
    /// The store is locked, full or not reachable; the same request may work later.
    #[error("the store is not available; repeat the request in a moment")]
    Unavailable,
    /// The keys of the issuer of a client's token cannot be fetched; the same request may work later.
    #[error("the issuer of the token does not hand out its keys at the moment")]
    IssuerUnavailable,
    /// A defect of ours. The text is for the log, never for clients.
    #[error("internal error")]
    Internal(String),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound("resource"),
            StoreError::Stale => Self::Stale,
            StoreError::ExternalIdTaken { existing } => Self::Conflict {
                code: "external_id_taken",
                detail: format!(
                    "{existing} already has this external id; use it, or choose another external id"
                ),
            },
            StoreError::WrongState { status } => Self::Conflict {
                code: "wrong_state",
                detail: format!("not possible while the status is `{status}`"),
            },
            StoreError::LimitReached { most } => Self::Conflict {
                code: "limit_reached",
                detail: format!("there are {most} already, and may be no more"),
            },
            StoreError::Answered(answer) => Self::Answered(answer),
            StoreError::KeyReused => Self::KeyReused,
            StoreError::KeyBusy => Self::KeyBusy,
            StoreError::LeaseLost => Self::Internal("a lease was lost outside a worker".into()),
            StoreError::Unavailable(failure) => {
                tracing::warn!(%failure, "the store did not do it");
                Self::Unavailable
            }
            StoreError::Refused(failure) => Self::Internal(failure.to_string()),
            StoreError::Corrupt(what) => Self::Internal(what),
            StoreError::Sealed(why) => Self::Internal(why.to_string()),
        }
    }
}
