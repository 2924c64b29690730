//! Telling everybody who has something to lose at an account when its vendor does not answer, and when it does
//! again.
//!
//! The account's breaker decides what is so in this process; the store keeps what was told, so that several
//! processes that notice the same tell it once.
//!
//! A process that says that a vendor does not answer may go away before it can say otherwise. So its word stands only
//! for a while against that of another one to which the vendor does answer, and is said again with every failure.

use crate::{Breaker, Engine, Health};
use outdial_model::{AccountId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the breakers are looked at.
const ROUND: Duration = Duration::from_secs(1);

/// For how long another process's word that the vendor does not answer stands: longer than it takes to fail once more.
const STANDS: Duration = Duration::from_secs(60);
/// How often it is told again that a vendor answers, while it does.
const AGAIN: Duration = Duration::from_secs(30);

/// What this process has told of each account last: whether its vendor does not answer, and when that was.
pub(crate) type Told = BTreeMap<AccountId, (bool, Timestamp)>;

/// For how long another's word stands against what is to be told now; `None` when nothing is. That a vendor answers is
/// told only by a process that has heard it.
fn stands(told: Option<(bool, Timestamp)>, is_degraded: bool, health: &Health) -> Option<Duration> {
    let is_since = |at: Option<Timestamp>, then: Timestamp| at.is_some_and(|at| at > then);
    match told {
        None => (is_degraded || health.last_success_at.is_some()).then_some(Duration::ZERO),
        Some((was_degraded, _)) if was_degraded != is_degraded => Some(Duration::ZERO),
        Some((true, at)) => is_since(health.last_failure_at, at).then_some(Duration::ZERO),
        Some((false, at)) => is_since(health.last_success_at, at + AGAIN).then_some(STANDS),
    }
}

impl Engine {
    /// Watches the accounts until `shutdown`.
    pub(crate) async fn watch_accounts(self, shutdown: CancellationToken) {
        let mut told = Told::new();
        while !shutdown.is_cancelled() {
            self.tell_conditions(&mut told).await;
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }

    /// Tells what has changed since it was told, and what bears repeating. What could not be written is tried in the next
    /// round.
    pub(crate) async fn tell_conditions(&self, told: &mut Told) {
        let now = self.now();
        for account in self.accounts() {
            let is_degraded = account.breaker(now) != Breaker::Closed;
            let last = told.get(&account.id).copied();
            let Some(stands) = stands(last, is_degraded, &account.health()) else { continue };
            match self.store().tell_provider(&account.id, &account.kind, is_degraded, stands, now).await {
                Ok(is_news) => {
                    told.insert(account.id.clone(), (is_degraded, now));
                    if is_news {
                        tracing::warn!(account = %account.id, is_degraded, "whether the vendor answers has changed");
                        self.0.changed.notify_waiters();
                    }
                }
                Err(error) => tracing::warn!(account = %account.id, %error, "a condition could not be told"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn health(success: Option<i64>, failure: Option<i64>) -> Health {
        let [last_success_at, last_failure_at] = [success, failure].map(|second| second.map(at));
        Health { last_success_at, last_failure_at, ..Health::default() }
    }

    #[test]
    fn that_a_vendor_answers_is_told_by_whoever_has_heard_it() {
        assert_eq!(stands(None, false, &health(None, None)), None);
        assert_eq!(stands(None, false, &health(Some(1), None)), Some(Duration::ZERO));
        assert_eq!(
            stands(Some((true, at(5))), false, &health(None, Some(4))),
            Some(Duration::ZERO),
            "its own word"
        );
    }

    #[test]
    fn it_is_told_again_while_it_answers_for_whoever_said_otherwise_may_be_gone() {
        let told = Some((false, at(0)));
        assert_eq!(stands(told, false, &health(Some(30), None)), None);
        assert_eq!(stands(told, false, &health(Some(31), None)), Some(STANDS));
    }

    #[test]
    fn that_it_does_not_answer_is_told_again_with_every_failure() {
        let told = Some((true, at(10)));
        assert_eq!(stands(None, true, &health(None, Some(9))), Some(Duration::ZERO));
        assert_eq!(stands(told, true, &health(Some(11), Some(10))), None, "nothing has failed since");
        assert_eq!(stands(told, true, &health(None, Some(11))), Some(Duration::ZERO));
    }
}
