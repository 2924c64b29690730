//! How an account fares: its last successes and failures, and the breaker that keeps new people
//! from being sent into a vendor that does not answer.

use outdial_model::Timestamp;
use outdial_provider::{ErrorKind, ProviderError};
use std::sync::Mutex;
use std::time::Duration;

/// Failures in a row that open the breaker.
const OPENS_AFTER: u32 = 5;
/// How long it stays open before one request may try again.
const OPEN_FOR: Duration = Duration::from_secs(15);

/// Whether creating requests may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaker {
    /// They may.
    Closed,
    /// They may not before this instant.
    Open {
        /// When the next one may try.
        until: Timestamp,
    },
    /// One may try.
    HalfOpen,
}

impl Breaker {
    /// `closed`, `open` or `half_open`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// What is known of an account's health.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Last answer that was understood.
    pub last_success_at: Option<Timestamp>,
    /// Last failure of network, vendor or credentials.
    pub last_failure_at: Option<Timestamp>,
    /// What it was, redacted.
    pub last_failure: Option<String>,
    /// Failures in a row.
    pub failures_in_a_row: u32,
    /// Failures in a row of requests that hand people over; reads that work do not end the row.
    pub sending_failures_in_a_row: u32,
    /// Creating requests that may or may not have happened, since the start of the process.
    pub unknown_outcomes: u64,
}

/// An account's health, shared by everything that talks for it.
#[derive(Debug, Default)]
pub(crate) struct HealthRecord(Mutex<Health>);

impl HealthRecord {
    pub(crate) fn succeeded(&self, now: Timestamp) {
        let mut health = self.lock();
        health.last_success_at = Some(now);
        health.failures_in_a_row = 0;
    }

    /// Counts failures that say something about the vendor or our credentials, not about one request.
    pub(crate) fn failed(&self, error: &ProviderError, now: Timestamp) {
        match error.kind {
            ErrorKind::Unreachable
            | ErrorKind::Unavailable
            | ErrorKind::UnexpectedResponse
            | ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::Config => {
                let mut health = self.lock();
                health.last_failure_at = Some(now);
                health.last_failure = Some(error.detail.clone());
                health.failures_in_a_row = health.failures_in_a_row.saturating_add(1);
            }
            ErrorKind::InvalidRequest
            | ErrorKind::TooLarge
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::RateLimited
            | ErrorKind::QuotaExhausted => self.succeeded(now),
            ErrorKind::Unsupported => {}
        }
    }

    /// Notes how a request ended that hands people over.
    pub(crate) fn sent(&self, outcome: Result<(), &ProviderError>) {
        let mut health = self.lock();
        match outcome.map_err(|error| error.kind) {
            Ok(()) => health.sending_failures_in_a_row = 0,
            Err(ErrorKind::Unreachable | ErrorKind::Unavailable | ErrorKind::UnexpectedResponse) => {
                health.sending_failures_in_a_row = health.sending_failures_in_a_row.saturating_add(1);
            }
            Err(_) => {}
        }
    }

    pub(crate) fn outcome_unknown(&self) {
        self.lock().unknown_outcomes += 1;
    }

    pub(crate) fn snapshot(&self) -> Health {
        self.lock().clone()
    }

    pub(crate) fn breaker(&self, now: Timestamp) -> Breaker {
        let health = self.lock();
        match health.last_failure_at {
            Some(at) if health.failures_in_a_row.max(health.sending_failures_in_a_row) >= OPENS_AFTER => {
                let until = at.saturating_add(OPEN_FOR).unwrap_or(Timestamp::MAX);
                if now < until { Breaker::Open { until } } else { Breaker::HalfOpen }
            }
            _ => Breaker::Closed,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Health> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_provider::Effect;

    #[test]
    fn five_failures_open_the_breaker_and_one_success_closes_it() {
        let record = HealthRecord::default();
        let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let down = ProviderError::new(ErrorKind::Unavailable, Effect::Possible, "down");
        for _ in 0..4 {
            record.failed(&down, now);
        }
        assert_eq!(record.breaker(now), Breaker::Closed);
        record.failed(&down, now);
        assert_eq!(record.breaker(now), Breaker::Open { until: now + OPEN_FOR });
        assert_eq!(record.breaker(now + OPEN_FOR), Breaker::HalfOpen);
        record.succeeded(now);
        assert_eq!(record.breaker(now), Breaker::Closed);
    }

    #[test]
    fn a_refusal_of_one_request_says_that_the_vendor_is_well() {
        let record = HealthRecord::default();
        let refused = ProviderError::new(ErrorKind::InvalidRequest, Effect::None, "bad value");
        for _ in 0..10 {
            record.failed(&refused, Timestamp::UNIX_EPOCH);
        }
        assert_eq!(record.breaker(Timestamp::UNIX_EPOCH), Breaker::Closed);
    }
}
