//! What became of deliveries: an endpoint's log, how much waits in all, and forgetting what is old.

use super::{Connection, Database, endpoint};
use crate::row::{DeliveryRow, Stage, number};
use crate::{Backlog, Delivery, Page, StoreError};
use outdial_model::{DeliveryStatus, EndpointId, TenantId, Timestamp};
use sqlx::QueryBuilder;

/// An endpoint's deliveries, newest event first.
pub(super) async fn list(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &EndpointId,
    statuses: &[DeliveryStatus],
    page: &Page<u64>,
) -> Result<Vec<Delivery>, StoreError> {
    endpoint::read(conn, tenant, id).await?;
    let before = page.after.map_or(i64::MAX, |position| i64::try_from(position).unwrap_or(i64::MAX));
    let stages: Vec<_> = statuses.iter().flat_map(|status| Stage::all_of(*status)).map(Some).collect();
    let stages = if stages.is_empty() { vec![None] } else { stages };
    // Each stage by itself goes by position; together they are no longer than so many pages.
    let mut query = QueryBuilder::<Database>::new("SELECT * FROM (");
    for (place, stage) in stages.iter().enumerate() {
        query.push(if place == 0 { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
        query.push("SELECT * FROM webhook_deliveries WHERE endpoint = ").push_bind(id.as_str().to_owned());
        if let Some(stage) = stage {
            query.push(" AND status = ").push_bind(stage.as_str());
        }
        query.push(" AND position < ").push_bind(before);
        query.push(" ORDER BY position DESC LIMIT ").push_bind(i64::from(page.limit));
        query.push(") AS found");
    }
    query.push(") AS found ORDER BY position DESC LIMIT ").push_bind(i64::from(page.limit));
    let rows: Vec<DeliveryRow> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

pub(super) async fn backlog(conn: &mut Connection) -> Result<Backlog, StoreError> {
    let (pending, unplanned, behind): (i64, i64, i64) = sqlx::query_as(
        "SELECT
             (SELECT CAST(coalesce(sum(pending), 0) AS BIGINT) FROM webhook_endpoints WHERE pending > 0),
             (SELECT CAST(coalesce(sum(last_position - planned_position), 0) AS BIGINT)
              FROM webhook_plans AS plans CROSS JOIN event_logs WHERE event_logs.tenant = plans.tenant),
             (SELECT CAST(coalesce(sum(planned_position - behind_at), 0) AS BIGINT)
              FROM webhook_endpoints CROSS JOIN webhook_plans AS plans
              WHERE behind_at IS NOT NULL AND plans.tenant = webhook_endpoints.tenant)",
    )
    .fetch_one(conn)
    .await?;
    Ok(Backlog {
        pending: number(pending, "webhook_endpoints.pending")?,
        unplanned: number(unplanned + behind, "webhook_plans.planned_position")?,
    })
}

/// Claims of whoever worked under this name are over.
pub(super) async fn abandon(conn: &mut Connection, holder: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE webhook_deliveries SET taken_until = 0
         WHERE status = 'sending' AND taken_until > 0 AND coalesce(taken_by, $1) = $1",
    )
    .bind(holder)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets deliveries that ended long ago, then those of endpoints that are gone, and such endpoints.
pub(super) async fn forget(conn: &mut Connection, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let old = sqlx::query(
        "DELETE FROM webhook_deliveries WHERE (endpoint, position) IN (
             SELECT endpoint, position FROM webhook_deliveries
             WHERE ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT $2)",
    )
    .bind(before.as_millisecond())
    .bind(i64::from(limit))
    .execute(&mut *conn)
    .await?
    .rows_affected();
    let left = u64::from(limit).saturating_sub(old);
    let gone: Option<String> = sqlx::query_scalar(
        "SELECT id FROM webhook_endpoints WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1",
    )
    .fetch_optional(&mut *conn)
    .await?;
    let (Some(gone), true) = (gone, left > 0) else { return Ok(old) };
    let orphans = sqlx::query(
        "DELETE FROM webhook_deliveries WHERE (endpoint, position) IN (
             SELECT endpoint, position FROM webhook_deliveries WHERE endpoint = $1 ORDER BY position LIMIT $2)",
    )
    .bind(&gone)
    .bind(number::<i64>(i64::try_from(left).unwrap_or(i64::MAX), "limit")?)
    .execute(&mut *conn)
    .await?
    .rows_affected();
    if orphans < left {
        sqlx::query("DELETE FROM webhook_endpoints WHERE id = $1").bind(&gone).execute(conn).await?;
    }
    Ok(old + orphans)
}
