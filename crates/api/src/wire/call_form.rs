//! A single call as clients ask for it, and what they follow it by.

use super::route::DecisionView;
use super::schedule::{self, ScriptView};
use super::suppression::purpose;
use super::task_form::{caller, country};
use super::{instant, words};
use crate::form::{Fields, Read};
use outdial_engine::{AcceptedCall, CallRequest, ContactDraft};
use outdial_model::{AccountId, Contact, Phone, Purpose, Script, TaskSpec};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::ToSchema;

/// What a single call's task is called.
const TITLE: &str = "Single call";
/// How long it may take until somebody is rung, in seconds.
const EXPIRES: std::ops::RangeInclusive<u32> = 10..=3_600;
const EXPIRES_UNLESS_SAID: u32 = 120;

// No `Debug`: it holds a number and a name.
/// A call to one person, now.
#[derive(ToSchema)]
#[schema(as = PlaceCall)]
pub(crate) struct CallForm {
    /// The account to call with, see `GET /v1/accounts`, or a route that chooses one, see `GET /v1/routes`.
    #[schema(value_type = String, example = "example-account")]
    pub account: AccountId,
    #[schema(value_type = ScriptView)]
    pub script: Script,
    /// Whom to ring: `+…`, `00…`, or the national form of `default_country`.
    #[schema(example = "+8613800000000")]
    pub phone: String,
    /// What the person is called.
    #[schema(max_length = 500)]
    pub name: Option<String>,
    /// The IANA name of the zone the person is in; that of the number when it is left out.
    #[schema(example = "Asia/Shanghai")]
    pub time_zone: Option<String>,
    /// Your own key of the person, the same in every task: caps `per` person count by it.
    #[schema(min_length = 1, max_length = 128, example = "customer-17")]
    pub person_id: Option<String>,
    /// Values for the script's variables.
    #[schema(required = false, example = json!({"due": "12 March"}))]
    pub variables: BTreeMap<String, String>,
    /// Own numbers to call from; the account's default when empty.
    #[schema(value_type = Vec<String>, max_items = 100, required = false)]
    pub callers: Vec<Phone>,
    /// Country in which national numbers are read, ISO 3166-1 alpha-2.
    #[schema(example = "CN")]
    pub default_country: Option<String>,
    /// What the person is called for. Whoever is suppressed for it, or for anything, is not called.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "reminder")]
    pub purpose: Option<Purpose>,
    /// Settings of the account's vendor, under the provider's name.
    #[schema(required = false)]
    pub provider_options: BTreeMap<String, Value>,
    /// Your own pairs, at most 16; they come back in events and never go to a vendor.
    #[schema(required = false, example = json!({"team": "billing"}))]
    pub metadata: BTreeMap<String, String>,
    /// Your own key, of the call's task and of its contact; a second one with it is refused with 409.
    #[schema(min_length = 1, max_length = 128, example = "reminder-17")]
    pub external_id: Option<String>,
    /// Whoever is not rung within so many seconds is not rung any more: the contact is `expired`.
    #[schema(minimum = 10, maximum = 3600, default = 120, required = false)]
    pub expires_seconds: u32,
}

impl CallForm {
    pub(crate) fn read(form: &mut Fields<'_>) -> Read<Self> {
        let account = form.required("account", |at| at.parsed("unknown_account", "the name of an account"));
        let script = form.required("script", |at| at.object(schedule::script));
        let phone = form.required("phone", |at| at.text(0..=1000));
        let name = form.optional("name", |at| at.text(0..=500));
        let time_zone = form.optional("time_zone", |at| at.text(0..=1000));
        let person_id = form.optional("person_id", |at| at.text(0..=1000));
        let variables = form.optional("variables", |at| at.pairs(100, 128, 4000));
        let default_country = form.optional("default_country", country);
        let read_in = default_country.as_ref().ok().and_then(|found| found.as_ref()?.parse().ok());
        let callers = form.optional("callers", |at| at.list(100, |at| caller(at, read_in)));
        let purpose = form.optional("purpose", purpose);
        let provider_options =
            form.optional("provider_options", |at| at.entries(16, |_, at| at.any_object()));
        let metadata = form.optional("metadata", |at| at.pairs(16, 64, 500));
        let external_id = form.optional("external_id", |at| at.text(1..=128));
        let expires_seconds = form.optional("expires_seconds", |at| at.integer(EXPIRES));
        Ok(Self {
            account: account?,
            script: script?,
            phone: phone?,
            name: name?,
            time_zone: time_zone?,
            person_id: person_id?,
            variables: variables?.unwrap_or_default(),
            callers: callers?.unwrap_or_default(),
            default_country: default_country?,
            purpose: purpose?,
            provider_options: provider_options?.unwrap_or_default().into_iter().collect(),
            metadata: metadata?.unwrap_or_default(),
            external_id: external_id?,
            expires_seconds: expires_seconds?.unwrap_or(EXPIRES_UNLESS_SAID),
        })
    }

