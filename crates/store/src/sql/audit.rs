//! The audit log.

use super::Connection;
use crate::row::{AuditRow, to_json};
use crate::{AuditEntry, Page, StoreError};
use outdial_model::{AuditId, TenantId, Timestamp};

pub(super) async fn write(conn: &mut Connection, entries: &[AuditEntry]) -> Result<(), StoreError> {
    for entry in entries {
        sqlx::query(
            "INSERT INTO audit (id, tenant, at, actor, operation, target, status, request_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
        )
        .bind(entry.id.as_str())
        .bind(entry.tenant.as_str())
        .bind(entry.at.as_millisecond())
        .bind(&entry.actor)
        .bind(&entry.operation)
        .bind(entry.target.as_deref())
        .bind(i64::from(entry.status))
        .bind(&entry.request_id)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// A tenant's entries, newest first.
pub(super) async fn list(
    conn: &mut Connection,
    tenant: &TenantId,
    target: Option<&str>,
    page: &Page<AuditId>,
) -> Result<Vec<AuditEntry>, StoreError> {
    let statement = match target {
        Some(_) => {
            "SELECT * FROM audit WHERE tenant = $1 AND id < $2 AND target = $4 ORDER BY id DESC LIMIT $3"
        }
        None => "SELECT * FROM audit WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
    };
    // Every id is before the tilde.
    let before = page.after.as_ref().map_or("~", AuditId::as_str);
    let mut query = sqlx::query_as(statement).bind(tenant.as_str()).bind(before).bind(i64::from(page.limit));
    if let Some(target) = target {
        query = query.bind(target);
    }
    let rows: Vec<AuditRow> = query.fetch_all(conn).await?;
    rows.into_iter().map(AuditEntry::try_from).collect()
}

pub(super) async fn forget(conn: &mut Connection, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let old: Vec<String> = sqlx::query_scalar("SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2")
        .bind(before.as_millisecond())
        .bind(i64::from(limit))
        .fetch_all(&mut *conn)
        .await?;
    let gone = sqlx::query(concat!("DELETE FROM audit WHERE id IN ", words!("$1")))
        .bind(to_json(&old)?)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}
