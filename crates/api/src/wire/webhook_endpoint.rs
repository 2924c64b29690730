//! A webhook endpoint as clients write it and as they see it, what they can have again, and what a test told.

use super::merge::merge;
use super::{instant, words};
use crate::form::{At, Fields, Read};
use outdial_engine::{EndpointPatch, EndpointSettings, IssuedEndpoint, Replay, Trial, WebhookEndpoint};
use outdial_model::{ContactId, EndpointStatus, EventType, ExposeSecret, PersonalData, TaskId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Fields an endpoint can change.
const CHANGEABLE: [&str; 6] = ["url", "description", "event_types", "task_id", "pii", "status"];

// The shape of the form, for the document; what is read is the engine's.
/// Where events are to be pushed.
#[derive(ToSchema)]
#[schema(as = CreateWebhookEndpoint)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct EndpointForm {
    /// Where events are posted: `https://`, at a host of the public internet. What is not allowed is refused here
    /// and, wherever its name may lead later, never connected to.
    #[schema(max_length = 2048, example = "https://crm.example.com/hooks/outdial")]
    url: String,
    /// For people.
    #[schema(max_length = 500)]
    description: Option<String>,
    #[schema(schema_with = words::event_types, required = false)]
    event_types: Vec<EventType>,
    /// Only events of this task, its contacts and calls.
    #[schema(value_type = Option<String>)]
    task_id: Option<TaskId>,
    #[schema(schema_with = words::personal_data, required = false)]
    pii: PersonalData,
}

impl EndpointForm {
    pub(crate) fn read(form: &mut Fields<'_>) -> Read<EndpointSettings> {
        let url = form.required("url", |at| at.text(1..=2048));
        let description = form.optional("description", |at| at.text(0..=500));
        let event_types = form.optional("event_types", |at| at.list(100, |at| at.word(EventType::ALL)));
        let task = form.optional("task_id", |at| at.parsed("unknown_task", "the id of a task"));
        let pii = form.optional("pii", |at| at.word(PersonalData::ALL));
        Ok(EndpointSettings {
            url: url?,
            description: description?,
            event_types: event_types?.unwrap_or_default(),
            task: task?,
            personal_data: pii?.unwrap_or_default(),
        })
    }
}

// The shape of a change, for the document; changes are merged into the endpoint's own form and read from there.
/// Fields to change; `null` brings a field back to its default.
#[derive(ToSchema)]
#[schema(as = UpdateWebhookEndpoint)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct EndpointChangeForm {
    /// Where events are posted from now on.
    #[schema(max_length = 2048)]
    url: Option<String>,
    /// For people.
    #[schema(max_length = 500)]
    description: Option<String>,
    #[schema(schema_with = words::event_types, required = false)]
    event_types: Vec<EventType>,
    /// Only events of this task, its contacts and calls.
    task_id: Option<String>,
    #[schema(schema_with = words::personal_data, required = false)]
    pii: PersonalData,
    #[schema(schema_with = words::endpoint_status, required = false)]
    status: EndpointStatus,
}

/// A change of an endpoint (RFC 7396).
pub(crate) struct EndpointChange(Map<String, Value>);

impl EndpointChange {
    pub(crate) fn read(at: At<'_>) -> Read<Self> {
        at.object(|form| {
            for name in CHANGEABLE {
                form.optional(name, |_| Ok(()))?;
            }
            Ok(())
        })?;
        match at.any_object()? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Ok(Self(Map::new())),
        }
    }

    /// The endpoint's own form with the change merged in; to be read by [`Self::whole`].
    pub(crate) fn merged_into(&self, endpoint: &WebhookEndpoint) -> Value {
        let mut form = serde_json::to_value(EndpointView::from(endpoint)).unwrap_or_default();
        if let Value::Object(fields) = &mut form {
            fields.retain(|name, _| CHANGEABLE.contains(&name.as_str()));
            merge(fields, &self.0);
        }
        form
    }

    pub(crate) fn whole(form: &mut Fields<'_>) -> Read<EndpointPatch> {
        let status = form.optional("status", |at| at.word(EndpointStatus::ALL));
        Ok(EndpointPatch { settings: EndpointForm::read(form)?, status: status? })
    }
}

