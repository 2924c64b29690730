//! Forgetting pushes.

use crate::Engine;
use outdial_store::{PushesKept, StoreError};
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
        if let Err(error) = self.forget_pushes(kept, shutdown).await {
            tracing::warn!(%error, "old pushes could not be forgotten; tried again later");
        }
    }

    /// Those of accounts that are not configured any more are among them.
    async fn forget_pushes(&self, kept: PushesKept, shutdown: &CancellationToken) -> Result<(), StoreError> {
        let mut account = self.store().next_account_with_pushes(None).await?;
        while let Some(id) = account.filter(|_| !shutdown.is_cancelled()) {
            let gone = self.store().forget_pushes(&id, kept, AT_ONCE).await?;
            account = match gone {
                gone if gone >= u64::from(AT_ONCE) => Some(id),
                _ => self.store().next_account_with_pushes(Some(&id)).await?,
            };
        }
        Ok(())
    }
}
