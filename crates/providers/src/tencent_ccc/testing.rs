//! What the unit tests of this folder share.

use super::config::Config;
use outdial_model::{ContactId, PersonName, TaskSpec, Timestamp};
use outdial_provider::{AccountSettings, ConfigProblem, DialContact};
use serde_json::{Value, json};

/// An account with what is required and `more`.
pub fn account(more: Value) -> Result<Config, ConfigProblem> {
    let mut table =
        json!({"secret_id": "AKIDexample", "secret_key": "open sesame", "sdk_app_id": 1_400_000_000});
    if let (Value::Object(table), Value::Object(more)) = (&mut table, more) {
        table.extend(more);
    }
    let settings = AccountSettings { base_url: None, table: table.as_object().unwrap().clone() };
    Config::read(settings, &"tencent-main".parse().unwrap())
}

/// A task that asks for nothing special.
pub fn spec() -> TaskSpec {
    TaskSpec {
        callers: vec!["+8675586013388".parse().unwrap()],
        metadata: [("team".to_owned(), "billing".to_owned())].into(),
        ..TaskSpec::new("March reminders", "ivr:8")
    }
}

/// A person with a name and a variable.
pub fn contact(phone: &str) -> DialContact {
    DialContact {
        key: ContactId::generate(Timestamp::UNIX_EPOCH),
        phone: phone.parse().unwrap(),
        name: PersonName::new("Some Body"),
        variables: [("due".to_owned(), "12 March".to_owned())].into(),
    }
}
