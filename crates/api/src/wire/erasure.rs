//! Erasures.

use super::words;
use crate::form::{At, Read};
use crate::wire::instant;
use outdial_model::{ContactId, Erased, Erasure, Phone};
use serde::Serialize;
use utoipa::ToSchema;

/// Who is to be forgotten: exactly one of the three.
#[derive(ToSchema)]
#[schema(as = CreateErasure)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ErasureForm {
    /// The person's number, E.164.
    #[schema(example = "+8613800000000")]
    phone: Option<String>,
    /// A contact of theirs.
    #[schema(example = "con_01k3xk5v8qe9yt4m2n7b6c5d4f")]
    contact_id: Option<String>,
    /// Your own key for them, in whichever task.
    external_id: Option<String>,
}

impl ErasureForm {
    pub(crate) fn read(at: At<'_>) -> Read<Erased> {
        at.object(|fields| {
            let phone = fields.optional("phone", |at| {
                let text = at.text(1..=64)?;
                Phone::parse(&text, None).map_err(|error| at.wrong("invalid_phone", error.to_string()))
            });
            let contact = fields
                .optional("contact_id", |at| at.parsed::<ContactId>("invalid_id", "the id of a contact"));
            let external_id = fields.optional("external_id", |at| at.text(1..=128));
            match (phone?, contact?, external_id?) {
                (Some(phone), None, None) => Ok(Erased::Phone(phone)),
                (None, Some(contact), None) => Ok(Erased::Contact(contact)),
                (None, None, Some(external_id)) => Ok(Erased::ExternalId(external_id)),
                _ => Err(at.wrong("one_of", "expected exactly one of phone, contact_id, external_id")),
            }
        })
    }
}

/// An erasure: what was done, and nothing of the person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
pub(crate) struct ErasureView {
    /// Its id.
    #[schema(example = "ers_01k3xk5v8qe9yt4m2n7b6c5d4f")]
    id: String,
    #[schema(schema_with = words::erasure_status)]
    status: &'static str,
    /// Contacts that were found in the tenant.
    contacts: u64,
    /// Those of them of whom nothing personal is left; the others are out at a vendor.
    erased: u64,
    /// When it was asked for.
    #[schema(format = DateTime)]
    created_at: String,
    /// When nothing personal was left.
    #[schema(format = DateTime)]
    completed_at: Option<String>,
}

impl From<&Erasure> for ErasureView {
    fn from(erasure: &Erasure) -> Self {
        Self {
            id: erasure.id.to_string(),
            status: erasure.status.as_str(),
            contacts: erasure.contacts,
            erased: erasure.erased,
            created_at: instant(erasure.created_at),
            completed_at: erasure.completed_at.map(instant),
        }
    }
}
