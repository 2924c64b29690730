//! What the unit tests of this folder share.

use super::config::Config;
use outdial_model::{ContactId, PersonName, TaskSpec, Timestamp};
use outdial_provider::DialContact;
use serde_json::{Value, json};

/// A task that asks for nothing special.
pub(super) fn spec() -> TaskSpec {
    TaskSpec {
        metadata: [("team".to_owned(), "billing".to_owned())].into(),
        ..TaskSpec::new("March reminders", "scene-1")
    }
}

/// An account with further settings.
pub(super) fn config(more: Value) -> Config {
    let mut table = json!({"uuid": "u-1", "secret_key": "hush"});
    if let (Value::Object(table), Value::Object(more)) = (&mut table, more) {
        table.extend(more);
    }
    Config::read(table.as_object().unwrap().clone()).unwrap()
}

/// A person with a name and a variable.
pub(super) fn contact(phone: &str) -> DialContact {
    DialContact {
        key: ContactId::generate(Timestamp::UNIX_EPOCH),
        phone: phone.parse().unwrap(),
        name: PersonName::new("Some Body"),
        variables: [("due".to_owned(), "12 March".to_owned())].into(),
    }
}
