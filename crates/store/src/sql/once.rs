//! Keys of requests that have their effect once, and what those requests were answered.

use super::{Connection, unlock};
use crate::row::{json, time, to_json};
use crate::vault::Vault;
use crate::{Answer, Effect, Once, OnceKey, StoreError};
use outdial_model::{TenantId, Timestamp};

/// How long an answer is kept, in milliseconds: seven days.
const KEPT: i64 = 7 * 24 * 60 * 60 * 1000;

#[derive(sqlx::FromRow)]
struct KeyRow {
    fingerprint: String,
    status: Option<i64>,
    headers: String,
    body: String,
    sealed: bool,
    holder: String,
    held_until: i64,
    created_at: i64,
}

impl KeyRow {
    fn answer(&self, vault: &Vault, tenant: &TenantId, key: &OnceKey) -> Result<Option<Answer>, StoreError> {
        let Some(status) = self.status else { return Ok(None) };
        let body = match self.sealed {
            true => vault.open_body([tenant.as_str(), &key.scope, &key.key], &self.body)?,
            false => self.body.clone(),
        };
        let headers = json(&self.headers, "once_keys.headers")?;
        Ok(Some(Answer { status: crate::row::number(status, "once_keys.status")?, headers, body }))
    }

    /// Whether it is of this very request.
    fn is_of(&self, vault: &Vault, key: &OnceKey) -> bool {
        let is = |print: &str| match self.sealed {
            true => self.fingerprint == vault.print(print),
            false => self.fingerprint == print,
        };
        is(&key.fingerprint) || (!key.formerly.is_empty() && is(&key.formerly))
    }
}

/// The key's row, unless it is so old that it is forgotten.
async fn row(
    conn: &mut Connection,
    tenant: &TenantId,
    key: &OnceKey,
    now: Timestamp,
) -> Result<Option<KeyRow>, StoreError> {
    let row = sqlx::query_as(
        "SELECT * FROM once_keys WHERE tenant = $1 AND scope = $2 AND key = $3 AND created_at > $4",
    )
    .bind(tenant.as_str())
    .bind(&key.scope)
    .bind(&key.key)
    .bind(now.as_millisecond() - KEPT)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// What the key's request was answered.
pub(super) async fn answered(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    key: &OnceKey,
    now: Timestamp,
) -> Result<Option<Answer>, StoreError> {
    let Some(row) = row(conn, tenant, key, now).await? else { return Ok(None) };
    let answer = row.answer(vault, tenant, key)?;
    if answer.is_some() && !row.is_of(vault, key) {
        return Err(StoreError::KeyReused);
    }
    Ok(answer)
}

/// Refuses a request whose key was used, before it has its effect. A key whose holder let go of it without
/// an answer is free: the attempt to take it has locked its row, so nobody else finds it free, too.
pub(super) async fn begin(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    once: Option<&Once<'_>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(once) = once else { return Ok(()) };
    let taken = insert(conn, tenant, &once.key, "", now, now).await?;
    if taken {
        return Ok(());
    }
    if let Some(answer) = answered(conn, vault, tenant, &once.key, now).await? {
        return Err(StoreError::Answered(Box::new(answer)));
    }
    let held = row(conn, tenant, &once.key, now).await?;
    if held.is_some_and(|row| row.held_until > now.as_millisecond()) {
        return Err(StoreError::KeyBusy);
    }
    Ok(())
}

/// Writes the answer beside the effect.
pub(super) async fn end(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    once: Option<&Once<'_>>,
    effect: Effect<'_>,
) -> Result<(), StoreError> {
    let Some(once) = once else { return Ok(()) };
    write(conn, vault, tenant, &once.key, &(once.answer)(effect)).await?;
    let Effect::Contact(contact) = effect else { return Ok(()) };
    sqlx::query("UPDATE once_keys SET contact = $4 WHERE tenant = $1 AND scope = $2 AND key = $3")
        .bind(tenant.as_str())
        .bind(&once.key.scope)
        .bind(&once.key.key)
        .bind(contact.id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a key for several transactions; answers when it was first taken.
pub(super) async fn hold(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    key: &OnceKey,
    holder: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    if insert(conn, tenant, key, holder, until, now).await? {
        return Ok(now);
    }
    let Some(row) = row(conn, tenant, key, now).await? else { return Err(StoreError::KeyBusy) };
    if let Some(answer) = row.answer(vault, tenant, key)? {
        return Err(StoreError::Answered(Box::new(answer)));
    }
    if row.holder != holder && row.held_until > now.as_millisecond() {
        return Err(StoreError::KeyBusy);
    }
    sqlx::query(
        "UPDATE once_keys SET holder = $4, held_until = $5 WHERE tenant = $1 AND scope = $2 AND key = $3",
    )
    .bind(tenant.as_str())
    .bind(&key.scope)
    .bind(&key.key)
    .bind(holder)
    .bind(until.as_millisecond())
    .execute(conn)
    .await?;
    time(row.created_at, "once_keys.created_at")
}

/// Writes an answer for a key, held or new; tells whether it did.
pub(super) async fn remember(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    key: &OnceKey,
    answer: &Answer,
    now: Timestamp,
) -> Result<bool, StoreError> {
    insert(conn, tenant, key, "", now, now).await?;
    write(conn, vault, tenant, key, answer).await
}

pub(super) async fn give_up(
    conn: &mut Connection,
    tenant: &TenantId,
    key: &OnceKey,
    holder: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM once_keys
         WHERE tenant = $1 AND scope = $2 AND key = $3 AND holder = $4 AND status IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&key.scope)
    .bind(&key.key)
    .bind(holder)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn forget(conn: &mut Connection, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM once_keys WHERE (tenant, scope, key) IN (
             SELECT tenant, scope, key FROM once_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
    )
    .bind(before.as_millisecond())
    .bind(i64::from(limit))
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Takes the key if it is free or forgotten; tells whether it did.
async fn insert(
    conn: &mut Connection,
    tenant: &TenantId,
    key: &OnceKey,
    holder: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO once_keys
             (tenant, scope, key, fingerprint, status, headers, body, holder, held_until, created_at)
         VALUES ($1, $2, $3, '', NULL, '[]', '', $4, $5, $6)
         ON CONFLICT (tenant, scope, key) DO UPDATE
         SET fingerprint = '', status = NULL, headers = '[]', body = '', sealed = FALSE, contact = NULL,
             holder = excluded.holder, held_until = excluded.held_until, created_at = excluded.created_at
         WHERE once_keys.created_at <= $7",
    )
    .bind(tenant.as_str())
    .bind(&key.scope)
    .bind(&key.key)
    .bind(holder)
    .bind(until.as_millisecond())
    .bind(now.as_millisecond())
    .bind(now.as_millisecond() - KEPT)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes the answer, unless there is one; tells whether it did.
async fn write(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    key: &OnceKey,
    answer: &Answer,
) -> Result<bool, StoreError> {
    unlock::still(conn, vault).await?;
    let row = [tenant.as_str(), &key.scope, &key.key];
    let columns = vault.answer(row, &key.fingerprint, &answer.body)?;
    let done = sqlx::query(
        "UPDATE once_keys SET fingerprint = $4, status = $5, headers = $6, body = $7, sealed = $8
         WHERE tenant = $1 AND scope = $2 AND key = $3 AND status IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&key.scope)
    .bind(&key.key)
    .bind(&*columns.fingerprint)
    .bind(i64::from(answer.status))
    .bind(to_json(&answer.headers)?)
    .bind(&*columns.body)
    .bind(columns.sealed)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
