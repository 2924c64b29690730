//! Reading an account's own settings: names are checked against the known ones, and a wrong name is
//! answered with the nearest right one.
//!
//! A value is never quoted in a complaint: it may be a secret in the wrong place.

use outdial_provider::{ConfigProblem, SettingKey};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// An account's own keys, taken out one by one.
pub(crate) struct Settings {
    table: Map<String, Value>,
}

impl Settings {
    /// Refuses names that are not among `keys`.
    pub(crate) fn new(table: Map<String, Value>, keys: &[SettingKey]) -> Result<Self, ConfigProblem> {
        let names = || keys.iter().map(|key| key.name);
        let Some(unknown) = table.keys().find(|name| !names().any(|key| key == *name)) else {
            return Ok(Self { table });
        };
        let detail = match nearest(unknown, names()) {
            Some(name) => format!("no such setting; did you mean `{name}`?"),
            None => format!("no such setting; there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        Err(ConfigProblem::new(unknown, detail))
    }

    /// The value of `key`, when it is there; `expected` tells what would be right.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        key: &str,
        expected: &str,
    ) -> Result<Option<T>, ConfigProblem> {
        self.table
            .remove(key)
            .map(|value| {
                serde_json::from_value(value)
                    .map_err(|_| ConfigProblem::new(key, format!("expected {expected}")))
            })
            .transpose()
    }

    /// The value of `key`, which must be there.
    pub(crate) fn required<T: DeserializeOwned>(
        &mut self,
        key: &str,
        expected: &str,
    ) -> Result<T, ConfigProblem> {
        self.optional(key, expected)?
            .ok_or_else(|| ConfigProblem::new(key, format!("must be set: {expected}")))
    }
}

/// What serde wanted instead of what it found, without the value.
pub(crate) fn expectation(error: &serde_json::Error) -> String {
    match error.to_string().split_once("expected ") {
        Some((_, wanted)) => format!("expected {wanted}"),
        None => "this value is not allowed here".to_owned(),
    }
}

/// The one of `valid` that `name` was probably meant to be.
pub fn nearest<'a>(name: &str, valid: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.7;
    valid
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEYS: &[SettingKey] = &[
        SettingKey { name: "app_key", required: true, secret: false, about: "" },
        SettingKey { name: "batch_size", required: false, secret: false, about: "" },
    ];

    fn table(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_misspelled_setting_is_answered_with_the_right_one() {
        let problem = Settings::new(table(json!({"app_kye": "x"})), KEYS).err().unwrap();
        assert_eq!(problem.key, "app_kye");
        assert!(problem.detail.contains("`app_key`"), "{problem}");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_named_but_not_shown() {
        let mut settings = Settings::new(table(json!({"batch_size": "hush"})), KEYS).unwrap();
        let problem = settings.optional::<u32>("batch_size", "a whole number").unwrap_err();
        assert_eq!(problem.to_string(), "batch_size: expected a whole number");
        assert!(settings.required::<String>("app_key", "text").is_err());
    }
}
