//! What the unit tests of this folder share.

use super::config::Config;
use outdial_model::{ContactId, Pacing, PersonName, Retry, Schedule, Script, TaskSpec, Timestamp};
use outdial_provider::DialContact;
use serde_json::{Value, json};

/// A task that asks for nothing special.
pub(super) fn spec() -> TaskSpec {
    TaskSpec {
        name: "March reminders".to_owned(),
        script: Script { template_id: "scene-1".to_owned() },
        callers: Vec::new(),
        default_country: None,
        schedule: Schedule::default(),
        retry: Retry::default(),
        pacing: Pacing::default(),
        metadata: [("team".to_owned(), "billing".to_owned())].into(),
        provider_options: [].into(),
        keep_open: false,
        purpose: None,
        safety: outdial_model::Safety::default(),
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
