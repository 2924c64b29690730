//! Moving contacts: loading where they stand and writing where they go, whole batches at a time.

use super::event::News;
use super::{Connection, attempt, counter, task};
use crate::StoreError;
use crate::moves::{Moves, Standing};
use crate::row::{number, to_json, word, word_if};
use outdial_model::{ContactId, TaskId, Timestamp};
use std::collections::HashMap;

#[derive(sqlx::FromRow)]
struct StandingRow {
    id: String,
    task: String,
    status: String,
    segment: Option<String>,
    cancel_requested: bool,
    cancel_cause: Option<String>,
    calls: i64,
    pushed: bool,
    last_event: i64,
}

impl TryFrom<StandingRow> for Standing {
    type Error = StoreError;

    fn try_from(row: StandingRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: word(&row.id, "contacts.id")?,
            status: word(&row.status, "contacts.status")?,
            segment: word_if(row.segment.as_deref(), "contacts.segment")?,
            cancel_requested: row.cancel_requested,
            cancel_cause: word_if(row.cancel_cause.as_deref(), "contacts.cancel_cause")?,
            // Nobody is kept from moving by what only tells how often they were rung.
            calls: u32::try_from(row.calls).unwrap_or_default(),
            pushed: row.pushed,
            last_event: number(row.last_event, "contacts.last_event")?,
        })
    }
}

/// Where contacts of a task stand; those of another task do not exist.
pub(super) async fn standings(
    conn: &mut Connection,
    task: &TaskId,
    contacts: &[&ContactId],
) -> Result<HashMap<ContactId, Standing>, StoreError> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<StandingRow> = sqlx::query_as(concat!(
        "SELECT id, task, status, segment, cancel_requested, cancel_cause, calls, pushed, last_event
         FROM contacts WHERE id IN ",
        words!("$1"),
    ))
    .bind(to_json(contacts)?)
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .filter(|row| row.task == task.as_str())
        .map(|row| Standing::try_from(row).map(|standing| (standing.id.clone(), standing)))
        .collect()
}

/// Writes moves of one task's contacts with everything that goes with them, but for the news of it.
pub(super) async fn write(
    conn: &mut Connection,
    task: &TaskId,
    moves: &mut Moves,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    if moves.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(
        "UPDATE contacts
         SET status = given.status, disposition = given.disposition, reason = given.reason,
             confidence = given.confidence, learned_from = given.learned_from,
             segment = given.segment, hold_reason = given.hold_reason, hold_until = given.hold_until,
             cancel_requested = given.cancel_requested, last_event = given.last_event, updated_at = $2
         FROM ",
        given!("$1"; id: text, status: text, disposition: text, confidence: text, learned_from: text,
            reason: text, segment: text,
            hold_reason: text, hold_until: bigint, cancel_requested: boolean, last_event: bigint),
        " WHERE contacts.id = given.id",
    ))
    .bind(to_json(&moves.rows.values().collect::<Vec<_>>())?)
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    attempt::write(conn, task, &moves.attempts, now).await?;
    news.tell_all(moves.events.drain(..));
    moves.outcomes.iter().for_each(|(what, times)| news.count(*what, *times));
    counter::move_statuses(conn, task, &moves.statuses).await?;
    counter::move_dispositions(conn, task, &moves.dispositions).await?;
    counter::move_segments(conn, &moves.segments).await?;
    task::count_cancels(conn, task, moves.cancels_pending).await?;
    task::touch(conn, task, now).await
}
