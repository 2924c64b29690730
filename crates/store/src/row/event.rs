//! Events.

use super::{json, number, time, word, word_if};
use crate::StoreError;
use outdial_model::Event;

#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    id: String,
    tenant: String,
    task: String,
    contact: Option<String>,
    call: Option<String>,
    kind: String,
    sequence: i64,
    at: i64,
    data: String,
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: word(&row.id, "events.id")?,
            tenant: word(&row.tenant, "events.tenant")?,
            task: word(&row.task, "events.task")?,
            contact: word_if(row.contact.as_deref(), "events.contact")?,
            call: word_if(row.call.as_deref(), "events.call")?,
            kind: word(&row.kind, "events.kind")?,
            sequence: number(row.sequence, "events.sequence")?,
            at: time(row.at, "events.at")?,
            data: json(&row.data, "events.data")?,
        })
    }
}