/// A URL of yours that gets events.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub(crate) struct EndpointView {
    /// Its id.
    id: String,
    /// Where events are posted.
    url: String,
    /// For people.
    description: Option<String>,
    #[schema(schema_with = words::event_types)]
    event_types: Vec<&'static str>,
    /// Only events of this task, its contacts and calls.
    task_id: Option<String>,
    #[schema(schema_with = words::personal_data)]
    pii: &'static str,
    #[schema(schema_with = words::endpoint_status)]
    status: &'static str,
    #[schema(schema_with = words::disabled_reason)]
    disabled_reason: Option<&'static str>,
    /// Since when every attempt has failed; `null` while the last one succeeded.
    #[schema(format = DateTime)]
    failing_since: Option<String>,
    /// Deliveries that wait or are under way.
    pending: u64,
    /// After `rotate_secret`: until when messages are signed with the secret before, too.
    #[schema(format = DateTime)]
    old_secret_until: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When its owner changed it last, or it was disabled.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<&WebhookEndpoint> for EndpointView {
    fn from(endpoint: &WebhookEndpoint) -> Self {
        let settings = &endpoint.settings;
        Self {
            id: endpoint.id.to_string(),
            url: settings.url.clone(),
            description: settings.description.clone(),
            event_types: settings.event_types.iter().map(|kind| kind.as_str()).collect(),
            task_id: settings.task.as_ref().map(ToString::to_string),
            pii: settings.personal_data.as_str(),
            status: endpoint.status.as_str(),
            disabled_reason: endpoint.disabled_reason.map(|reason| reason.as_str()),
            failing_since: endpoint.failing_since.map(instant),
            pending: endpoint.pending,
            old_secret_until: endpoint.previous_secret.as_ref().map(|(_, until)| instant(*until)),
            created_at: instant(endpoint.created_at),
            updated_at: instant(endpoint.updated_at),
        }
    }
}

/// An endpoint and its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedWebhookEndpoint)]
pub(crate) struct IssuedEndpointView {
    #[serde(flatten)]
    endpoint: EndpointView,
    /// What you check signatures with (Standard Webhooks). Shown now and never again; keep it.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDFhOQ8ySYpSE=")]
    secret: String,
}

impl From<&IssuedEndpoint> for IssuedEndpointView {
    fn from(issued: &IssuedEndpoint) -> Self {
        Self { endpoint: (&issued.endpoint).into(), secret: issued.secret.expose_secret().to_owned() }
    }
}

/// Which events of the past are to come again; one of the fields.
#[derive(ToSchema)]
#[schema(as = ReplayEvents)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ReplayForm {
    /// Those of this task, its contacts and calls.
    task_id: Option<String>,
    /// Those of this contact and its calls.
    contact_id: Option<String>,
    #[schema(schema_with = words::known_event_type, required = false)]
    event_type: EventType,
    /// Those that happened then or later.
    #[schema(format = DateTime)]
    since: Option<String>,
}

impl ReplayForm {
    pub(crate) fn read(at: At<'_>) -> Read<Replay> {
        let chosen = at.object(|form| {
            let task = form.optional("task_id", |at| at.parsed::<TaskId>("unknown_task", "the id of a task"));
            let contact = form.optional("contact_id", |at| {
                at.parsed::<ContactId>("unknown_contact", "the id of a contact")
            });
            let kind = form.optional("event_type", |at| at.word(EventType::ALL));
            let since: Read<Option<Timestamp>> = form.optional("since", |at| at.timestamp());
            let all = [
                task?.map(Replay::Task),
                contact?.map(Replay::Contact),
                kind?.map(Replay::Kind),
                since?.map(Replay::Since),
            ];
            Ok(all.into_iter().flatten().collect::<Vec<_>>())
        })?;
        match <[Replay; 1]>::try_from(chosen) {
            Ok([which]) => Ok(which),
            Err(_) => Err(at.wrong("one_of", "expected one of: task_id, contact_id, event_type, since")),
        }
    }
}

/// What an endpoint said to a test message.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub(crate) struct TrialView {
    /// The message's `webhook-id`.
    id: String,
    /// Whether the endpoint took it: it answered with a status of 200 to 299 in time.
    delivered: bool,
    /// The status it answered with; `null` when there was no answer.
    http_status: Option<u16>,
    /// The beginning of its answer's body.
    answer: Option<String>,
    /// What went wrong before there was an answer.
    error: Option<String>,
    /// How long it took.
    duration_ms: u64,
    /// When it was sent.
    #[schema(format = DateTime)]
    sent_at: String,
}

impl From<&Trial> for TrialView {
    fn from(trial: &Trial) -> Self {
        Self {
            id: trial.id.to_string(),
            delivered: trial.delivered,
            http_status: trial.status,
            answer: trial.answer.clone(),
            error: trial.error.clone(),
            duration_ms: u64::try_from(trial.took.as_millis()).unwrap_or(u64::MAX),
            sent_at: instant(trial.at),
        }
    }
}
