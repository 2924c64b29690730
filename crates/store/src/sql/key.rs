//! Keys and secrets of the installation.

use super::{Connection, unlock};
use crate::row::{ApiKeyRow, millis, to_json};
use crate::vault::{Place, Vault};
use crate::{ApiKey, Page, SealError, StoreError};
use outdial_model::{KeyId, TenantId, Timestamp};

const SECRET: &str = "installation_secrets.value";

/// The secret of that name; `fresh` from now on, if there is none yet.
pub(super) async fn secret(
    conn: &mut Connection,
    vault: &Vault,
    name: &str,
    fresh: &[u8],
) -> Result<Vec<u8>, StoreError> {
    if let Some(known) = known(conn, vault, name).await? {
        return Ok(known);
    }
    let place = Place { column: SECRET, row: name };
    let sealed = vault.seal(place, fresh)?.map(String::into_bytes);
    let made = sqlx::query(
        "INSERT INTO installation_secrets (name, value, sealed) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .bind(sealed.as_deref().unwrap_or(fresh))
    .bind(sealed.is_some())
    .execute(&mut *conn)
    .await?;
    if made.rows_affected() > 0 {
        unlock::still(conn, vault).await?;
    }
    known(conn, vault, name).await?.ok_or(StoreError::NotFound)
}

/// The secret of that name, if there is one; for whoever only reads.
pub(super) async fn known(
    conn: &mut Connection,
    vault: &Vault,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>, bool)> =
        sqlx::query_as("SELECT value, sealed FROM installation_secrets WHERE name = $1")
            .bind(name)
            .fetch_optional(conn)
            .await?;
    let Some((value, is_sealed)) = row else { return Ok(None) };
    if !is_sealed {
        return Ok(Some(value));
    }
    let text = String::from_utf8(value).map_err(|_| SealError::Unreadable(SECRET))?;
    Ok(Some(vault.unseal(Place { column: SECRET, row: name }, &text)?))
}

/// Seals those that were kept as they are.
pub(super) async fn seal_all(conn: &mut Connection, vault: &Vault) -> Result<(), StoreError> {
    let plain: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT name, value FROM installation_secrets WHERE sealed = FALSE LIMIT 100")
            .fetch_all(&mut *conn)
            .await?;
    for (name, value) in plain {
        let sealed = vault.seal(Place { column: SECRET, row: &name }, &value)?;
        sqlx::query("UPDATE installation_secrets SET value = $2, sealed = TRUE WHERE name = $1")
            .bind(&name)
            .bind(sealed.map(String::into_bytes))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

pub(super) async fn insert(conn: &mut Connection, key: &ApiKey, most: u32) -> Result<(), StoreError> {
    let usable: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM api_keys
         WHERE tenant = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(key.tenant.as_str())
    .bind(key.created_at.as_millisecond())
    .fetch_one(&mut *conn)
    .await?;
    if usable >= i64::from(most) {
        return Err(StoreError::LimitReached { most });
    }
    sqlx::query(
        "INSERT INTO api_keys
             (id, tenant, name, hash, scopes, created_at, expires_at, revoked_at, requires_idempotency_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(key.id.as_str())
    .bind(key.tenant.as_str())
    .bind(&key.name)
    .bind(&key.hash)
    .bind(to_json(&key.scopes.iter().collect::<Vec<_>>())?)
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

/// Keys of these tenants, newest first.
pub(super) async fn list(
    conn: &mut Connection,
    tenants: &[TenantId],
    page: &Page<KeyId>,
) -> Result<Vec<ApiKey>, StoreError> {
    // Every id is before the tilde.
    let before = page.after.as_ref().map_or("~", KeyId::as_str);
    let rows: Vec<ApiKeyRow> = sqlx::query_as(concat!(
        "SELECT * FROM api_keys WHERE tenant IN ",
        words!("$1"),
        " AND id < $2 ORDER BY id DESC LIMIT $3",
    ))
    .bind(to_json(tenants)?)
    .bind(before)
    .bind(i64::from(page.limit))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

pub(super) async fn read(
    conn: &mut Connection,
    tenants: &[TenantId],
    id: &KeyId,
) -> Result<ApiKey, StoreError> {
    let row: Option<ApiKeyRow> =
        sqlx::query_as(concat!("SELECT * FROM api_keys WHERE id = $1 AND tenant IN ", words!("$2")))
            .bind(id.as_str())
            .bind(to_json(tenants)?)
            .fetch_optional(conn)
            .await?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

pub(super) async fn revoke(
    conn: &mut Connection,
    tenants: &[TenantId],
    id: &KeyId,
    now: Timestamp,
) -> Result<ApiKey, StoreError> {
    sqlx::query(concat!(
        "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL AND tenant IN ",
        words!("$3"),
    ))
    .bind(now.as_millisecond())
    .bind(id.as_str())
    .bind(to_json(tenants)?)
    .execute(&mut *conn)
    .await?;
    read(conn, tenants, id).await
}

pub(super) async fn note_uses(conn: &mut Connection, uses: &[(KeyId, Timestamp)]) -> Result<(), StoreError> {
    for (id, at) in uses {
        sqlx::query("UPDATE api_keys SET last_used_at = $1 WHERE id = $2 AND coalesce(last_used_at, 0) < $1")
            .bind(at.as_millisecond())
            .bind(id.as_str())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
