//! Contacts.

use super::{corrupt, json, number, time, word, word_if};
use crate::StoreError;
use crate::moves::Standing;
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
    status: String,
    hold_reason: Option<String>,
    hold_until: Option<i64>,
    disposition: Option<String>,
    confidence: Option<String>,
    reason: Option<String>,
    segment: Option<String>,
    cancel_requested: bool,
    pushed: bool,
    calls: i64,
    /// Sequence of the last event of the contact and its calls.
    last_event: i64,
    created_at: i64,
    updated_at: i64,
}

impl ContactRow {
    /// The contact, and where it stands for a move.
    pub(crate) fn with_standing(self) -> Result<(Contact, Standing), StoreError> {
        let last_event = number(self.last_event, "contacts.last_event")?;
        let pushed = self.pushed;
        let contact = Contact::try_from(self)?;
        let standing = Standing {
            id: contact.id.clone(),
            status: contact.status,
            segment: contact.segment.clone(),
            cancel_requested: contact.cancel_requested,
            pushed,
            last_event,
        };
        Ok((contact, standing))
    }
}

impl TryFrom<ContactRow> for Contact {
    type Error = StoreError;

    fn try_from(row: ContactRow) -> Result<Self, StoreError> {
        let hold = match (row.hold_reason.as_deref(), row.hold_until) {
            (Some(reason), Some(until)) => {
                Some((word(reason, "contacts.hold_reason")?, time(until, "contacts.hold_until")?))
            }
            (None, None) => None,
            _ => return Err(corrupt("contacts.hold_until")),
        };
        Ok(Self {
            id: word(&row.id, "contacts.id")?,
            tenant: word(&row.tenant, "contacts.tenant")?,
            task: word(&row.task, "contacts.task")?,
            external_id: row.external_id,
            phone: word(&row.phone, "contacts.phone")?,
            name: row.name.as_deref().and_then(PersonName::new),
            variables: json(&row.variables, "contacts.variables")?,
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
        })
    }
}
