//! What was said in calls: read after it is known how they ended, and holding up nothing.
//!
//! A vendor takes its time to write a call down, and tells of one call at a time. So nobody waits for it: calls that have a
//! transcript, or will, stand in a line of this process, and beside the worker each is asked about, later every time, until it is
//! there. That is all the effort that is made: what stands in line when the process ends, or finds the line full,
//! stays without.
//!
//! Not for: how a call ended. What goes wrong here says nothing about dialing, so the account's breaker is not told of it.

use crate::{Breaker, Engine};
use futures_util::{StreamExt, stream};
use outdial_model::{AccountId, CallId, ContactId, Insight, RawOutcome, SegmentId, Source, Timestamp};
use outdial_provider::{ContactReport, RetryAdvice};
use outdial_store::{CallChange, Changes, StoreError};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Calls in line.
const LONGEST_LINE: usize = 10_000;
/// Calls that are asked about at the same time; the transport keeps to the vendor's rate.
const AT_ONCE: usize = 4;
/// How long one answer may take.
const TERM: Duration = Duration::from_secs(15);
/// Before a call is asked about, and twice as long after every time in vain.
const SOON: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How long after its end was read a call is asked about.
const PATIENCE: Duration = Duration::from_secs(3600);
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// A call whose transcript is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    account: AccountId,
    segment: SegmentId,
    contact: ContactId,
    vendor_call_id: String,
    /// Since when.
    since: Timestamp,
    due: Timestamp,
    /// How often it was asked about.
    asked: u32,
}

/// Calls whose transcripts are wanted, soonest first.
#[derive(Debug, Default)]
pub(crate) struct Line {
    calls: Mutex<VecDeque<Wanted>>,
    /// Rings when somebody stands in an empty line.
    begun: Notify,
}

impl Line {
    /// Calls of one who is done, those that have a transcript.
    pub(crate) fn join(
        &self,
        account: &AccountId,
        segment: &SegmentId,
        report: &ContactReport,
        now: Timestamp,
    ) {
        for call in report.calls.iter().filter(|call| call.has_transcript && call.has_an_id()) {
            self.stand(Wanted {
                account: account.clone(),
                segment: segment.clone(),
                contact: report.key.clone(),
                vendor_call_id: call.vendor_call_id.clone(),
                since: now,
                due: now + SOON,
                asked: 0,
            });
        }
    }

    /// In vain so far; once more, if it is not too late.
    fn again(&self, wanted: Wanted, now: Timestamp) {
        let asked = wanted.asked.saturating_add(1);
        let due = now + SOON.saturating_mul(1 << asked.min(16)).min(LONGEST_PAUSE);
        if due <= wanted.since + PATIENCE {
            self.stand(Wanted { asked, due, ..wanted });
        }
    }

    fn stand(&self, wanted: Wanted) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() >= LONGEST_LINE {
            tracing::warn!(account = %wanted.account, "a call stays without its transcript: too many are wanted");
            return;
        }
        let place = calls.partition_point(|other| other.due <= wanted.due);
        calls.insert(place, wanted);
        if calls.len() == 1 {
            self.begun.notify_one();
        }
    }

    /// Some of those that are due.
    fn take(&self, now: Timestamp) -> Vec<Wanted> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| calls.pop_front_if(|first| first.due <= now)).take(AT_ONCE).collect()
    }
}

impl Engine {
    /// Reads transcripts until `shutdown`; what is not there by then is left.
    pub(crate) async fn read_transcripts(self, shutdown: CancellationToken) {
        let reading = async {
            loop {
                let begun = self.0.transcripts.begun.notified();
                if self.read_due_transcripts().await == 0 {
                    tokio::select! {
                        () = begun => {}
                        () = tokio::time::sleep(LONGEST_SLEEP) => {}
                    }
                }
            }
        };
        shutdown.run_until_cancelled(reading).await;
    }

