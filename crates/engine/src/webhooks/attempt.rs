//! One attempt to deliver.

use super::body;
use super::schedule;
use crate::{Engine, EngineError};
use outdial_model::Timestamp;
use outdial_outward::{Answer, OutwardError};
use outdial_store::{DeliveryResult, TakenDelivery, Verdict};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Answers up to this long are quick.
const QUICKLY: Duration = Duration::from_secs(2);
const GONE: u16 = 410;

/// How an endpoint bore itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It took the message at once.
    Quick,
    /// It took the message, and its time.
    Slow,
    /// It did not take the message.
    Failed,
    /// It was not asked, or not to the end.
    Untried,
}

/// An attempt that is over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) result: DeliveryResult,
    pub(super) manner: Manner,
}

/// What this process has attempted since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Messages that were taken.
    pub delivered: u64,
    /// Messages that were not.
    pub failed: u64,
}

/// Counts [`Attempts`].
#[derive(Debug, Default)]
pub(crate) struct Tally {
    delivered: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    pub(super) fn count(&self, manner: Manner) {
        match manner {
            Manner::Quick | Manner::Slow => self.delivered.fetch_add(1, Ordering::Relaxed),
            Manner::Failed => self.failed.fetch_add(1, Ordering::Relaxed),
            Manner::Untried => 0,
        };
    }

    pub(crate) fn snapshot(&self) -> Attempts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Attempts { delivered: read(&self.delivered), failed: read(&self.failed) }
    }
}

impl Engine {
    /// Attempts a delivery; broken off by `hurry`, it counts as untried.
    pub(super) async fn attempt(&self, taken: &TakenDelivery, hurry: &CancellationToken) -> Ended {
        let begun = Instant::now();
        let tried = tokio::select! {
            tried = self.try_once(taken) => tried,
            () = hurry.cancelled() => Ok(None),
        };
        let now = self.now();
        let mut ended = match tried {
            Ok(Some(Ok(answer))) => answered(taken, &answer, now),
            Ok(Some(Err(error))) => failed(taken, None, Some(error.to_string()), None, now),
            Ok(None) => untried(taken),
            Err(error) => {
                tracing::error!(%error, endpoint = %taken.endpoint.id, "a message could not be made");
                failed(taken, None, Some("the message could not be made".into()), None, now)
            }
        };
        if ended.manner == Manner::Quick && begun.elapsed() > QUICKLY {
            ended.manner = Manner::Slow;
        }
        ended
    }

    async fn try_once(
        &self,
        taken: &TakenDelivery,
    ) -> Result<Option<Result<Answer, OutwardError>>, EngineError> {
        let TakenDelivery { endpoint, event, .. } = taken;
        let message = self.message(endpoint, event.id.as_str(), body::of(taken), self.now())?;
        Ok(Some(self.post(endpoint, message).await))
    }
}

fn answered(taken: &TakenDelivery, answer: &Answer, now: Timestamp) -> Ended {
    let status = answer.status;
    match status {
        200..=299 => {
            Ended { result: result(taken, Verdict::Delivered, Some(status), None), manner: Manner::Quick }
        }
        GONE => Ended { result: result(taken, Verdict::Gone, Some(status), None), manner: Manner::Failed },
        _ => {
            let wish = answer.header("retry-after").and_then(|text| schedule::wish(text, now));
            let error = (300..400).contains(&status).then(|| "redirects are not followed".to_owned());
            failed(taken, Some(status), error, wish, now)
        }
    }
}

fn failed(
    taken: &TakenDelivery,
    status: Option<u16>,
    error: Option<String>,
    wish: Option<Duration>,
    now: Timestamp,
) -> Ended {
    let verdict = schedule::after_failure(taken.attempt, wish, now, schedule::chance());
    Ended { result: result(taken, verdict, status, error), manner: Manner::Failed }
}

/// An attempt that came to nothing, for a reason of our own.
pub(super) fn broken_off(taken: &TakenDelivery, now: Timestamp) -> Ended {
    failed(taken, None, Some("the attempt broke off".to_owned()), None, now)
}

fn untried(taken: &TakenDelivery) -> Ended {
    Ended { result: result(taken, Verdict::Untried, None, None), manner: Manner::Untried }
}

fn result(
    taken: &TakenDelivery,
    verdict: Verdict,
    status: Option<u16>,
    error: Option<String>,
) -> DeliveryResult {
    DeliveryResult {
        endpoint: taken.endpoint.id.clone(),
        position: taken.event.position,
        token: taken.token,
        revision: taken.endpoint.revision,
        verdict,
        status,
        error,
    }
}