    /// What the engine is asked for.
    pub(crate) fn into_request(self) -> CallRequest {
        let contact = ContactDraft {
            phone: self.phone,
            name: self.name,
            time_zone: self.time_zone,
            person_id: self.person_id,
            variables: self.variables,
            ..ContactDraft::default()
        };
        CallRequest {
            external_id: self.external_id,
            account: self.account,
            contact,
            expires_after: Duration::from_secs(self.expires_seconds.into()),
            client: None,
            spec: TaskSpec {
                callers: self.callers,
                default_country: self.default_country,
                purpose: self.purpose,
                provider_options: self.provider_options,
                metadata: self.metadata,
                ..TaskSpec::new(TITLE, self.script.template_id)
            },
        }
    }
}

/// A call that was accepted, and where it is followed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AcceptedCall)]
pub(crate) struct AcceptedCallView {
    /// The task of one that it is: it can be stopped, and has events, blockers and segments like any other.
    task_id: String,
    /// The person: how the call fares and ends is told there.
    contact_id: String,
    /// Your own key for it.
    external_id: Option<String>,
    /// The account it is placed with.
    account: String,
    /// The route that chose the account, and why; `null` where the account was named.
    route: Option<DecisionView>,
    /// `native`: by the vendor's own single call; `emulated`: by a vendor's task of one.
    #[schema(value_type = String, example = "native")]
    placed: &'static str,
    #[schema(schema_with = words::contact_status)]
    status: &'static str,
    #[schema(schema_with = words::disposition)]
    disposition: Option<&'static str>,
    /// From then on it is not placed any more.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    links: CallLinks,
    /// When it was accepted.
    #[schema(format = DateTime)]
    created_at: String,
}

/// Paths to follow a call by.
#[derive(Debug, Serialize, ToSchema)]
struct CallLinks {
    /// What became of the person.
    contact: String,
    /// Everything that happened, step by step.
    timeline: String,
    /// The attempt, once the vendor has told of it.
    calls: String,
    /// The task.
    task: String,
}

impl AcceptedCallView {
    /// A call placed in that way, as its contact stands; queued when there is none to look at yet.
    pub(crate) fn new(call: &AcceptedCall, placed: &'static str, contact: Option<&Contact>) -> Self {
        let (task, id) = (&call.task, &call.contact);
        let status = contact.map_or(outdial_model::ContactStatus::Queued, |contact| contact.status);
        Self {
            task_id: task.id.to_string(),
            contact_id: id.to_string(),
            external_id: task.external_id.clone(),
            account: task.account.to_string(),
            route: task.route.clone().map(Into::into),
            placed,
            status: status.as_str(),
            disposition: contact
                .and_then(|contact| contact.disposition)
                .map(|disposition| disposition.as_str()),
            expires_at: task.spec.schedule.not_after.map(instant),
            links: CallLinks {
                contact: format!("/v1/contacts/{id}"),
                timeline: format!("/v1/contacts/{id}/timeline"),
                calls: format!("/v1/calls?contact_id={id}"),
                task: format!("/v1/tasks/{}", task.id),
            },
            created_at: instant(task.created_at),
        }
    }

    /// Where the person of the call is.
    pub(crate) fn location(call: &AcceptedCall) -> String {
        format!("/v1/contacts/{}", call.contact)
    }
}