    /// Asks about some calls whose time has come, and answers how many those were.
    async fn read_due_transcripts(&self) -> usize {
        let due = self.0.transcripts.take(self.now());
        let many = due.len();
        stream::iter(due).for_each_concurrent(AT_ONCE, |wanted| self.read_transcript(wanted)).await;
        many
    }

    async fn read_transcript(&self, wanted: Wanted) {
        let Ok(account) = self.account(&wanted.account) else { return };
        if account.breaker(self.now()) != Breaker::Closed {
            return self.0.transcripts.again(wanted, self.now());
        }
        let said = match timeout(TERM, account.provider.transcript(&wanted.vendor_call_id)).await {
            Ok(Ok(said)) => said,
            Ok(Err(error)) if error.retry() == RetryAdvice::Never => {
                tracing::warn!(account = %account.id, %error, "a call stays without its transcript");
                return;
            }
            Ok(Err(_)) | Err(_) => Vec::new(),
        };
        if said.is_empty() {
            return self.0.transcripts.again(wanted, self.now());
        }
        match self.store().apply(said_in(&wanted, said, self.now()), self.now()).await {
            Ok(_) => self.0.changed.notify_waiters(),
            Err(StoreError::Unavailable(_)) => self.0.transcripts.again(wanted, self.now()),
            Err(error) => tracing::warn!(account = %account.id, %error, "a transcript could not be kept"),
        }
    }
}

/// What was said, and nothing else, is learned of a call.
fn said_in(wanted: &Wanted, insights: Vec<Insight>, now: Timestamp) -> Changes {
    let call = CallChange {
        id: CallId::generate(now),
        contact: wanted.contact.clone(),
        segment: wanted.segment.clone(),
        vendor_call_id: wanted.vendor_call_id.clone(),
        started_at: None,
        answered_at: None,
        ended_at: None,
        talk_seconds: 0,
        disposition: None,
        raw: RawOutcome::default(),
        insights,
        recording: None,
    };
    Changes { calls: vec![call], ..Changes::default() }.by(Source::Poll)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, since: Timestamp) -> Wanted {
        Wanted {
            account: "main".parse().unwrap(),
            segment: SegmentId::generate(since),
            contact: ContactId::generate(since),
            vendor_call_id: name.to_owned(),
            since,
            due: since + SOON,
            asked: 0,
        }
    }

    fn names(calls: &[Wanted]) -> Vec<&str> {
        calls.iter().map(|wanted| wanted.vendor_call_id.as_str()).collect()
    }

    #[test]
    fn whoever_is_due_comes_in_turn_and_in_vain_later_every_time_for_an_hour() {
        let (line, begin) = (Line::default(), Timestamp::UNIX_EPOCH);
        line.stand(wanted("second", begin + SOON));
        line.stand(wanted("first", begin));
        assert_eq!(line.take(begin), []);
        assert_eq!(names(&line.take(begin + SOON)), ["first"]);
        let mut now = begin + SOON * 2;
        let mut pauses = Vec::new();
        while let Some(one) = line.take(now).pop() {
            line.again(one, now);
            let due = line.calls.lock().unwrap().front().map(|next| next.due);
            let Some(due) = due else { break };
            pauses.push(due.duration_since(now).as_secs());
            now = due;
        }
        assert_eq!(pauses[..9], [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(pauses.len(), 18, "an hour is over: {pauses:?}");
    }

    #[test]
    fn a_line_that_is_full_takes_nobody_and_few_are_taken_at_a_time() {
        let (line, begin) = (Line::default(), Timestamp::UNIX_EPOCH);
        for n in 0..=LONGEST_LINE {
            line.stand(wanted(&n.to_string(), begin));
        }
        assert_eq!(line.calls.lock().unwrap().len(), LONGEST_LINE);
        assert_eq!(names(&line.take(begin + SOON)), ["0", "1", "2", "3"]);
    }
}
