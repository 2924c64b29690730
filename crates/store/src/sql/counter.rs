//! Kept counters: moved by differences in the transaction that moves the rows, never counted.

use super::Connection;
use crate::StoreError;
use crate::moves::SegmentDelta;
use crate::row::{CountRow, counts, to_json};
use outdial_model::{ContactStatus, Counts, Disposition, SegmentId, TaskId};
use std::collections::{BTreeMap, HashMap};

pub(super) async fn read(
    conn: &mut Connection,
    tasks: &[&str],
) -> Result<HashMap<String, Counts>, StoreError> {
    let rows: Vec<CountRow> = sqlx::query_as(concat!(
        "SELECT task, status, NULL AS disposition, contacts FROM task_counts WHERE task IN ",
        words!("$1"),
        " UNION ALL SELECT task, NULL, disposition, contacts FROM task_dispositions WHERE task IN ",
        words!("$1"),
    ))
    .bind(to_json(tasks)?)
    .fetch_all(conn)
    .await?;
    counts(rows)
}

/// By how much one counter moves.
#[derive(serde::Serialize)]
struct Difference<'a> {
    word: &'a str,
    contacts: i64,
}

pub(super) async fn move_statuses(
    conn: &mut Connection,
    task: &TaskId,
    by: &BTreeMap<ContactStatus, i64>,
) -> Result<(), StoreError> {
    const MOVE: &str = concat!(
        "INSERT INTO task_counts (task, status, contacts) SELECT $2, word, contacts FROM ",
        given!("$1"; word: text, contacts: bigint),
        " WHERE TRUE ON CONFLICT (task, status)
         DO UPDATE SET contacts = task_counts.contacts + excluded.contacts",
    );
    change(conn, MOVE, task, by.iter().map(|(status, by)| (status.as_str(), *by))).await
}

pub(super) async fn move_dispositions(
    conn: &mut Connection,
    task: &TaskId,
    by: &BTreeMap<Disposition, i64>,
) -> Result<(), StoreError> {
    const MOVE: &str = concat!(
        "INSERT INTO task_dispositions (task, disposition, contacts) SELECT $2, word, contacts FROM ",
        given!("$1"; word: text, contacts: bigint),
        " WHERE TRUE ON CONFLICT (task, disposition)
         DO UPDATE SET contacts = task_dispositions.contacts + excluded.contacts",
    );
    change(conn, MOVE, task, by.iter().map(|(disposition, by)| (disposition.as_str(), *by))).await
}

async fn change(
    conn: &mut Connection,
    statement: &'static str,
    task: &TaskId,
    by: impl Iterator<Item = (&str, i64)> + Send,
) -> Result<(), StoreError> {
    let by: Vec<_> =
        by.filter(|by| by.1 != 0).map(|(word, contacts)| Difference { word, contacts }).collect();
    if !by.is_empty() {
        sqlx::query(statement).bind(to_json(&by)?).bind(task.as_str()).execute(conn).await?;
    }
    Ok(())
}

pub(super) async fn move_segments(
    conn: &mut Connection,
    by: &BTreeMap<SegmentId, SegmentDelta>,
) -> Result<(), StoreError> {
    for (segment, difference) in by {
        sqlx::query(
            "UPDATE segments SET contacts = contacts + $2, open_contacts = open_contacts + $3 WHERE id = $1",
        )
        .bind(segment.as_str())
        .bind(difference.contacts)
        .bind(difference.open_contacts)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
