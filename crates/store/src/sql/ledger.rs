//! The dispatch ledger: rows written before the socket opens, and settled afterwards.

use super::Connection;
use crate::row::{DispatchRow, millis, number, time, to_json, word};
use crate::{DispatchChange, Doubt, StoreError};
use outdial_model::{Dispatch, TaskId, Timestamp};

pub(super) async fn insert(conn: &mut Connection, dispatch: &Dispatch) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO dispatches
             (id, tenant, task, account, segment, kind, contacts, digest, fencing_token, outcome,
              created_at, settled_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(dispatch.id.as_str())
    .bind(dispatch.tenant.as_str())
    .bind(dispatch.task.as_str())
    .bind(dispatch.account.as_str())
    .bind(dispatch.segment.as_str())
    .bind(dispatch.kind.as_str())
    .bind(to_json(&dispatch.contacts)?)
    .bind(&dispatch.digest)
    .bind(dispatch.fencing_token)
    .bind(dispatch.outcome.map(|outcome| outcome.as_str()))
    .bind(dispatch.created_at.as_millisecond())
    .bind(millis(dispatch.settled_at))
    .execute(conn)
    .await?;
    Ok(())
}

/// Those of a task that are open or unknown, oldest first.
pub(super) async fn open(conn: &mut Connection, task: &TaskId) -> Result<Vec<Dispatch>, StoreError> {
    let rows: Vec<DispatchRow> = sqlx::query_as(
        "SELECT * FROM dispatches WHERE task = $1 AND (outcome IS NULL OR outcome = 'unknown') ORDER BY id",
    )
    .bind(task.as_str())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Dispatch::try_from).collect()
}

/// Those in doubt, by account.
pub(super) async fn doubts(conn: &mut Connection) -> Result<Vec<Doubt>, StoreError> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT account, count(*), min(created_at) FROM dispatches WHERE outcome = 'unknown' GROUP BY account",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|(account, dispatches, oldest)| {
            Ok(Doubt {
                account: word(&account, "dispatches.account")?,
                dispatches: number(dispatches, "dispatches")?,
                oldest: time(oldest, "dispatches.created_at")?,
            })
        })
        .collect()
}

/// Writes an outcome; one that is known already stays.
pub(super) async fn settle(
    conn: &mut Connection,
    task: &TaskId,
    change: &DispatchChange,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE dispatches SET outcome = $3, settled_at = $4
         WHERE id = $1 AND task = $2 AND (outcome IS NULL OR outcome = 'unknown')",
    )
    .bind(change.id.as_str())
    .bind(task.as_str())
    .bind(change.outcome.as_str())
    .bind(now.as_millisecond())
    .execute(conn)
    .await?;
    Ok(())
}
