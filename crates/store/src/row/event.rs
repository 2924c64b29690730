//! Events.

use super::{json, number, time, word, word_if};
use crate::StoreError;
use outdial_model::Event;
use std::collections::BTreeMap;

#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    tenant: String,
    pub(crate) position: i64,
    id: String,
    task: Option<String>,
    contact: Option<String>,
    call: Option<String>,
    kind: String,
    sequence: i64,
    at: i64,
    data: String,
}

impl EventRow {
    pub(crate) fn task(&self) -> Option<&str> {
        self.task.as_deref()
    }

    /// The event, with the metadata of its task.
    pub(crate) fn with(self, metadata: BTreeMap<String, String>) -> Result<Event, StoreError> {
        Ok(Event {
            id: word(&self.id, "events.id")?,
            tenant: word(&self.tenant, "events.tenant")?,
            position: number(self.position, "events.position")?,
            task: word_if(self.task.as_deref(), "events.task")?,
            contact: word_if(self.contact.as_deref(), "events.contact")?,
            call: word_if(self.call.as_deref(), "events.call")?,
            kind: word(&self.kind, "events.kind")?,
            sequence: number(self.sequence, "events.sequence")?,
            at: time(self.at, "events.at")?,
            data: json(&self.data, "events.data")?,
            metadata,
        })
    }
}
