//! An event, in the envelope that the feed, the timeline and webhooks share.

use super::words;
use outdial_engine::Envelope;
use outdial_model::Event;
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A stretch of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventFeed {
    /// Events, oldest first.
    pub data: Vec<EventView>,
    /// Where to go on; given also when there is nothing new.
    pub next_cursor: String,
    /// Whether there is more to read at once.
    pub has_more: bool,
}

/// Something that happened.
#[derive(Debug)]
pub(crate) struct EventView(Event);

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self(event)
    }
}

impl Serialize for EventView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Envelope::of(&self.0).serialize(serializer)
    }
}

impl ToSchema for EventView {
    fn name() -> std::borrow::Cow<'static, str> {
        "Event".into()
    }
}

impl PartialSchema for EventView {
    fn schema() -> RefOr<Schema> {
        let nullable = || SchemaType::Array(vec![Type::String, Type::Null]);
        let text = |kind: SchemaType, about| ObjectBuilder::new().schema_type(kind).description(Some(about));
        let number =
            |about| ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).description(Some(about));
        let mut envelope = ObjectBuilder::new().description(Some("Something that happened."));
        let when = text(Type::String.into(), "When.");
        let when = when.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let fields = [
            ("id", text(Type::String.into(), "Its id, the same wherever and however often it is told.").build()),
            ("type", words::event_type()),
            ("timestamp", when.build()),
            ("api_version", text(Type::String.into(), "The version of the shapes of events: `v1`.").build()),
            ("tenant_id", text(Type::String.into(), "Whose it is.").build()),
            ("task_id", text(nullable(), "The task; `null` when it concerns an account or a webhook endpoint.").build()),
            ("contact_id", text(nullable(), "The contact, if it concerns one.").build()),
            ("call_id", text(nullable(), "The call, if it concerns one.").build()),
            ("sequence", number("Ascending from 1 for each contact; events of a task itself ascend for each task. 0 for an event of no task.").build()),
            ("previous_sequence", number("The `sequence` of the event before it of the same contact or task; 0 when it is the first. If you have seen another one last, you have missed something.").build()),
            ("data", ObjectBuilder::new().schema_type(Type::Object).description(Some("Particulars, by the type; `metadata` of the task among them. Never numbers or names, unless a webhook endpoint asked for them.")).build()),
        ];
        for (name, schema) in fields {
            envelope = envelope.property(name, schema).required(name);
        }
        envelope.build().into()
    }
}
