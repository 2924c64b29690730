//! API keys.

use super::{json, time, time_if, word};
use crate::{ApiKey, StoreError};
use outdial_model::Scope;

#[derive(sqlx::FromRow)]
pub(crate) struct ApiKeyRow {
    id: String,
    tenant: String,
    name: String,
    hash: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
    requires_idempotency_key: bool,
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        // A word that is no scope (any more) is good for nothing.
        let scopes: Vec<String> = json(&row.scopes, "api_keys.scopes")?;
        Ok(Self {
            id: word(&row.id, "api_keys.id")?,
            tenant: word(&row.tenant, "api_keys.tenant")?,
            name: row.name,
            hash: row.hash,
            scopes: scopes.iter().filter_map(|scope| scope.parse::<Scope>().ok()).collect(),
            created_at: time(row.created_at, "api_keys.created_at")?,
            expires_at: time_if(row.expires_at, "api_keys.expires_at")?,
            revoked_at: time_if(row.revoked_at, "api_keys.revoked_at")?,
            last_used_at: time_if(row.last_used_at, "api_keys.last_used_at")?,
            requires_idempotency_key: row.requires_idempotency_key,
        })
    }
}
