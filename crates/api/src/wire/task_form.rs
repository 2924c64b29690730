//! A task as clients ask for it, and a change of one.

use super::cap::{self, CapView};
use super::contact::ContactForm;
use super::merge::merge;
use super::safety;
use super::schedule::{self, PacingView, RetryView, ScheduleView, ScriptView};
use super::suppression::purpose;
use super::words;
use crate::form::{At, Fields, Read};
use outdial_engine::CreateTask;
use outdial_model::{
    AccountId, Cap, Country, Delivery, OnUnknown, Pacing, Phone, Priority, Purpose, Retry, Safety, Schedule,
    Script, Staged, Task, TaskSpec,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

/// Most contacts of one JSON request.
pub(crate) const MOST_CONTACTS: usize = 1000;

/// Fields a task keeps from its creation on.
const KEPT: &[&str] = &["account", "external_id", "contacts"];
/// Fields a task can change.
const CHANGEABLE: &[&str] = &[
    "name",
    "script",
    "callers",
    "default_country",
    "schedule",
    "retry",
    "pacing",
    "metadata",
    "provider_options",
    "keep_open",
    "purpose",
    "delivery",
    "staging",
    "fuse_seconds",
    "on_unknown",
    "unknown_horizon_seconds",
    "caps",
    "priority",
];

// No `Debug`: it holds people.
/// A task to be created.
#[derive(ToSchema)]
#[schema(as = CreateTask)]
pub(crate) struct TaskForm {
    /// For people.
    #[schema(min_length = 1, max_length = 200, example = "March reminders")]
    pub name: String,
    /// Your own key, unique among your tasks; a second task with it is refused with 409.
    #[schema(min_length = 1, max_length = 128, example = "crm-2026-03")]
    pub external_id: Option<String>,
    /// The account to dial with, see `GET /v1/accounts`, or a route that chooses one, see `GET /v1/routes`.
    #[schema(value_type = String, example = "example-account")]
    pub account: AccountId,
    #[schema(value_type = ScriptView)]
    pub script: Script,
    /// Own numbers to call from; the account's default when empty.
    #[schema(value_type = Vec<String>, max_items = 100, required = false, example = json!(["+862155550000"]))]
    pub callers: Vec<Phone>,
    /// Country in which national numbers are read, ISO 3166-1 alpha-2. Without it numbers begin with `+`
    /// or `00`.
    #[schema(example = "CN")]
    pub default_country: Option<String>,
    #[schema(value_type = ScheduleView, required = false)]
    pub schedule: Schedule,
    #[schema(value_type = RetryView, required = false)]
    pub retry: Retry,
    #[schema(value_type = PacingView, required = false)]
    pub pacing: Pacing,
    /// Your own pairs, at most 16; they come back in events and never go to a vendor.
    #[schema(required = false, example = json!({"team": "billing"}))]
    pub metadata: BTreeMap<String, String>,
    /// Settings of the account's vendor, under the provider's name.
    #[schema(required = false)]
    pub provider_options: BTreeMap<String, Value>,
    /// Stay open after the last contact is final.
    #[schema(default = false, required = false)]
    pub keep_open: bool,
    /// What its people are called for. Whoever is suppressed for it, or for anything, is not dialed.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "marketing")]
    pub purpose: Option<Purpose>,
    #[schema(schema_with = safety::delivery_schema, required = false)]
    pub delivery: Delivery,
    #[schema(schema_with = safety::staging_schema)]
    pub staging: Option<Staged>,
    #[schema(schema_with = safety::fuse_schema)]
    pub fuse_seconds: Option<u32>,
    #[schema(schema_with = safety::on_unknown_schema, required = false)]
    pub on_unknown: OnUnknown,
    #[schema(schema_with = safety::horizon_schema, required = false)]
    pub unknown_horizon_seconds: u32,
    /// How often its people may be rung within some days, whichever task rings them; beside the operator's own caps, the
    /// strictest of all of them holding. Whoever was rung as often waits (`held`, `capped`) until that is long enough ago.
    #[schema(value_type = Vec<CapView>, max_items = 8, required = false, example = json!([{"attempts": 3, "days": 1}]))]
    pub caps: Vec<Cap>,
    #[schema(schema_with = words::priority, required = false)]
    pub priority: Priority,
    /// The first contacts, at most 1000. One that cannot be accepted refuses the whole request.
    #[schema(max_items = 1000, required = false)]
    pub contacts: Vec<ContactForm>,
}

impl TaskForm {
    pub(crate) fn read(form: &mut Fields<'_>) -> Read<Self> {
        let name = form.required("name", |at| at.text(1..=200));
        let external_id = form.optional("external_id", |at| at.text(1..=128));
        let account = form.required("account", |at| at.parsed("unknown_account", "the name of an account"));
        let script = form.required("script", |at| at.object(schedule::script));
        let default_country = form.optional("default_country", country);
        let country = default_country.as_ref().ok().and_then(|found| found.as_ref()?.parse().ok());
        let callers = form.optional("callers", |at| at.list(100, |at| caller(at, country)));
        let schedule = form.optional("schedule", |at| at.object(schedule::schedule));
        let retry = form.optional("retry", |at| at.object(schedule::retry));
        let pacing = form.optional("pacing", |at| at.object(schedule::pacing));
        let metadata = form.optional("metadata", |at| at.pairs(16, 64, 500));
        let provider_options =
            form.optional("provider_options", |at| at.entries(16, |_, at| at.any_object()));
        let keep_open = form.optional("keep_open", |at| at.boolean());
        let purpose = form.optional("purpose", purpose);
        let delivery = form.optional("delivery", |at| at.word(Delivery::ALL));
        let staging = form.optional("staging", |at| at.word(Staged::ALL));
        let fuse_seconds = form.optional("fuse_seconds", |at| at.integer(safety::FUSE_SECONDS));
        let on_unknown = form.optional("on_unknown", |at| at.word(OnUnknown::ALL));
        let horizon = form.optional("unknown_horizon_seconds", |at| at.integer(safety::HORIZON_SECONDS));
        let caps = form.optional("caps", cap::caps);
        let priority = form.optional("priority", |at| at.word(Priority::OF_TASKS));
        let contacts =
            form.optional("contacts", |at| at.list(MOST_CONTACTS, |at| at.object(ContactForm::read)));
        Ok(Self {
            name: name?,
            external_id: external_id?,
            account: account?,
            script: script?,
            callers: callers?.unwrap_or_default(),
            default_country: default_country?,
            schedule: schedule?.unwrap_or_default(),
            retry: retry?.unwrap_or_default(),
            pacing: pacing?.unwrap_or_default(),
            metadata: metadata?.unwrap_or_default(),
            provider_options: provider_options?.unwrap_or_default().into_iter().collect(),
            keep_open: keep_open?.unwrap_or_default(),
            purpose: purpose?,
            delivery: delivery?.unwrap_or_default(),
            staging: staging?,
            fuse_seconds: fuse_seconds?,
            on_unknown: on_unknown?.unwrap_or_default(),
            unknown_horizon_seconds: horizon?.unwrap_or(Safety::default().unknown_horizon_seconds),
            caps: caps?.unwrap_or_default(),
            priority: priority?.unwrap_or_default(),
            contacts: contacts?.unwrap_or_default(),
        })
    }

    /// What the engine is asked for.
    pub(crate) fn into_request(self) -> CreateTask {
        CreateTask {
            external_id: self.external_id,
            account: self.account,
            contacts: self.contacts.into_iter().map(Into::into).collect(),
            client: None,
            spec: TaskSpec {
                name: self.name,
                script: self.script,
                callers: self.callers,
                default_country: self.default_country,
                schedule: self.schedule,
                retry: self.retry,
                pacing: self.pacing,
                metadata: self.metadata,
                provider_options: self.provider_options,
                keep_open: self.keep_open,
                purpose: self.purpose,
                safety: Safety {
                    delivery: self.delivery,
                    staging: self.staging,
                    fuse_seconds: self.fuse_seconds,
                    on_unknown: self.on_unknown,
                    unknown_horizon_seconds: self.unknown_horizon_seconds,
                },
                single_call: false,
                caps: self.caps,
                priority: self.priority,
            },
        }
    }
}

pub(super) fn country(at: At<'_>) -> Read<String> {
    let text = at.text(2..=2)?.to_ascii_uppercase();
    match text.parse::<Country>() {
        Ok(_) => Ok(text),
        Err(error) => Err(at.wrong("unknown_country", error.to_string())),
    }
}

pub(super) fn caller(at: At<'_>, country: Option<Country>) -> Read<Phone> {
    let text = at.text(1..=64)?;
    Phone::parse(&text, country).map_err(|error| at.wrong("invalid_phone", error.to_string()))
}

/// A change of a task (RFC 7396): the fields a task can change, all of them optional.
#[derive(Debug)]
pub(crate) struct TaskPatch(Map<String, Value>);

impl TaskPatch {
    pub(crate) fn read(at: At<'_>) -> Read<Self> {
        let kept = |form: &mut Fields<'_>| {
            let detail = "a task keeps it from its creation on";
            let refuse = |at: At<'_>| Err::<(), _>(at.wrong("immutable_field", detail));
            Ok(KEPT.iter().map(|name| form.optional(name, refuse)).collect::<Vec<_>>())
        };
        let (patch, kept) = Self::among(at, kept)?;
        kept.into_iter().collect::<Read<Vec<_>>>()?;
        Ok(patch)
    }

    /// A change whose fields stand beside others.
    pub(crate) fn among<T>(at: At<'_>, others: impl FnOnce(&mut Fields<'_>) -> Read<T>) -> Read<(Self, T)> {
        let Value::Object(mut patch) = at.any_object()? else {
            return Err(at.wrong("wrong_type", "expected an object"));
        };
        let others = at.object(|form| {
            for name in CHANGEABLE {
                form.optional(name, |_| Ok(()))?;
            }
            others(form)
        })?;
        patch.retain(|name, _| CHANGEABLE.contains(&name.as_str()));
        Ok((Self(patch), others))
    }

    /// The task's own wire form with the patch merged in, to be read like a new task.
    pub(crate) fn merged_into(&self, task: &Task) -> Value {
        let view = super::task::TaskView::new(task.clone(), task.updated_at, None, None);
        let mut form = serde_json::to_value(view).unwrap_or_default();
        if let Value::Object(fields) = &mut form {
            fields.retain(|name, _| name == "account" || CHANGEABLE.contains(&name.as_str()));
            merge(fields, &self.0);
        }
        form
    }
}

impl PartialSchema for TaskPatch {
    /// The form's schema without what is kept, nothing required.
    fn schema() -> RefOr<Schema> {
        let mut schema = TaskForm::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.properties.retain(|name, _| CHANGEABLE.contains(&name.as_str()));
            object.required.clear();
            object.description = Some("Fields to change; `null` brings a field back to its default.".into());
        }
        schema
    }
}

impl ToSchema for TaskPatch {
    fn name() -> std::borrow::Cow<'static, str> {
        "UpdateTask".into()
    }
}
