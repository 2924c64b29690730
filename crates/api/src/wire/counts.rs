//! Contacts of a task by status and by disposition: flat, every word always there, adding up.

use outdial_model::{ContactStatus, Counts, Disposition};
use serde::ser::{Serialize, SerializeMap, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Contacts per status, and `total`, which is their sum.
#[derive(Debug, Clone)]
pub(crate) struct CountsView(pub Counts);

/// Completed contacts per disposition; their sum is `counts.completed`.
#[derive(Debug, Clone)]
pub(crate) struct DispositionsView(pub Counts);

impl Serialize for CountsView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("total", &self.0.total())?;
        for &status in ContactStatus::ALL {
            map.serialize_entry(status.as_str(), &self.0.of(status))?;
        }
        map.end()
    }
}

impl Serialize for DispositionsView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = |disposition| self.0.dispositions.get(disposition).copied().unwrap_or(0);
        serializer.collect_map(
            Disposition::ALL.iter().map(|disposition| (disposition.as_str(), count(disposition))),
        )
    }
}

fn numbers(what: &str, words: impl Iterator<Item = (&'static str, String)>) -> RefOr<Schema> {
    let number = |about| ObjectBuilder::new().schema_type(Type::Integer).description(Some(about));
    words
        .fold(ObjectBuilder::new().description(Some(what)), |object, (word, about)| {
            object.property(word, number(about)).required(word)
        })
        .into()
}

impl PartialSchema for CountsView {
    fn schema() -> RefOr<Schema> {
        let statuses = ContactStatus::ALL
            .iter()
            .map(|status| (status.as_str(), format!("Contacts that are {}.", status.as_str())));
        let total = std::iter::once(("total", "All contacts: the sum of the others.".to_owned()));
        numbers("Contacts per status.", total.chain(statuses))
    }
}

impl ToSchema for CountsView {
    fn name() -> std::borrow::Cow<'static, str> {
        "Counts".into()
    }
}

impl PartialSchema for DispositionsView {
    fn schema() -> RefOr<Schema> {
        let words = Disposition::ALL
            .iter()
            .map(|word| (word.as_str(), format!("Contacts whose outcome is {}.", word.as_str())));
        numbers("Completed contacts per disposition; they add up to `counts.completed`.", words)
    }
}

impl ToSchema for DispositionsView {
    fn name() -> std::borrow::Cow<'static, str> {
        "Dispositions".into()
    }
}
