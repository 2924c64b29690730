//! Calls: reading one, and joining what is newly known to what was.

use super::event::News;
use super::{Connection, attempt, unlock};
use crate::moves::NewEvent;
use crate::row::{CallRow, number, word};
use crate::vault::Vault;
use crate::{CallChange, KeptRecording, StoreError};
use outdial_model::{
    Call, CallId, Confidence, ContactStatus, EventId, EventType, Secret, TaskId, TenantId, Timestamp,
};
use serde_json::{Value, json};

pub(super) async fn read(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &CallId,
) -> Result<Call, StoreError> {
    let row: Option<CallRow> = sqlx::query_as("SELECT * FROM calls WHERE id = $1 AND tenant = $2")
        .bind(id.as_str())
        .bind(tenant.as_str())
        .fetch_optional(conn)
        .await?;
    row.ok_or(StoreError::NotFound)?.open(vault)
}

pub(super) async fn recording(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    id: &CallId,
) -> Result<KeptRecording, StoreError> {
    let row: Option<(String, Option<String>, Option<String>)> = sqlx::query_as(
        "SELECT segments.account, calls.recording, calls.sealed FROM calls CROSS JOIN segments
         WHERE calls.id = $1 AND calls.tenant = $2 AND segments.id = calls.segment",
    )
    .bind(id.as_str())
    .bind(tenant.as_str())
    .fetch_optional(conn)
    .await?;
    let (account, plain, sealed) = row.ok_or(StoreError::NotFound)?;
    let url = match sealed {
        Some(sealed) => vault.open_private(id.as_str(), &sealed)?.0,
        None => plain,
    };
    Ok(KeptRecording { account: word(&account, "segments.account")?, url: url.map(Secret::from) })
}

/// The task a call is of.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) task: &'a TaskId,
}

/// Writes what was learned of a call. One of a contact or segment the task does not have is not
/// ours to tell.
pub(super) async fn learn(
    conn: &mut Connection,
    vault: &Vault,
    Owner { tenant, task }: Owner<'_>,
    change: &CallChange,
    confidence: Option<Confidence>,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known: Option<CallRow> =
        sqlx::query_as("SELECT * FROM calls WHERE segment = $1 AND vendor_call_id = $2")
            .bind(change.segment.as_str())
            .bind(&change.vendor_call_id)
            .fetch_optional(&mut *conn)
            .await?;
    let known = known.map(|known| vault.open_call(known)).transpose()?;
    let contact = known.as_ref().map_or(change.contact.as_str(), |known| &known.contact);
    let known_of: Option<(i64, Option<i64>, String)> = sqlx::query_as(
        "SELECT contacts.last_event, contacts.erased_at, contacts.status FROM contacts CROSS JOIN segments
         WHERE contacts.id = $1 AND contacts.task = $3 AND segments.id = $2 AND segments.task = $3",
    )
    .bind(contact)
    .bind(change.segment.as_str())
    .bind(task.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((last_event, erased_at, status)) = known_of else {
        return Ok(());
    };
    // Of somebody who was erased only that, when and how they were called is kept.
    let stripped = erased_at.map(|_| CallChange { recording: None, insights: Vec::new(), ..change.clone() });
    let change = stripped.as_ref().unwrap_or(change);
    let learned = match &known {
        Some(known) => known.learn(change, confidence)?,
        None => CallRow::new(change, tenant.as_str(), task.as_str(), confidence, now)?,
    };
    if known.as_ref() == Some(&learned) {
        return Ok(());
    }
    // Another link to what was there before is nothing anybody sees.
    let again = known.as_ref().filter(|known| known.recording.is_some());
    let unseen = again.filter(|known| known.differs_by_recording_only(&learned));
    let mut told = 0;
    for kind in meaning(known.as_ref(), &learned) {
        told += 1;
        news.tell(NewEvent {
            id: EventId::generate(now),
            contact: Some(word(&learned.contact, "calls.contact")?),
            call: Some(word(&learned.id, "calls.id")?),
            kind,
            sequence: number(last_event + told, "contacts.last_event")?,
            data: particulars(&learned)?,
        });
    }
    let changed_at = unseen.map_or(now.as_millisecond(), |known| known.updated_at);
    if learned.recording.is_some() || learned.insights != "[]" {
        unlock::still(conn, vault).await?;
    }
    write(conn, &vault.seal_call(&learned)?, changed_at).await?;
    if unseen.is_some() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE contacts SET calls = calls + $2, last_event = last_event + $3, updated_at = $4 WHERE id = $1",
    )
    .bind(&learned.contact)
    .bind(i64::from(known.is_none()))
    .bind(told)
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    let status: ContactStatus = word(&status, "contacts.status")?;
    if known.is_none() && status.is_final() {
        attempt::rang(conn, &learned.contact, now).await?;
    }
    Ok(())
}

/// What is known of the call for the first time, in the order it happened. Of a call whose end was told, whatever else
/// is news is told as well: its reader has no other way to learn it.
fn meaning(known: Option<&CallRow>, learned: &CallRow) -> Vec<EventType> {
    let answered = |row: &CallRow| row.answered_at.is_some();
    let recorded = |row: &CallRow| row.recording.is_some();
    let updated = known.is_some_and(|known| known.is_over() && !known.differs_by_recording_only(learned));
    [
        (known.is_none(), EventType::CallStarted),
        (answered(learned) && !known.is_some_and(answered), EventType::CallAnswered),
        (learned.is_over() && !known.is_some_and(CallRow::is_over), EventType::CallEnded),
        (updated, EventType::CallUpdated),
        (recorded(learned) && !known.is_some_and(recorded), EventType::RecordingAvailable),
    ]
    .into_iter()
    .filter_map(|(new, kind)| new.then_some(kind))
    .collect()
}

fn particulars(row: &CallRow) -> Result<Value, StoreError> {
    let call = row.clone().open(&Vault::open())?;
    Ok(json!({
        "status": call.status(),
        "segment_id": call.segment,
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "talk_seconds": call.talk_seconds,
        "disposition": call.disposition,
        "confidence": call.confidence,
        "raw": call.raw,
    }))
}

async fn write(conn: &mut Connection, row: &CallRow, changed_at: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO calls
             (id, tenant, task, contact, segment, vendor_call_id, started_at, answered_at, ended_at,
              talk_seconds, disposition, raw_code, raw_text, recording, created_at, updated_at,
              confidence, insights, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (id) DO UPDATE
         SET started_at = excluded.started_at, answered_at = excluded.answered_at,
             ended_at = excluded.ended_at, talk_seconds = excluded.talk_seconds,
             disposition = excluded.disposition, raw_code = excluded.raw_code,
             raw_text = excluded.raw_text, recording = excluded.recording,
             updated_at = excluded.updated_at, confidence = excluded.confidence,
             insights = excluded.insights, sealed = excluded.sealed",
    )
    .bind(&row.id)
    .bind(&row.tenant)
    .bind(&row.task)
    .bind(&row.contact)
    .bind(&row.segment)
    .bind(&row.vendor_call_id)
    .bind(row.started_at)
    .bind(row.answered_at)
    .bind(row.ended_at)
    .bind(row.talk_seconds)
    .bind(&row.disposition)
    .bind(&row.raw_code)
    .bind(&row.raw_text)
    .bind(&row.recording)
    .bind(row.created_at)
    .bind(changed_at)
    .bind(&row.confidence)
    .bind(&row.insights)
    .bind(&row.sealed)
    .execute(conn)
    .await?;
    Ok(())
}
