//! The contract of privacy, kept as that of the store.

use super::{Engine, erasure, once, retention, sealing, unlock};
use crate::{Effect, Forgetting, Once, Privacy, Rewrapped, SealProgress, Step, StoreError};
use async_trait::async_trait;
use outdial_model::{Erased, Erasure, ErasureId, TenantId, Timestamp};

#[async_trait]
impl Privacy for Engine {
    async fn rewrap_data_key(&self) -> Result<Rewrapped, StoreError> {
        writing!(self, |tx| unlock::rewrap(&mut tx, self.keyring.as_ref()))
    }

    async fn seal_step(&self, from: &Step) -> Result<SealProgress, StoreError> {
        let progress: SealProgress = writing!(self, |tx| sealing::step(&mut tx, &self.vault, from))?;
        if progress.next.is_none() {
            self.connections.forget_what_was().await?;
            self.connections.forget_samples().await?;
        }
        Ok(progress)
    }

    async fn begin_erasure(
        &self,
        tenant: &TenantId,
        id: &ErasureId,
        who: &Erased,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Erasure, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let begun = erasure::begin(&mut tx, &self.vault, tenant, id, who, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Erasure(&begun)).await?;
            Ok::<_, StoreError>(begun)
        })
    }

    async fn erasure(&self, tenant: &TenantId, id: &ErasureId) -> Result<Erasure, StoreError> {
        reading!(self, |tx| erasure::read(&mut tx, tenant, id))
    }

    async fn erase_some(&self, limit: u32, now: Timestamp) -> Result<Forgetting, StoreError> {
        let step: Forgetting = writing!(self, |tx| erasure::step(&mut tx, &self.vault, limit, now))?;
        // Once for all of them: it costs more than a step.
        if step.seen > 0 {
            self.connections.note_what_was();
        } else {
            self.connections.forget_if_noted().await?;
        }
        Ok(step)
    }

    async fn retire_some(
        &self,
        tenant: &TenantId,
        id: &ErasureId,
        ended: Timestamp,
        limit: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        writing!(self, |tx| retention::step(&mut tx, tenant, id, ended, limit, now))
    }
}
