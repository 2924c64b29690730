//! Outcomes of contacts after the fact: that a push came about them, and that what was reported is confirmed, put
//! right, or told at last.

use super::event::News;
use super::{Connection, counter, task};
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
    news: &mut News,
) -> Result<(), StoreError> {
    let learned_from: Option<Option<String>> = sqlx::query_scalar(
        "UPDATE contacts SET pushed = TRUE WHERE id = $1 AND task = $2 AND pushed = FALSE RETURNING learned_from",
    )
    .bind(contact.as_str())
    .bind(task.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    if learned_from.flatten().as_deref() == Some(Source::Poll.as_str()) {
        news.count(Tallied::OutcomePushedLater, 1);
    }
    Ok(())
}

/// How it is told that a contact ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub(super) disposition: Disposition,
    pub(super) confidence: Option<Confidence>,
}

impl Told {
    /// What is known of an end that had been reported so; `None` when that is no more than before. However the
    /// reports of one end are ordered, the same remains.
    fn beside(self, reported: Disposition) -> Option<(Disposition, Confidence)> {
        let tells_something = self.disposition != Disposition::Unknown;
        let known = if tells_something { self.disposition } else { reported };
        match self.confidence {
            Some(Confidence::Confirmed) => Some((known, Confidence::Confirmed)),
            _ if tells_something && reported == Disposition::Unknown => Some((known, Confidence::Reported)),
            _ => None,
        }
    }
}

/// What was only reported of a contact is confirmed, put right, or told at last.
pub(super) async fn update(
    conn: &mut Connection,
    task: &TaskId,
    contact: &ContactId,
    told: Told,
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
    let Some((known, confidence)) = told.beside(reported) else {
        return Ok(());
    };
    sqlx::query(
        "UPDATE contacts
         SET disposition = $2, confidence = $3, last_event = last_event + 1, updated_at = $4
         WHERE id = $1",
    )
    .bind(contact.as_str())
    .bind(known.as_str())
    .bind(confidence.as_str())
    .bind(now.as_millisecond())
    .execute(&mut *conn)
    .await?;
    news.tell(NewEvent {
        id: EventId::generate(now),
        contact: Some(contact.clone()),
        call: None,
        kind: EventType::ContactOutcomeUpdated,
        sequence: number(last_event + 1, "contacts.last_event")?,
        data: json!({
            "status": ContactStatus::Completed,
            "disposition": known,
            "previous_disposition": reported,
            "confidence": confidence,
        }),
    });
    if known != reported {
        let moved = BTreeMap::from([(reported, -1), (known, 1)]);
        counter::move_dispositions(conn, task, &moved).await?;
    }
    task::touch(conn, task, now).await
}
