//! What has to be swept away now and then.

use crate::Engine;
use outdial_model::{Cap, Policy, Rules};
use outdial_store::StoreError;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long answers to requests with an idempotency key are kept.
const ANSWERS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long it is known how often somebody was rung: as long as a cap may look back.
const ATTEMPTS_KEPT: Duration = Duration::from_secs(Cap::MOST_DAYS as u64 * 24 * 60 * 60);
/// How long it is known what was dialed: longer than any day of a budget.
const DIALS_KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// How long deliveries that are over stay in the log of their endpoint.
const DELIVERIES_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long it is known who did what.
const AUDIT_KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(60);
/// Rows that go in one transaction; clients' requests wait for it.
const AT_ONCE: u32 = 500;

impl Engine {
    /// Sweeps until `shutdown`. Every replica does; one finds what another has left.
    pub(crate) async fn keep_house(self, shutdown: CancellationToken) {
        // Rules may have become others while nobody ran.
        let mut asked_by = None;
        while !shutdown.is_cancelled() {
            let (store, now, holds) = (self.store(), self.now(), holds_by(&self.policy()));
            let answers = || store.forget_answers(now - ANSWERS_KEPT, AT_ONCE);
            sweep("answers", answers, &shutdown).await;
            let attempts = || store.forget_attempts(now - ATTEMPTS_KEPT, AT_ONCE);
            sweep("attempts", attempts, &shutdown).await;
            let dials = || store.forget_dials(now - DIALS_KEPT, AT_ONCE);
            sweep("dials", dials, &shutdown).await;
            let deliveries = || store.forget_deliveries(now - DELIVERIES_KEPT, AT_ONCE);
            sweep("deliveries", deliveries, &shutdown).await;
            if let Err(error) = self.forget_people(&shutdown).await {
                tracing::warn!(%error, "people could not be forgotten; tried again later");
            }
            if let Err(error) = self.take_back(&shutdown).await {
                tracing::warn!(%error, "people whose numbers are suppressed could not be taken back; tried again later");
            }
            if let Err(error) = self.expire_people(&shutdown).await {
                tracing::warn!(%error, "people whose time is over could not be ended; tried again later");
            }
            let audit = || store.forget_audit(now - AUDIT_KEPT, AT_ONCE);
            sweep("audit", audit, &shutdown).await;
            self.forget_old_pushes(&shutdown).await;
            self.write_key_uses().await;
            if asked_by.as_ref() != Some(&holds) {
                match self.ask_everybody_again(&shutdown).await {
                    Ok(()) => asked_by = Some(holds),
                    Err(error) => {
                        tracing::warn!(%error, "people who wait by other rules could not be asked about again; tried again later");
                    }
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.0.ruled.notified() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }
}

/// What of the rules people may be held by.
fn holds_by(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let all = policy.tenants.values_mut().chain(policy.countries.values_mut());
    for rules in all.chain([&mut policy.everybody]) {
        *rules =
            Rules { hours: rules.hours.take(), caps: std::mem::take(&mut rules.caps), ..Rules::default() };
    }
    policy
}

/// Forgets what is old, a little at a time.
async fn sweep<F: Future<Output = Result<u64, StoreError>>>(
    what: &str,
    forget: impl Fn() -> F,
    shutdown: &CancellationToken,
) {
    while !shutdown.is_cancelled() {
        match forget().await {
            Ok(gone) if gone >= u64::from(AT_ONCE) => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, what, "what is old could not be forgotten; tried again later");
                return;
            }
        }
    }
}
