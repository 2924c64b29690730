//! The engine's errors as problems: the one conversion.

use super::{Problem, ProviderFault, table};
use actix_web::http::header::CONTENT_RANGE;
use outdial_engine::provider::{ErrorKind, ProviderError, RetryAdvice};
use outdial_engine::{EngineError, RecordingError};
use outdial_model::ProviderKind;
use std::time::Duration;
use table::Code;

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound(what) => {
                Self::new(&table::NOT_FOUND, format!("there is no such {what}; check its id"))
            }
            EngineError::Invalid(fields) => Self::invalid_fields(fields),
            EngineError::Conflict { code, detail } => {
                Self::new(table::find(code).unwrap_or(&table::CONFLICT), detail)
            }
            EngineError::NotCallable { problem, after, is_for_ever } => {
                let code = if is_for_ever { &table::NOT_CALLABLE } else { &table::NOT_NOW };
                let detail = format!("{}; nothing was stored", problem.detail);
                let refusal = Self::new(code, detail).with_errors(vec![problem]);
                match after {
                    Some(after) => refusal.with_retry_after(after),
                    None => refusal,
                }
            }
            EngineError::BudgetExhausted { policy, detail, after } => {
                Self::new(&table::BUDGET_EXHAUSTED, detail).violating(vec![policy]).with_retry_after(after)
            }
            EngineError::Stale => Self::new(&table::STALE, error.to_string()),
            EngineError::Unsupported { detail } => Self::new(&table::UNSUPPORTED_BY_PROVIDER, detail),
            EngineError::Vendor { provider, error } => vendor_failed(&provider, error),
            EngineError::Recording { provider, why } => no_recording(provider.as_ref(), &why),
            EngineError::Answered(_) => Self::new(&table::CONFLICT, error.to_string()),
            EngineError::KeyReused => Self::new(&table::IDEMPOTENCY_KEY_REUSED, error.to_string()),
            EngineError::KeyBusy => Self::new(&table::IDEMPOTENCY_IN_PROGRESS, error.to_string())
                .with_retry_after(Duration::from_secs(2)),
            EngineError::Unavailable => Self::new(&table::STORE_UNAVAILABLE, error.to_string())
                .with_retry_after(Duration::from_secs(1)),
            EngineError::IssuerUnavailable => Self::new(&table::ISSUER_UNAVAILABLE, error.to_string())
                .with_retry_after(Duration::from_secs(5)),
            EngineError::Internal(cause) => {
                tracing::error!(cause, "internal error");
                Self::new(&table::INTERNAL_ERROR, "the request could not be completed")
            }
        }
    }
}

/// A vendor failed while a client waited for its answer.
fn vendor_failed(provider: &ProviderKind, error: ProviderError) -> Problem {
    let code = code_of(error.kind);
    let pause = match error.retry() {
        RetryAdvice::After(pause) if code.retryable => Some(pause),
        _ => None,
    };
    let mut problem = Problem::new(code, error.detail);
    problem.provider = Some(Box::new(ProviderFault {
        id: provider.to_string(),
        code: error.code,
        request_id: error.request_id,
    }));
    match pause {
        Some(pause) => problem.with_retry_after(pause),
        None => problem,
    }
}

/// There is no recording to be had.
fn no_recording(provider: Option<&ProviderKind>, why: &RecordingError) -> Problem {
    let code = match why {
        RecordingError::Untold => &table::RECORDING_NOT_FOUND,
        RecordingError::NoAccount(_)
        | RecordingError::HostNotListed { .. }
        | RecordingError::HostRefused { .. } => &table::RECORDING_HOST_NOT_ALLOWED,
        RecordingError::NoUrl(_) => &table::PROVIDER_ERROR,
        RecordingError::Gone => &table::RECORDING_GONE,
        RecordingError::Withheld => &table::RECORDING_WITHHELD,
        RecordingError::NoSuchPart { .. } => &table::RECORDING_RANGE,
        RecordingError::TooLarge { .. } => &table::RECORDING_TOO_LARGE,
    };
    let mut problem = Problem::new(code, why.to_string());
    problem.provider =
        provider.map(|id| Box::new(ProviderFault { id: id.to_string(), code: None, request_id: None }));
    match why {
        RecordingError::NoSuchPart { total: Some(total) } => {
            problem.with_header(CONTENT_RANGE, &format!("bytes */{total}"))
        }
        _ => problem,
    }
}

fn code_of(kind: ErrorKind) -> &'static Code {
    match kind {
        ErrorKind::Unsupported => &table::UNSUPPORTED_BY_PROVIDER,
        ErrorKind::Unauthenticated | ErrorKind::PermissionDenied | ErrorKind::Config => {
            &table::PROVIDER_CREDENTIALS
        }
        ErrorKind::RateLimited | ErrorKind::QuotaExhausted => &table::PROVIDER_BUSY,
        ErrorKind::Unreachable | ErrorKind::Unavailable => &table::PROVIDER_UNAVAILABLE,
        ErrorKind::InvalidRequest
        | ErrorKind::TooLarge
        | ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::UnexpectedResponse => &table::PROVIDER_ERROR,
    }
}
