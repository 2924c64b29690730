//! Keys and secrets of the installation.

use super::Connection;
use crate::row::{ApiKeyRow, millis, to_json};
use crate::{ApiKey, StoreError};

pub(super) async fn secret(conn: &mut Connection, name: &str, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
    sqlx::query(
        "INSERT INTO installation_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .bind(fresh)
    .execute(&mut *conn)
    .await?;
    let value = sqlx::query_scalar("SELECT value FROM installation_secrets WHERE name = $1")
        .bind(name)
        .fetch_one(conn)
        .await?;
    Ok(value)
}

pub(super) async fn insert(conn: &mut Connection, key: &ApiKey) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO api_keys
             (id, tenant, name, hash, scopes, created_at, expires_at, revoked_at, requires_idempotency_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(key.id.as_str())
    .bind(key.tenant.as_str())
    .bind(&key.name)
    .bind(&key.hash)
    .bind(to_json(&key.scopes)?)
    .bind(key.created_at.as_millisecond())
    .bind(millis(key.expires_at))
    .bind(millis(key.revoked_at))
    .bind(key.requires_idempotency_key)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn by_hash(conn: &mut Connection, hash: &str) -> Result<Option<ApiKey>, StoreError> {
    let row: Option<ApiKeyRow> =
        sqlx::query_as("SELECT * FROM api_keys WHERE hash = $1").bind(hash).fetch_optional(conn).await?;
    row.map(ApiKey::try_from).transpose()
}
