//! Forgetting pushes.

use crate::Engine;
use outdial_store::PushesKept;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long it is remembered that a push came and was used, so that it is known when it comes again.
const USED_KEPT: Duration = DAY.saturating_mul(3);
/// How long what was of no use is kept.
const OTHERS_KEPT: Duration = DAY.saturating_mul(7);
/// How long it is remembered what was counted.
const TALLIES_KEPT: Duration = DAY.saturating_mul(31);
/// How many of those are kept, of each account.
const MOST: u32 = 10_000;
/// Rows that go in one transaction; others wait for it.
const AT_ONCE: u32 = 500;

impl Engine {
    /// Forgets what is older than it need be kept. What waits to be used is never forgotten.
    pub(crate) async fn forget_old_pushes(&self, shutdown: &CancellationToken) {
        let now = self.now();
        let kept = PushesKept {
            tallies_since: now - TALLIES_KEPT,
            used_since: now - USED_KEPT,
            others_since: now - OTHERS_KEPT,
            most: MOST,
        };
        for account in self.accounts() {
            while !shutdown.is_cancelled() {
                match self.store().forget_pushes(&account.id, kept, AT_ONCE).await {
                    Ok(gone) if gone >= u64::from(AT_ONCE) => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(%error, "old pushes could not be forgotten; tried again later");
                        return;
                    }
                }
            }
        }
    }
}
