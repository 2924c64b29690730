//! What has to be swept away now and then.

use crate::Engine;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long answers to requests with an idempotency key are kept.
const ANSWERS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(60);
/// Rows that go in one transaction; clients' requests wait for it.
const AT_ONCE: u32 = 500;

impl Engine {
    /// Sweeps until `shutdown`. Every replica does; one finds what another has left.
    pub(crate) async fn keep_house(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            self.forget_old_answers(&shutdown).await;
            self.forget_old_pushes(&shutdown).await;
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }

    async fn forget_old_answers(&self, shutdown: &CancellationToken) {
        let before = self.now() - ANSWERS_KEPT;
        while !shutdown.is_cancelled() {
            match self.store().forget_answers(before, AT_ONCE).await {
                Ok(gone) if gone >= u64::from(AT_ONCE) => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, "old answers could not be forgotten; tried again later");
                    return;
                }
            }
        }
    }
}
