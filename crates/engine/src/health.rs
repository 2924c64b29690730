//! How an account fares: its last successes and failures, and the breaker that keeps new people
//! from being sent into a vendor that does not answer.
//!
//! Many failures in a row open the breaker, or many within a minute whatever works between them. After a
//! while it is half open: one request that hands people over may try, and what becomes of it closes or
//! opens it. Reads are never kept back. Where only reads failed, a read that works closes it again.

use outdial_model::Timestamp;
use outdial_provider::{Effect, ErrorKind, ProviderError};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Failures in a row that open the breaker.
const OPENS_AFTER: u32 = 5;
/// Failures within [`LATELY`] that open it, whatever works between them.
const OPENS_AFTER_LATELY: usize = 10;
const LATELY: Duration = Duration::from_secs(60);
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

/// What a request says about the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It answers; a documented refusal is an answer.
    Well,
    /// It does not answer as it should, or does not let us in.
    Ill,
    /// Nothing: the request never got there for reasons of our own.
    Silent,
}

impl Verdict {
    fn of(result: Result<(), &ProviderError>) -> Self {
        let Err(error) = result else { return Self::Well };
        match error.kind {
            ErrorKind::Unreachable
            | ErrorKind::Unavailable
            | ErrorKind::UnexpectedResponse
            | ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::Config => Self::Ill,
            ErrorKind::Unsupported => Self::Silent,
            ErrorKind::InvalidRequest
            | ErrorKind::TooLarge
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::RateLimited
            | ErrorKind::QuotaExhausted => {
                if error.effect == Effect::NotSent {
                    Self::Silent
                } else {
                    Self::Well
                }
            }
        }
    }
}

/// An account's health, shared by everything that talks for it.
#[derive(Debug, Default)]
pub(crate) struct HealthRecord(Mutex<Record>);

#[derive(Debug, Default)]
struct Record {
    health: Health,
    /// When failures happened lately, oldest first.
    lately: VecDeque<Timestamp>,
    /// When the breaker opened last; `None` while it is closed.
    opened_at: Option<Timestamp>,
    /// Since when it is not closed.
    ill_since: Option<Timestamp>,
    /// What opened it: then only such a request shows that the vendor is well again.
    by_sending: bool,
    /// The one request that may try while it is half open is under way.
    is_tried: bool,
}

/// Leave for one request that hands people over. Dropped without an answer, another may try.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    record: &'a HealthRecord,
    is_the_one: bool,
}

impl HealthRecord {
    /// Notes how a request ended that hands nobody over.
    pub(crate) fn answered(&self, result: Result<(), &ProviderError>, now: Timestamp) {
        let mut record = self.lock();
        match Verdict::of(result) {
            Verdict::Silent => {}
            Verdict::Ill => record.failed(result, now, false),
            Verdict::Well => {
                record.succeeded(now);
                if record.breaker(now) == Breaker::HalfOpen && !record.by_sending {
                    record.close();
                }
            }
        }
    }

    /// Leave to send people; none while the breaker is open, or half open and tried already.
    pub(crate) fn try_sending(&self, now: Timestamp) -> Option<Trial<'_>> {
        let mut record = self.lock();
        let is_the_one = match record.breaker(now) {
            Breaker::Closed => false,
            Breaker::HalfOpen if !record.is_tried => true,
            Breaker::HalfOpen | Breaker::Open { .. } => return None,
        };
        record.is_tried |= is_the_one;
        Some(Trial { record: self, is_the_one })
    }

    pub(crate) fn outcome_unknown(&self) {
        self.lock().health.unknown_outcomes += 1;
    }

    pub(crate) fn snapshot(&self) -> Health {
        self.lock().health.clone()
    }

    pub(crate) fn breaker(&self, now: Timestamp) -> Breaker {
        self.lock().breaker(now)
    }

    /// Since when the breaker is not closed; `None` while it is.
    pub(crate) fn ill_since(&self, now: Timestamp) -> Option<Timestamp> {
        let record = self.lock();
        record.ill_since.filter(|_| record.breaker(now) != Breaker::Closed)
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trial<'_> {
    /// Notes how the request ended.
    pub(crate) fn ended(self, result: Result<(), &ProviderError>, now: Timestamp) {
        let mut record = self.record.lock();
        match Verdict::of(result) {
            Verdict::Silent => {}
            Verdict::Well => {
                record.succeeded(now);
                record.health.sending_failures_in_a_row = 0;
                if self.is_the_one {
                    record.close();
                }
            }
            Verdict::Ill => {
                record.failed(result, now, true);
                if self.is_the_one {
                    record.open(now);
                }
            }
        }
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if self.is_the_one {
            self.record.lock().is_tried = false;
        }
    }
}

impl Record {
    fn breaker(&self, now: Timestamp) -> Breaker {
        let Some(opened) = self.opened_at else { return Breaker::Closed };
        let until = later(opened, OPEN_FOR);
        let (worked, failed) = (self.health.last_success_at, self.health.last_failure_at);
        // Nobody had anybody to send, and everything else works since a while.
        let is_quiet = failed.is_some_and(|at| later(at, LATELY) <= now && worked > Some(at));
        match () {
            () if now < until => Breaker::Open { until },
            () if is_quiet => Breaker::Closed,
            () => Breaker::HalfOpen,
        }
    }

