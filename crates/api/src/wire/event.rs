//! An event of a contact's timeline.

use super::{instant, words};
use outdial_model::Event;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Something that happened to a contact or one of its calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventView {
    /// Its id, ascending with time.
    id: String,
    #[serde(rename = "type")]
    #[schema(schema_with = words::event_type)]
    kind: &'static str,
    /// When.
    #[schema(format = DateTime)]
    timestamp: String,
    /// The task.
    task_id: String,
    /// The contact, if it concerns one.
    contact_id: Option<String>,
    /// The call, if it concerns one.
    call_id: Option<String>,
    /// Ascending from 1 for each contact.
    sequence: u32,
    /// Particulars; never numbers or names.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self {
            id: event.id.to_string(),
            kind: event.kind.as_str(),
            timestamp: instant(event.at),
            task_id: event.task.to_string(),
            contact_id: event.contact.map(|id| id.to_string()),
            call_id: event.call.map(|id| id.to_string()),
            sequence: event.sequence,
            data: event.data,
        }
    }
}
