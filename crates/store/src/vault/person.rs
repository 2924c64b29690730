//! A contact's person: number, name, variables.

use super::{Place, SealError, Vault};
use crate::row::{json, to_json};
use crate::{NewContact, StoreError};
use outdial_model::{PersonName, Phone, TenantId};
use std::borrow::Cow;
use std::collections::BTreeMap;

const COLUMN: &str = "contacts.person";
static NO_VARIABLES: BTreeMap<String, String> = BTreeMap::new();

/// Everything personal of a contact's row.
#[derive(Clone, Copy)]
pub(crate) struct Person<'a> {
    pub(crate) phone: &'a Phone,
    pub(crate) name: Option<&'a PersonName>,
    pub(crate) variables: &'a BTreeMap<String, String>,
}

/// The same as columns, by the names statements read.
#[derive(serde::Serialize)]
pub(crate) struct PersonColumns<'a> {
    pub(crate) phone: String,
    pub(crate) name: Option<&'a str>,
    pub(crate) variables: &'a BTreeMap<String, String>,
    pub(crate) person: Option<String>,
}

/// What is in the sealed column.
#[derive(serde::Serialize, serde::Deserialize)]
struct Inside<'a> {
    phone: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    variables: Cow<'a, BTreeMap<String, String>>,
}

impl<'a> From<&'a NewContact> for Person<'a> {
    fn from(contact: &'a NewContact) -> Self {
        Self { phone: &contact.phone, name: contact.name.as_ref(), variables: &contact.variables }
    }
}

impl Vault {
    /// The columns of a contact's person, sealed if anything is.
    pub(crate) fn person<'a>(
        &self,
        tenant: &TenantId,
        id: &str,
        person: Person<'a>,
    ) -> Result<PersonColumns<'a>, StoreError> {
        let Person { phone, name, variables } = person;
        let name = name.map(PersonName::expose);
        let number = self.number(tenant, phone);
        if self.is_open() {
            return Ok(PersonColumns { phone: number, name, variables, person: None });
        }
        let inside = Inside {
            phone: phone.e164().into(),
            name: name.map(Cow::from),
            variables: Cow::Borrowed(variables),
        };
        let person = self.seal(Place { column: COLUMN, row: id }, to_json(&inside)?.as_bytes())?;
        Ok(PersonColumns { phone: number, name: None, variables: &NO_VARIABLES, person })
    }

    /// A contact's number, name and variables as they are, from its sealed column.
    pub(crate) fn open_person(&self, id: &str, sealed: &str) -> Result<OpenPerson, StoreError> {
        let plain = self.unseal(Place { column: COLUMN, row: id }, sealed)?;
        let text = String::from_utf8(plain).map_err(|_| SealError::Unreadable(COLUMN))?;
        let inside: Inside<'_> = json(&text, COLUMN)?;
        Ok(OpenPerson {
            phone: inside.phone.into_owned(),
            name: inside.name.map(Cow::into_owned),
            variables: inside.variables.into_owned(),
        })
    }
}

/// What was in the sealed column.
pub(crate) struct OpenPerson {
    pub(crate) phone: String,
    pub(crate) name: Option<String>,
    pub(crate) variables: BTreeMap<String, String>,
}
