//! A contact as clients write it and as they see it.

use super::{instant, words};
use crate::form::{Fields, Read};
use outdial_engine::ContactDraft;
use outdial_model::Contact;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

// No `Debug`: it holds a number and a name. Only its shape is read here; what it means is the engine's
// to judge, person by person.
/// A person to be reached.
#[derive(ToSchema)]
#[schema(as = CreateContact)]
pub(crate) struct ContactForm {
    /// Your own key, unique within the task: the same key again adds nothing.
    #[schema(min_length = 1, max_length = 128, example = "c-1")]
    pub external_id: Option<String>,
    /// Whom to ring: `+…`, `00…`, or the national form of the task's `default_country`.
    #[schema(example = "+8613800000000")]
    pub phone: String,
    /// What the person is called.
    #[schema(max_length = 500)]
    pub name: Option<String>,
    /// Values for the script's variables.
    #[schema(required = false, example = json!({"due": "12 March"}))]
    pub variables: BTreeMap<String, String>,
    /// IANA name of the zone they are in, where it is known better than their number tells.
    #[schema(example = "Asia/Jakarta")]
    pub time_zone: Option<String>,
    /// They are not dialed from this instant on; whoever is not reached by then is `expired`.
    #[schema(format = DateTime, example = "2026-03-08T12:00:00Z")]
    pub expires_at: Option<String>,
    /// Your own key of the person, the same in every task.
    #[schema(min_length = 1, max_length = 128, example = "customer-17")]
    pub person_id: Option<String>,
}

impl ContactForm {
    pub(crate) fn read(form: &mut Fields<'_>) -> Read<Self> {
        let external_id = form.optional("external_id", |at| at.text(0..=1000));
        let phone = form.optional("phone", |at| at.text(0..=1000));
        let name = form.optional("name", |at| at.text(0..=500));
        let variables = form.optional("variables", |at| at.pairs(100, 128, 4000));
        let time_zone = form.optional("time_zone", |at| at.text(0..=100));
        let expires_at = form.optional("expires_at", |at| at.text(0..=100));
        let person_id = form.optional("person_id", |at| at.text(0..=1000));
        Ok(Self {
            external_id: external_id?,
            phone: phone?.unwrap_or_default(),
            name: name?,
            variables: variables?.unwrap_or_default(),
            time_zone: time_zone?,
            expires_at: expires_at?,
            person_id: person_id?,
        })
    }
}

impl From<ContactForm> for ContactDraft {
    fn from(form: ContactForm) -> Self {
        let ContactForm { external_id, phone, name, variables, time_zone, expires_at, person_id } = form;
        Self { id: None, external_id, phone, name, variables, time_zone, expires_at, person_id }
    }
}

/// A person to reach within a task.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub(crate) struct ContactView {
    /// Its id.
    id: String,
    /// Its task.
    task_id: String,
    /// Your own key for it.
    external_id: Option<String>,
    /// Whom to ring, E.164; `null` for somebody who was erased.
    #[schema(example = "+8613800000000")]
    phone: Option<String>,
    /// What the person is called.
    name: Option<String>,
    /// Values for the script's variables.
    variables: BTreeMap<String, String>,
    /// IANA name of the zone they are in, as you told it.
    time_zone: Option<String>,
    /// They are not dialed from this instant on.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Your own key of the person.
    person_id: Option<String>,
    #[schema(schema_with = words::contact_status)]
    status: &'static str,
    /// Why and until when it is held; only with `held`.
    held: Option<HoldView>,
    #[schema(schema_with = words::disposition)]
    disposition: Option<&'static str>,
    #[schema(schema_with = words::confidence)]
    confidence: Option<&'static str>,
    /// Why it stands so: rejected, unknown, decided by an operator, …
    reason: Option<String>,
    /// The vendor-side task it was last sent with.
    segment_id: Option<String>,
    /// You asked to cancel it and the vendor has not confirmed yet.
    cancel_requested: bool,
    /// Calls placed so far; see `GET /v1/calls?contact_id=…`.
    calls: u32,
    /// When it was accepted.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When the person was erased: nothing personal is left of the contact.
    #[schema(format = DateTime)]
    erased_at: Option<String>,
}

/// Why and until when a contact is held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hold)]
pub(crate) struct HoldView {
    /// `outside_window`: outside the hours it may be called; `retry`: between two attempts;
    /// `capped`: rung as often as a cap allows.
    #[schema(value_type = String, example = "outside_window")]
    reason: &'static str,
    /// Until when, as far as is known now.
    #[schema(format = DateTime)]
    until: String,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            id: contact.id.to_string(),
            task_id: contact.task.to_string(),
            external_id: contact.external_id,
            phone: contact.phone.map(|phone| phone.e164().to_owned()),
            name: contact.name.map(|name| name.expose().to_owned()),
            variables: contact.variables,
            time_zone: contact.time_zone.map(Into::into),
            expires_at: contact.expires_at.map(instant),
            person_id: contact.person_id,
            status: contact.status.as_str(),
            held: contact
                .hold
                .map(|(reason, until)| HoldView { reason: reason.as_str(), until: instant(until) }),
            disposition: contact.disposition.map(|disposition| disposition.as_str()),
            confidence: contact.confidence.map(|confidence| confidence.as_str()),
            reason: contact.reason,
            segment_id: contact.segment.map(|segment| segment.to_string()),
            cancel_requested: contact.cancel_requested,
            calls: contact.calls,
            created_at: instant(contact.created_at),
            updated_at: instant(contact.updated_at),
            erased_at: contact.erased_at.map(instant),
        }
    }
}
