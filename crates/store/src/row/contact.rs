//! Contacts.

use super::{corrupt, json, number, time, time_if, word, word_if};
use crate::StoreError;
use crate::moves::Standing;
use crate::vault::Vault;
use outdial_model::{Contact, PersonName};

#[derive(sqlx::FromRow)]
pub(crate) struct ContactRow {
    id: String,
    tenant: String,
    task: String,
    external_id: Option<String>,
    phone: String,
    name: Option<String>,
    variables: String,
    /// Number, name and variables, sealed; then they are not beside it.
    person: Option<String>,
    time_zone: Option<String>,
    expires_at: Option<i64>,
    person_id: Option<String>,
    status: String,
    hold_reason: Option<String>,
    hold_until: Option<i64>,
    disposition: Option<String>,
    confidence: Option<String>,
    reason: Option<String>,
    segment: Option<String>,
    cancel_requested: bool,
    cancel_cause: Option<String>,
    pushed: bool,
    calls: i64,
    /// Sequence of the last event of the contact and its calls.
    last_event: i64,
    created_at: i64,
    updated_at: i64,
    erased_at: Option<i64>,
}

impl ContactRow {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What is in the number's place.
    pub(crate) fn number(&self) -> &str {
        &self.phone
    }

    /// Whether it was written without a vault.
    pub(crate) fn is_plain(&self) -> bool {
        self.person.is_none() && self.erased_at.is_none()
    }

    /// The contact, and where it stands for a move.
    pub(crate) fn with_standing(self, vault: &Vault) -> Result<(Contact, Standing), StoreError> {
        let last_event = number(self.last_event, "contacts.last_event")?;
        let pushed = self.pushed;
        let cancel_cause = word_if(self.cancel_cause.as_deref(), "contacts.cancel_cause")?;
        let contact = self.open(vault)?;
        let standing = Standing {
            id: contact.id.clone(),
            status: contact.status,
            segment: contact.segment.clone(),
            cancel_requested: contact.cancel_requested,
            cancel_cause,
            calls: contact.calls,
            pushed,
            last_event,
        };
        Ok((contact, standing))
    }

    /// The contact.
    pub(crate) fn open(mut self, vault: &Vault) -> Result<Contact, StoreError> {
        let variables = match self.person.take() {
            None => json(&self.variables, "contacts.variables")?,
            Some(sealed) => {
                let person = vault.open_person(&self.id, &sealed)?;
                (self.phone, self.name) = (person.phone, person.name);
                person.variables
            }
        };
        let row = self;
        let is_erased = row.erased_at.is_some();
        let hold = match (row.hold_reason.as_deref(), row.hold_until) {
            (Some(reason), Some(until)) => {
                Some((word(reason, "contacts.hold_reason")?, time(until, "contacts.hold_until")?))
            }
            (None, None) => None,
            _ => return Err(corrupt("contacts.hold_until")),
        };
        Ok(Contact {
            id: word(&row.id, "contacts.id")?,
            tenant: word(&row.tenant, "contacts.tenant")?,
            task: word(&row.task, "contacts.task")?,
            external_id: row.external_id.filter(|_| !is_erased),
            phone: (!is_erased).then(|| word(&row.phone, "contacts.phone")).transpose()?,
            name: row.name.as_deref().and_then(PersonName::new),
            variables,
            time_zone: row.time_zone.map(Into::into),
            expires_at: time_if(row.expires_at, "contacts.expires_at")?,
            person_id: row.person_id.filter(|_| !is_erased),
            status: word(&row.status, "contacts.status")?,
            hold,
            disposition: word_if(row.disposition.as_deref(), "contacts.disposition")?,
            confidence: word_if(row.confidence.as_deref(), "contacts.confidence")?,
            reason: row.reason,
            segment: word_if(row.segment.as_deref(), "contacts.segment")?,
            cancel_requested: row.cancel_requested,
            calls: number(row.calls, "contacts.calls")?,
            created_at: time(row.created_at, "contacts.created_at")?,
            updated_at: time(row.updated_at, "contacts.updated_at")?,
            erased_at: time_if(row.erased_at, "contacts.erased_at")?,
        })
    }
}
