//! An event as it is told to the outside: one shape in the feed, the timeline and webhooks.

use outdial_model::{CallId, ContactId, Event, EventId, EventType, PersonalData, TaskId, TenantId};
use outdial_store::Person;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The version of the shapes of events.
const API_VERSION: &str = "v1";

/// An event in its envelope. Two of the same event differ in its task's metadata at most, and in the person that
/// goes along.
#[derive(Serialize)]
pub struct Envelope<'a> {
    id: &'a EventId,
    #[serde(rename = "type")]
    kind: EventType,
    timestamp: String,
    api_version: &'static str,
    tenant_id: &'a TenantId,
    task_id: Option<&'a TaskId>,
    contact_id: Option<&'a ContactId>,
    call_id: Option<&'a CallId>,
    sequence: u32,
    previous_sequence: u32,
    data: Map<String, Value>,
}

impl<'a> Envelope<'a> {
    /// The event without anything of the person.
    pub fn of(event: &'a Event) -> Self {
        let mut data = match &event.data {
            Value::Object(data) => data.clone(),
            _ => Map::new(),
        };
        if event.task.is_some() {
            data.insert("metadata".to_owned(), json!(event.metadata));
        }
        Self {
            id: &event.id,
            kind: event.kind,
            timestamp: event.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            api_version: API_VERSION,
            tenant_id: &event.tenant,
            task_id: event.task.as_ref(),
            contact_id: event.contact.as_ref(),
            call_id: event.call.as_ref(),
            sequence: event.sequence,
            previous_sequence: event.previous_sequence(),
            data,
        }
    }

    /// The same with as much of the person as `how` allows: `data.phone` and `data.name`.
    pub fn about(mut self, person: &Person, how: PersonalData) -> Self {
        let (phone, name) = match how {
            PersonalData::None => return self,
            PersonalData::Masked => (person.phone.masked(), None),
            PersonalData::Full => {
                (person.phone.e164().to_owned(), person.name.as_ref().map(|name| name.expose()))
            }
        };
        self.data.insert("phone".to_owned(), phone.into());
        if how == PersonalData::Full {
            self.data.insert("name".to_owned(), json!(name));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::{PersonName, Timestamp};

    fn event() -> Event {
        let now: Timestamp = "2026-03-01T01:00:00Z".parse().unwrap();
        Event {
            id: EventId::generate(now),
            tenant: "acme".parse().unwrap(),
            position: 7,
            task: Some(TaskId::generate(now)),
            contact: Some(ContactId::generate(now)),
            call: None,
            kind: EventType::ContactCompleted,
            sequence: 3,
            at: now,
            data: json!({"status": "completed"}),
            metadata: [("team".to_owned(), "billing".to_owned())].into(),
        }
    }

    fn ada() -> Person {
        Person { phone: "+8613800001234".parse().unwrap(), name: PersonName::new("Ada Lovelace") }
    }

    fn told(envelope: &Envelope<'_>) -> Value {
        serde_json::to_value(envelope).unwrap()
    }

    #[test]
    fn an_envelope_names_whose_it_is_and_what_came_before() {
        let event = event();
        let told = told(&Envelope::of(&event));
        assert_eq!(told["id"], event.id.as_str());
        assert_eq!(told["type"], "contact.completed");
        assert_eq!(told["timestamp"], "2026-03-01T01:00:00.000Z");
        assert_eq!((&told["sequence"], &told["previous_sequence"]), (&json!(3), &json!(2)));
        assert_eq!(told["data"], json!({"status": "completed", "metadata": {"team": "billing"}}));
        assert_eq!(told["call_id"], Value::Null);
    }

    #[test]
    fn a_person_goes_along_as_far_as_was_asked_for() {
        let event = event();
        let data = |how| told(&Envelope::of(&event).about(&ada(), how))["data"].clone();
        assert_eq!(data(PersonalData::None)["phone"], Value::Null);
        let masked = data(PersonalData::Masked);
        assert_eq!(
            (masked["phone"].as_str(), masked.get("name")),
            (Some(ada().phone.masked().as_str()), None)
        );
        let full = data(PersonalData::Full);
        assert_eq!((&full["phone"], &full["name"]), (&json!("+8613800001234"), &json!("Ada Lovelace")));
    }
}
