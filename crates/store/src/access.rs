//! Who may come in, and who did what.

use crate::{Once, Page, StoreError};
use async_trait::async_trait;
use outdial_model::{AuditId, EmergencyStopId, KeyId, Scopes, TenantId, Timestamp};
use std::fmt::Debug;

/// An API key as stored: its secret is only a keyed hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Whose data it sees: a tenant's, or those of a tenant's twin for tests.
    pub tenant: TenantId,
    /// For people.
    pub name: String,
    /// HMAC-SHA256 of the key with the server's pepper, hexadecimal.
    pub hash: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, some minutes more or less.
    pub last_used_at: Option<Timestamp>,
    /// Whether every POST with it must name an idempotency key.
    pub requires_idempotency_key: bool,
}

/// That somebody asked for a change, and what they were answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id; ascends with the time.
    pub id: AuditId,
    /// Whose data it was about.
    pub tenant: TenantId,
    /// When it was answered.
    pub at: Timestamp,
    /// Who: the id of a key, or issuer and subject of a token.
    pub actor: String,
    /// What: the operation's name in the API.
    pub operation: String,
    /// To what: the id or name in the path, if there is one.
    pub target: Option<String>,
    /// What was answered, as an HTTP status.
    pub status: u16,
    /// The request's id, as in the answer and in the log.
    pub request_id: String,
}

/// That everything of a tenant was to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyStop {
    /// Its id.
    pub id: EmergencyStopId,
    /// Whatever was there by then dials nobody any more.
    pub at: Timestamp,
    /// Who asked for it.
    pub actor: String,
    /// How many tasks were not over then.
    pub tasks: u64,
}

/// Keys, emergency stops and the audit log.
#[async_trait]
pub trait Access: Debug + Send + Sync {
    /// Stores a key; `LimitReached` when its tenant has `most` that were not taken back.
    async fn insert_api_key(
        &self,
        key: &ApiKey,
        most: u32,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// The key with that hash, revoked and expired ones included.
    async fn api_key(&self, hash: &str) -> Result<Option<ApiKey>, StoreError>;
    /// A page of the keys of these tenants, newest first, revoked and expired ones included.
    async fn api_keys(&self, tenants: &[TenantId], page: &Page<KeyId>) -> Result<Vec<ApiKey>, StoreError>;
    /// One key of these tenants.
    async fn api_key_of(&self, tenants: &[TenantId], id: &KeyId) -> Result<ApiKey, StoreError>;
    /// Takes a key of these tenants back; one that was taken back stays so.
    async fn revoke_api_key(
        &self,
        tenants: &[TenantId],
        id: &KeyId,
        now: Timestamp,
    ) -> Result<ApiKey, StoreError>;
    /// Notes when keys were last used; an earlier instant changes nothing.
    async fn note_key_uses(&self, uses: &[(KeyId, Timestamp)]) -> Result<(), StoreError>;

    /// Stops everything of a tenant: when this returns, no dispatch is planned any more for a task that is there now, and
    /// all that are not over are due at once. Its instant is `now`, or later where a clock was behind when a task was made.
    async fn halt(&self, tenant: &TenantId, actor: &str, now: Timestamp)
    -> Result<EmergencyStop, StoreError>;
    /// The tenant's last emergency stop.
    async fn emergency_stop(&self, tenant: &TenantId) -> Result<Option<EmergencyStop>, StoreError>;
    /// Every tenant that has or had a task.
    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError>;

    /// Writes down what was asked for. One that is there already is left as it is.
    async fn write_audit(&self, entries: &[AuditEntry]) -> Result<(), StoreError>;
    /// A page of the tenant's audit log, newest first; only entries about `target` if one is given.
    async fn audit(
        &self,
        tenant: &TenantId,
        target: Option<&str>,
        page: &Page<AuditId>,
    ) -> Result<Vec<AuditEntry>, StoreError>;
    /// Forgets up to `limit` entries from before `before`; answers how many went.
    async fn forget_audit(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