    fn succeeded(&mut self, now: Timestamp) {
        self.health.last_success_at = Some(now);
        self.health.failures_in_a_row = 0;
    }

    fn failed(&mut self, result: Result<(), &ProviderError>, now: Timestamp, sending: bool) {
        if self.opened_at.is_some() && self.breaker(now) == Breaker::Closed {
            self.close();
        }
        let health = &mut self.health;
        health.last_failure_at = Some(now);
        health.last_failure = result.err().map(|error| error.detail.clone());
        health.failures_in_a_row = health.failures_in_a_row.saturating_add(1);
        if sending {
            health.sending_failures_in_a_row = health.sending_failures_in_a_row.saturating_add(1);
        }
        let in_a_row = health.failures_in_a_row.max(health.sending_failures_in_a_row);
        self.lately.push_back(now);
        self.lately.retain(|at| later(*at, LATELY) > now);
        let too_many = in_a_row >= OPENS_AFTER || self.lately.len() >= OPENS_AFTER_LATELY;
        if too_many && self.opened_at.is_none() {
            self.open(now);
        }
        self.by_sending |= sending && self.opened_at.is_some();
    }

    fn open(&mut self, now: Timestamp) {
        self.opened_at = Some(now);
        self.ill_since.get_or_insert(now);
        self.by_sending |= self.health.sending_failures_in_a_row > 0;
        self.lately.clear();
    }

    fn close(&mut self) {
        self.opened_at = None;
        self.ill_since = None;
        self.by_sending = false;
        self.lately.clear();
        self.health.failures_in_a_row = 0;
        self.health.sending_failures_in_a_row = 0;
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-03-01T00:00:00Z".parse().unwrap()
    }

    fn down() -> ProviderError {
        ProviderError::new(ErrorKind::Unavailable, Effect::Possible, "down")
    }

    fn send(record: &HealthRecord, result: Result<(), &ProviderError>, now: Timestamp) -> bool {
        record.try_sending(now).map(|trial| trial.ended(result, now)).is_some()
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_one_request_that_works_closes_it() {
        let (record, now, down) = (HealthRecord::default(), start(), down());
        for _ in 0..4 {
            assert!(send(&record, Err(&down), now));
        }
        assert_eq!(record.breaker(now), Breaker::Closed);
        send(&record, Err(&down), now);
        let until = now + OPEN_FOR;
        assert_eq!(record.breaker(now), Breaker::Open { until });
        assert!(!send(&record, Ok(()), now), "nobody may try yet");
        assert_eq!(record.breaker(until), Breaker::HalfOpen);
        assert!(send(&record, Ok(()), until));
        assert_eq!(record.breaker(until), Breaker::Closed);
    }

    #[test]
    fn half_open_exactly_one_may_try_and_its_failure_opens_it_again() {
        let (record, now, down) = (HealthRecord::default(), start(), down());
        for _ in 0..5 {
            send(&record, Err(&down), now);
        }
        let later = now + OPEN_FOR;
        let the_one = record.try_sending(later).unwrap();
        assert!(record.try_sending(later).is_none(), "one is enough");
        drop(the_one);
        let another = record.try_sending(later).expect("the first never left, so another may");
        record.answered(Ok(()), later);
        assert_eq!(record.breaker(later), Breaker::HalfOpen, "a read says nothing about sending");
        another.ended(Err(&down), later);
        assert_eq!(record.breaker(later), Breaker::Open { until: later + OPEN_FOR });
    }

    #[test]
    fn ten_failures_within_a_minute_open_it_whatever_works_between() {
        let (record, now, down) = (HealthRecord::default(), start(), down());
        for second in 0..10 {
            assert_eq!(record.breaker(now), Breaker::Closed);
            let at = now + Duration::from_secs(second * 5);
            send(&record, Err(&down), at);
            send(&record, Ok(()), at);
        }
        assert!(matches!(record.breaker(now + Duration::from_secs(45)), Breaker::Open { .. }));
    }

    #[test]
    fn where_only_reads_failed_a_read_closes_it() {
        let (record, now, down) = (HealthRecord::default(), start(), down());
        for _ in 0..5 {
            record.answered(Err(&down), now);
        }
        record.answered(Ok(()), now + OPEN_FOR);
        assert_eq!(record.breaker(now + OPEN_FOR), Breaker::Closed);
    }

    #[test]
    fn a_refusal_of_one_request_says_that_the_vendor_is_well() {
        let record = HealthRecord::default();
        let refused = ProviderError::new(ErrorKind::InvalidRequest, Effect::None, "bad value");
        for _ in 0..5 {
            send(&record, Err(&down()), start());
        }
        let later = start() + OPEN_FOR;
        assert!(send(&record, Err(&refused), later));
        assert_eq!(record.breaker(later), Breaker::Closed);
    }
}
