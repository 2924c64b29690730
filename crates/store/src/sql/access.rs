//! The contract of keys and the audit log, kept by handing each method to the function that does the work.

use super::{Engine, audit, halting, key, once};
use crate::{Access, ApiKey, AuditEntry, Effect, EmergencyStop, Once, Page, StoreError};
use async_trait::async_trait;
use outdial_model::{AuditId, KeyId, TenantId, Timestamp};

#[async_trait]
impl Access for Engine {
    async fn insert_api_key(
        &self,
        key: &ApiKey,
        most: u32,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, &key.tenant, once, now).await?;
            key::insert(&mut tx, key, most).await?;
            once::end(&mut tx, &self.vault, &key.tenant, once, Effect::ApiKey(key)).await?;
            Ok::<_, StoreError>(())
        })
    }

    async fn api_key(&self, hash: &str) -> Result<Option<ApiKey>, StoreError> {
        reading!(self, |tx| key::by_hash(&mut tx, hash))
    }

    async fn api_keys(&self, tenants: &[TenantId], page: &Page<KeyId>) -> Result<Vec<ApiKey>, StoreError> {
        reading!(self, |tx| key::list(&mut tx, tenants, page))
    }

    async fn api_key_of(&self, tenants: &[TenantId], id: &KeyId) -> Result<ApiKey, StoreError> {
        reading!(self, |tx| key::read(&mut tx, tenants, id))
    }

    async fn revoke_api_key(
        &self,
        tenants: &[TenantId],
        id: &KeyId,
        now: Timestamp,
    ) -> Result<ApiKey, StoreError> {
        writing!(self, |tx| key::revoke(&mut tx, tenants, id, now))
    }

    async fn note_key_uses(&self, uses: &[(KeyId, Timestamp)]) -> Result<(), StoreError> {
        writing!(self, |tx| key::note_uses(&mut tx, uses))
    }

    async fn halt(
        &self,
        tenant: &TenantId,
        actor: &str,
        now: Timestamp,
    ) -> Result<EmergencyStop, StoreError> {
        writing!(self, |tx| halting::halt(&mut tx, tenant, actor, now))
    }

    async fn emergency_stop(&self, tenant: &TenantId) -> Result<Option<EmergencyStop>, StoreError> {
        reading!(self, |tx| halting::last(&mut tx, tenant))
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        reading!(self, |tx| halting::tenants(&mut tx))
    }

    async fn write_audit(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        writing!(self, |tx| audit::write(&mut tx, entries))
    }

    async fn audit(
        &self,
        tenant: &TenantId,
        target: Option<&str>,
        page: &Page<AuditId>,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        reading!(self, |tx| audit::list(&mut tx, tenant, target, page))
    }

    async fn forget_audit(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        writing!(self, |tx| audit::forget(&mut tx, before, limit))
    }
}
