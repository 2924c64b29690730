//! All a worker needs to decide the next step, as of one instant.

use super::{Connection, counter, halting, lease, ledger, segment};
use crate::row::{number, time_if};
use crate::{Lease, StoreError, TaskWork};
use outdial_model::{TaskId, Timestamp};

pub(super) async fn read(conn: &mut Connection, lease: &Lease) -> Result<TaskWork, StoreError> {
    let id = &lease.task;
    let row = lease::seen(conn, lease).await?;
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
