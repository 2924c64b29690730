//! Leases: who works on which task, and when a task is due.
//!
//! A claim's token ascends; whoever holds an older one, or gave its claim back, is refused. A claim
//! whose time ran out stays good until somebody else takes the task: then the token moves on.

use super::{Connection, task};
use crate::row::{TaskRow, millis, time_if, word};
use crate::{Lease, StoreError};
use outdial_model::{TaskId, TenantId, Timestamp};
use std::time::Duration;

fn until(now: Timestamp, term: Duration) -> i64 {
    let term = i64::try_from(term.as_millis()).unwrap_or(i64::MAX);
    now.as_millisecond().saturating_add(term)
}

/// The lease's task, if the lease is the current one, and nobody else's to change until the end of the
/// transaction.
pub(super) async fn held(conn: &mut Connection, lease: &Lease) -> Result<TaskRow, StoreError> {
    current(task::lock(conn, &lease.tenant, &lease.task).await?, lease)
}

/// The lease's task, if the lease is the current one, to look at.
pub(super) async fn seen(conn: &mut Connection, lease: &Lease) -> Result<TaskRow, StoreError> {
    current(task::row(conn, &lease.tenant, &lease.task).await?, lease)
}

fn current(row: TaskRow, lease: &Lease) -> Result<TaskRow, StoreError> {
    if row.lease_token == lease.token && row.lease_until.is_some() {
        Ok(row)
    } else {
        Err(StoreError::LeaseLost)
    }
}

/// Forgets the claims of whoever worked under this name.
pub(super) async fn abandon(conn: &mut Connection, holder: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE tasks SET lease_until = NULL
         WHERE lease_until IS NOT NULL AND coalesce(lease_holder, $1) = $1",
    )
    .bind(holder)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Claimed {
    tenant: String,
    id: String,
    lease_token: i64,
    wakes: i64,
    due_at: i64,
}

pub(super) async fn claim(
    conn: &mut Connection,
    holder: &str,
    now: Timestamp,
    term: Duration,
    limit: u32,
) -> Result<Vec<Lease>, StoreError> {
    let mut claimed: Vec<Claimed> = sqlx::query_as(concat!(
        "WITH due AS (
             SELECT * FROM (
                 SELECT id, due_at FROM tasks
                 WHERE lease_until IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $3",
        unless_locked!(),
        ") AS waiting
             UNION ALL
             SELECT * FROM (
                 SELECT id, due_at FROM tasks
                 WHERE lease_until IS NOT NULL AND lease_until <= $1 AND due_at <= $1
                 ORDER BY lease_until LIMIT $3",
        unless_locked!(),
        ") AS abandoned
         )
         UPDATE tasks SET lease_token = lease_token + 1, lease_until = $2, lease_holder = $4
         WHERE id IN (SELECT id FROM due ORDER BY due_at LIMIT $3)
         RETURNING tenant, id, lease_token, wakes, due_at",
    ))
    .bind(now.as_millisecond())
    .bind(until(now, term))
    .bind(i64::from(limit))
    .bind(holder)
    .fetch_all(conn)
    .await?;
    claimed.sort_by_key(|row| row.due_at);
    claimed
        .into_iter()
        .map(|row| {
            Ok(Lease {
                tenant: word(&row.tenant, "tasks.tenant")?,
                task: word(&row.id, "tasks.id")?,
                token: row.lease_token,
                wakes: row.wakes,
            })
        })
        .collect()
}

/// When the next task is due: one that waits, or one whose worker may have died.
pub(super) async fn next_due(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<i64> = sqlx::query_scalar(
        "SELECT min(at) FROM (
             SELECT min(due_at) AS at FROM tasks WHERE lease_until IS NULL AND due_at IS NOT NULL
             UNION ALL
             SELECT min(lease_until) FROM tasks WHERE lease_until IS NOT NULL) AS due",
    )
    .fetch_one(conn)
    .await?;
    time_if(next, "tasks.due_at")
}

/// Tasks that are due at some time, in order of id.
pub(super) async fn ahead(
    conn: &mut Connection,
    after: Option<&TaskId>,
    limit: u32,
) -> Result<Vec<(TenantId, TaskId)>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT tenant, id FROM tasks WHERE due_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after.map_or("", TaskId::as_str))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rows.iter().map(|(tenant, id)| Ok((word(tenant, "tasks.tenant")?, word(id, "tasks.id")?))).collect()
}

pub(super) async fn renew(
    conn: &mut Connection,
    lease: &Lease,
    now: Timestamp,
    term: Duration,
) -> Result<(), StoreError> {
    held(conn, lease).await?;
    sqlx::query("UPDATE tasks SET lease_until = $2 WHERE id = $1")
        .bind(lease.task.as_str())
        .bind(until(now, term))
        .execute(conn)
        .await?;
    Ok(())
}

/// A task that was woken since the claim is due at once, whatever the worker thought.
pub(super) async fn release(
    conn: &mut Connection,
    lease: &Lease,
    due: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    held(conn, lease).await?;
    sqlx::query(
        "UPDATE tasks
         SET lease_until = NULL, due_at = CASE WHEN wakes = $2 THEN $3 ELSE $4 END
         WHERE id = $1",
    )
    .bind(lease.task.as_str())
    .bind(lease.wakes)
    .bind(millis(due))
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}
