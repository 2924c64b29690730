//! The contract of suppressions, kept as that of the store.

use super::{Engine, once, suppression};
use crate::{Effect, Once, Page, StoreError, SuppressionFilter, Suppressions};
use async_trait::async_trait;
use outdial_model::{NewSuppression, Suppression, SuppressionId, TenantId, Timestamp};

#[async_trait]
impl Suppressions for Engine {
    async fn suppress(
        &self,
        tenant: &TenantId,
        numbers: &[NewSuppression],
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Vec<Suppression>, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let kept = suppression::suppress(&mut tx, &self.vault, tenant, numbers, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Suppressed(&kept)).await?;
            Ok::<_, StoreError>(kept)
        })
    }

    async fn suppression(&self, tenant: &TenantId, id: &SuppressionId) -> Result<Suppression, StoreError> {
        reading!(self, |tx| suppression::read(&mut tx, &self.vault, tenant, id))
    }

    async fn suppressions(
        &self,
        tenant: &TenantId,
        filter: &SuppressionFilter,
        page: &Page<SuppressionId>,
    ) -> Result<Vec<Suppression>, StoreError> {
        reading!(self, |tx| suppression::list(&mut tx, &self.vault, tenant, filter, page))
    }

    async fn allow(&self, tenant: &TenantId, id: &SuppressionId) -> Result<(), StoreError> {
        writing!(self, |tx| suppression::allow(&mut tx, tenant, id))
    }

    async fn take_back_some(&self, limit: u32, now: Timestamp) -> Result<u64, StoreError> {
        writing!(self, |tx| suppression::step(&mut tx, &self.vault, limit, now))
    }
}
