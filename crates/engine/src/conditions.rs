//! Telling everybody who has something to lose at an account when its vendor does not answer, and when it does
//! again.
//!
//! The account's breaker decides what is so in this process; the store keeps what was told, so that several
//! processes that notice the same tell it once.

use crate::{Breaker, Engine};
use outdial_model::AccountId;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the breakers are looked at.
const ROUND: Duration = Duration::from_secs(1);

/// What this process has told of each account: whether its vendor does not answer.
pub(crate) type Told = BTreeMap<AccountId, bool>;

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

    /// Tells what has changed since it was told. What could not be written is tried in the next round.
    ///
    /// That a vendor does not answer is told in every round: another process may have told otherwise, and telling
    /// it twice is no news. That one answers is told only by a process that has heard it.
    pub(crate) async fn tell_conditions(&self, told: &mut Told) {
        let now = self.now();
        for account in self.accounts() {
            let is_degraded = account.breaker(now) != Breaker::Closed;
            let has_heard = told.contains_key(&account.id) || account.health().last_success_at.is_some();
            let is_told = !is_degraded && (told.get(&account.id) == Some(&false) || !has_heard);
            if is_told {
                continue;
            }
            match self.store().tell_provider(&account.id, &account.kind, is_degraded, now).await {
                Ok(is_news) => {
                    told.insert(account.id.clone(), is_degraded);
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
