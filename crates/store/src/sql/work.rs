//! All a worker needs to decide the next step, as of one instant.

use super::{Connection, counter, halting, lease, ledger, segment, task};
use crate::row::{TaskRow, number, time_if, word_if};
use crate::{Lease, StoreError, TaskWork};
use outdial_model::{HoldReason, TaskId, TenantId, Timestamp};

pub(super) async fn read(conn: &mut Connection, lease: &Lease) -> Result<TaskWork, StoreError> {
    let row = lease::seen(conn, lease).await?;
    of(conn, row, &lease.task).await
}

/// The same without a lease, and what the next of those who are held is held for.
pub(super) async fn look(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
) -> Result<(TaskWork, Option<HoldReason>), StoreError> {
    let row = task::row(conn, tenant, id).await?;
    let held_for: Option<Option<String>> = sqlx::query_scalar(
        "SELECT hold_reason FROM contacts WHERE task = $1 AND status = 'held' ORDER BY hold_until, id LIMIT 1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    let held_for = word_if(held_for.flatten().as_deref(), "contacts.hold_reason")?;
    Ok((of(conn, row, id).await?, held_for))
}

async fn of(conn: &mut Connection, row: TaskRow, id: &TaskId) -> Result<TaskWork, StoreError> {
    let cancels_pending = number(row.cancels_pending, "tasks.cancels_pending")?;
    let is_halted = halting::is_halted(conn, &row.tenant, row.created_at).await?;
    let mut counts = counter::read(conn, &[id.as_str()]).await?;
    Ok(TaskWork {
        task: row.with(counts.remove(id.as_str()).unwrap_or_default())?,
        segments: segment::open(conn, id).await?,
        segments_opened: segment::opened(conn, id).await?,
        dispatches: ledger::open(conn, id).await?,
        cancels_pending,
        next_hold_ends: next_hold_ends(conn, id).await?,
        is_halted,
    })
}

async fn next_hold_ends(conn: &mut Connection, task: &TaskId) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<i64> =
        sqlx::query_scalar("SELECT min(hold_until) FROM contacts WHERE task = $1 AND status = 'held'")
            .bind(task.as_str())
            .fetch_one(conn)
            .await?;
    time_if(next, "contacts.hold_until")
}
