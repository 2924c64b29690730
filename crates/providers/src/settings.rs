//! Reading what people wrote for a vendor, an account's settings and `provider_options`: names are
//! checked against the known ones, and a wrong name is answered with the nearest right one.
//!
//! A value is never quoted in a complaint: it may be a secret in the wrong place.

use outdial_model::{FieldProblem, TaskSpec};
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
        match table
            .keys()
            .find(|name| keys.iter().all(|key| key.name != name.as_str()))
        {
            Some(unknown) => Err(ConfigProblem::new(
                unknown,
                no_such("setting", unknown, keys.iter().map(|key| key.name)),
            )),
            None => Ok(Self { table }),
        }
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

/// `provider_options.<kind>` of a task as `T`, defaults where it says nothing; else what is wrong
/// with it. Options of any other vendor are refused. `fields` are `T`'s.
pub(crate) fn options<T: DeserializeOwned + Default>(
    spec: &TaskSpec,
    kind: &str,
    fields: &[&str],
) -> Result<T, Vec<FieldProblem>> {
    let foreign = spec.provider_options.keys().filter(|key| *key != kind).map(|key| {
        let detail = format!("this task's account is at {kind}; give options under {kind} or none");
        FieldProblem::new(&pointer(&[key]), "wrong_provider_options", detail)
    });
    let mut problems: Vec<_> = foreign.collect();
    let own = match spec.provider_options.get(kind) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(Value::Object(own)) => read_options(own, kind, fields),
        Some(_) => Err(vec![FieldProblem::new(&pointer(&[kind]), "invalid_value", "expected an object")]),
    };
    match own {
        Ok(own) if problems.is_empty() => Ok(own),
        own => {
            problems.extend(own.err().into_iter().flatten());
            Err(problems)
        }
    }
}

fn read_options<T: DeserializeOwned>(
    own: &Map<String, Value>,
    kind: &str,
    fields: &[&str],
) -> Result<T, Vec<FieldProblem>> {
    let problems: Vec<_> = own
        .iter()
        .filter_map(|(name, value)| {
            let pointer = pointer(&[kind, name]);
            if !fields.contains(&name.as_str()) {
                let detail = no_such("option", name, fields.iter().copied());
                return Some(FieldProblem::new(&pointer, "unknown_field", detail));
            }
            // Alone in its object a bad value names its own field.
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            let detail = "its type or value is not allowed; see the schema of provider_options";
            serde_json::from_value::<T>(Value::Object(alone))
                .is_err()
                .then(|| FieldProblem::new(&pointer, "invalid_value", detail))
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    serde_json::from_value(Value::Object(own.clone())).map_err(|_| {
        let detail = "these options do not fit together; see the schema of provider_options";
        vec![FieldProblem::new(&pointer(&[kind]), "invalid_value", detail)]
    })
}

/// `name` is none of `valid`; the nearest of them is offered.
pub(crate) fn no_such<'a>(what: &str, name: &str, valid: impl Iterator<Item = &'a str>) -> String {
    let likeness = |candidate: &&str| strsim::jaro_winkler(name, candidate);
    match valid.max_by(|a, b| likeness(a).total_cmp(&likeness(b))) {
        Some(nearest) => format!("no such {what}; the nearest is `{nearest}`"),
        None => format!("no such {what}"),
    }
}

/// Pointer into `provider_options`, its parts escaped (RFC 6901).
fn pointer(parts: &[&str]) -> String {
    let escape = |part: &&str| format!("/{}", part.replace('~', "~0").replace('/', "~1"));
    format!("/provider_options{}", parts.iter().map(escape).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEYS: &[SettingKey] = &[
        SettingKey {
            name: "app_key",
            required: true,
            secret: false,
            about: "",
        },
        SettingKey {
            name: "batch_size",
            required: false,
            secret: false,
            about: "",
        },
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
        let problem = settings
            .optional::<u32>("batch_size", "a whole number")
            .unwrap_err();
        assert_eq!(problem.to_string(), "batch_size: expected a whole number");
        assert!(settings.required::<String>("app_key", "text").is_err());
    }
}
