//! Outcomes of contacts after the fact: that a push came about them, and that what was reported is confirmed.

use super::event::News;
use super::{Connection, counter, tally, task};
use crate::StoreError;
use crate::moves::NewEvent;
use crate::row::{number, word};
use outdial_model::{
    Confidence, ContactId, ContactStatus, Disposition, EventId, EventType, Source, Tallied, TaskId, Timestamp,
};
use serde_json::json;
use std::collections::BTreeMap;

/// A push has come about the contact. If its end had been read without one, that is counted.
pub(super) async fn pushed(
    conn: &mut Connection,
    task: &TaskId,
    contact: &ContactId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let learned_from: Option<Option<String>> = sqlx::query_scalar(
        "UPDATE contacts SET pushed = TRUE WHERE id = $1 AND task = $2 AND pushed = FALSE RETURNING learned_from",
    )
    .bind(contact.as_str())
    .bind(task.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    if learned_from.flatten().as_deref() == Some(Source::Poll.as_str()) {
        let later = BTreeMap::from([(Tallied::OutcomePushedLater, 1)]);
        tally::outcomes(conn, task, &later, now).await?;
    }
    Ok(())
}

/// What was only reported of a contact is confirmed, or put right.
pub(super) async fn confirm(
    conn: &mut Connection,
    task: &TaskId,
    contact: &ContactId,
    told: Disposition,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    let reported: Option<(String, i64)> = sqlx::query_as(
        "SELECT disposition, last_event FROM contacts
         WHERE id = $1 AND task = $2 AND status = 'completed' AND confidence = 'reported'
           AND disposition IS NOT NULL",
    )
    .bind(contact.as_str())
    .bind(task.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((reported, last_event)) = reported else {
        return Ok(());
    };
    let reported: Disposition = word(&reported, "contacts.disposition")?;
    let is_knowledge = told != Disposition::Unknown;
    let confirmed = if is_knowledge { told } else { reported };
    sqlx::query(
        "UPDATE contacts
         SET disposition = $2, confidence = 'confirmed', last_event = last_event + 1, updated_at = $3
         WHERE id = $1",
    )
    .bind(contact.as_str())
    .bind(confirmed.as_str())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    news.tell(NewEvent {
        id: EventId::generate(now),
        contact: Some(contact.clone()),
        call: None,
        kind: EventType::ContactOutcomeConfirmed,
        sequence: number(last_event + 1, "contacts.last_event")?,
        data: json!({
            "status": ContactStatus::Completed,
            "disposition": confirmed,
            "previous_disposition": reported,
            "confidence": Confidence::Confirmed,
        }),
    });
    if confirmed != reported {
        let moved = BTreeMap::from([(reported, -1), (confirmed, 1)]);
        counter::move_dispositions(conn, task, &moved).await?;
    }
    task::touch(conn, task, now).await
}
