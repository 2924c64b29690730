//! Erasures: somebody asks to be forgotten, and is.

use crate::once::{Once, Worded};
use crate::until_nobody::{A_ROUND, until_nobody};
use crate::{Engine, EngineError};
use outdial_model::{Erased, Erasure, ErasureId, TenantId};
use tokio_util::sync::CancellationToken;

/// People in one transaction.
const AT_ONCE: u32 = 200;
/// Transactions while whoever asked waits.
const AT_FIRST: u32 = 10;

impl Engine {
    /// Forgets a person: at once where they are done or with us, when their vendor has told of their end where they are
    /// out. Answers what was found; how far it is, is read from the erasure.
    pub async fn erase(
        &self,
        tenant: &TenantId,
        who: &Erased,
        once: Option<&Once<'_, Erasure>>,
    ) -> Result<Erasure, EngineError> {
        let worded = Worded::erasure(once);
        let (id, now) = (ErasureId::generate(self.now()), self.now());
        let begun = self.store().begin_erasure(tenant, &id, who, worded.stored().as_ref(), now).await?;
        // It is written down: whatever is in the way now, housekeeping goes on.
        let mut left = AT_FIRST;
        if let Err(error) = self.go_on_erasing(&mut left, &CancellationToken::new()).await {
            tracing::warn!(erasure = %id, %error, "people could not be forgotten yet; tried again later");
        }
        self.ring();
        Ok(begun)
    }

    /// One erasure.
    pub async fn erasure(&self, tenant: &TenantId, id: &ErasureId) -> Result<Erasure, EngineError> {
        Ok(self.store().erasure(tenant, id).await?)
    }

    /// Forgets everybody who is to be forgotten by now: because somebody asked for it, or because their tenant has known
    /// them long enough.
    pub async fn forget_people(&self, shutdown: &CancellationToken) -> Result<(), EngineError> {
        let mut left = A_ROUND;
        self.go_on_erasing(&mut left, shutdown).await?;
        let retention = &self.0.retention;
        if retention.keeps_everybody() {
            return Ok(());
        }
        for tenant in self.store().tenants().await? {
            let Some(known) = retention.of(&tenant) else { continue };
            while left > 0 && !shutdown.is_cancelled() {
                left -= 1;
                let (id, now) = (ErasureId::generate(self.now()), self.now());
                if !self.store().retire_some(&tenant, &id, now - known, AT_ONCE, now).await? {
                    break;
                }
                self.go_on_erasing(&mut left, shutdown).await?;
            }
        }
        Ok(())
    }

    /// Goes on with everybody who is being erased and is done by now, in so many transactions as are left.
    async fn go_on_erasing(&self, left: &mut u32, shutdown: &CancellationToken) -> Result<(), EngineError> {
        let step = async || {
            let step = self.store().erase_some(AT_ONCE, self.now()).await?;
            for contact in &step.unreadable {
                tracing::error!(%contact, "a contact cannot be read, and so not be erased; tried again later");
            }
            Ok(step.seen)
        };
        until_nobody(left, shutdown, step).await
    }
}
