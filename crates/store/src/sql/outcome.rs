//! Outcomes of contacts after the fact: that a push came about them, and that what was reported is confirmed or put
//! right, and what was unknown told at last.

use super::event::News;
use super::{Connection, counter, task};
use crate::StoreError;
use crate::moves::NewEvent;
use crate::row::{number, word, word_if};
use outdial_model::{
    Cause, Confidence, ContactId, ContactStatus, Disposition, EventId, EventType, Source, Tallied, TaskId,
    Timestamp,
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

/// How it is known, or told, that a contact ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub(super) disposition: Disposition,
    pub(super) confidence: Option<Confidence>,
}

impl Outcome {
    /// Whether this is to be known instead of the other one: whatever tells something before `unknown`, however sure
    /// that was, and of those what the vendor said for sure before what was only reported. Where both tell as much the
    /// first stays. So the order in which an end is reported and confirmed makes no difference, but for the order of
    /// reports that contradict one another.
    fn outdoes(self, known: Self) -> bool {
        let rank = |outcome: Self| (outcome.disposition != Disposition::Unknown, outcome.confidence);
        rank(self) > rank(known)
    }
}

/// What was only reported of a contact is confirmed or put right; what was unknown, whoever said so, is told at last.
pub(super) async fn update(
    conn: &mut Connection,
    task: &TaskId,
    contact: &ContactId,
    told: Outcome,
    source: Source,
    news: &mut News,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known: Option<(String, Option<String>, i64)> = sqlx::query_as(
        "SELECT disposition, confidence, last_event FROM contacts
         WHERE id = $1 AND task = $2 AND status = 'completed'
           AND (confidence = 'reported' OR disposition = 'unknown')",
    )
    .bind(contact.as_str())
    .bind(task.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((disposition, confidence, last_event)) = known else {
        return Ok(());
    };
    let known = Outcome {
        disposition: word(&disposition, "contacts.disposition")?,
        confidence: word_if(confidence.as_deref(), "contacts.confidence")?,
    };
    if !told.outdoes(known) {
        return Ok(());
    }
    sqlx::query(
        "UPDATE contacts
         SET disposition = $2, confidence = $3, last_event = last_event + 1, updated_at = $4
         WHERE id = $1",
    )
    .bind(contact.as_str())
    .bind(told.disposition.as_str())
    .bind(told.confidence.map(Confidence::as_str))
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
            "disposition": told.disposition,
            "previous_disposition": known.disposition,
            "confidence": told.confidence,
            "cause": Cause::of(source, ContactStatus::Completed),
        }),
    });
    if told.disposition != known.disposition {
        let moved = BTreeMap::from([(known.disposition, -1), (told.disposition, 1)]);
        counter::move_dispositions(conn, task, &moved).await?;
    }
    task::touch(conn, task, now).await
}
