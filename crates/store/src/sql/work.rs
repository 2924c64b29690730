//! All a worker needs to decide the next step, as of one instant.

use super::{Connection, counter, halting, lease, ledger, segment, task};
use crate::row::{TaskRow, number, time, time_if, to_json, word};
use crate::{Held, Lease, StoreError, TaskWork};
use outdial_model::{HoldReason, TaskId, TenantId, Timestamp};

pub(super) async fn read(conn: &mut Connection, lease: &Lease) -> Result<TaskWork, StoreError> {
    let row = lease::seen(conn, lease).await?;
    of(conn, row, &lease.task).await
}

/// The same without a lease, and for what people are held.
pub(super) async fn look(
    conn: &mut Connection,
    tenant: &TenantId,
    id: &TaskId,
) -> Result<(TaskWork, Vec<Held>), StoreError> {
    let row = task::row(conn, tenant, id).await?;
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(concat!(
        "SELECT hold_reason, count(*), min(hold_until) FROM contacts
         WHERE status = 'held' AND hold_reason IS NOT NULL AND task = $1 AND hold_reason IN ",
        words!("$2"),
        " GROUP BY hold_reason ORDER BY min(hold_until), hold_reason",
    ))
    .bind(id.as_str())
    .bind(to_json(HoldReason::ALL)?)
    .fetch_all(&mut *conn)
    .await?;
    let held = rows.into_iter().map(|(reason, people, until)| {
        Ok(Held {
            reason: word(&reason, "contacts.hold_reason")?,
            people: number(people, "contacts")?,
            next: time(until, "contacts.hold_until")?,
        })
    });
    let held = held.collect::<Result<_, StoreError>>()?;
    Ok((of(conn, row, id).await?, held))
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
