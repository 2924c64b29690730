//! Moving contacts: loading where they stand and writing where they go, whole batches at a time.

use super::{counter, event, task};
use crate::StoreError;
use crate::moves::{Moves, Standing};
use crate::row::{number, to_json, word, word_if};
use outdial_model::{ContactId, TaskId, TenantId, Timestamp};
use sqlx::SqliteConnection;
use std::collections::HashMap;

#[derive(sqlx::FromRow)]
struct StandingRow {
    id: String,
    task: String,
    status: String,
    segment: Option<String>,
    cancel_requested: bool,
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
            last_event: number(row.last_event, "contacts.last_event")?,
        })
    }
}

/// Where contacts of a task stand; those of another task do not exist.
pub(super) async fn standings(
    conn: &mut SqliteConnection,
    task: &TaskId,
    contacts: &[&ContactId],
) -> Result<HashMap<ContactId, Standing>, StoreError> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<StandingRow> = sqlx::query_as(
        "SELECT id, task, status, segment, cancel_requested, last_event FROM contacts
         WHERE id IN (SELECT value FROM json_each($1))",
    )
    .bind(to_json(contacts)?)
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .filter(|row| row.task == task.as_str())
        .map(|row| Standing::try_from(row).map(|standing| (standing.id.clone(), standing)))
        .collect()
}

/// Writes moves of one task's contacts with everything that goes with them.
pub(super) async fn write(
    conn: &mut SqliteConnection,
    tenant: &TenantId,
    task: &TaskId,
    moves: &Moves,
    now: Timestamp,
) -> Result<(), StoreError> {
    if moves.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE contacts
         SET status = moved.value->>'status', disposition = moved.value->>'disposition',
             reason = moved.value->>'reason', segment = moved.value->>'segment',
             hold_reason = moved.value->>'hold_reason', hold_until = moved.value->>'hold_until',
             cancel_requested = moved.value->>'cancel_requested',
             last_event = moved.value->>'last_event', updated_at = $2
         FROM json_each($1) AS moved
         WHERE contacts.id = moved.value->>'id'",
    )
    .bind(to_json(&moves.rows.values().collect::<Vec<_>>())?)
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    event::insert(conn, tenant, task, &moves.events, now).await?;
    counter::move_statuses(conn, task, &moves.statuses).await?;
    counter::move_dispositions(conn, task, &moves.dispositions).await?;
    counter::move_segments(conn, &moves.segments).await?;
    task::count_cancels(conn, task, moves.cancels_pending).await?;
    task::touch(conn, task, now).await
}
