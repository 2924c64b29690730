//! `provider_options.<kind>` of a task, read field by field, so that every complaint has a pointer.
//!
//! Not for: what a field means; that is the vendor's `options.rs`.

use crate::settings::{expectation, nearest};
use outdial_model::{FieldProblem, TaskSpec};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// One vendor's options of a task, and what is wrong with them so far.
pub struct ProviderOptions<'a> {
    kind: &'static str,
    fields: Option<&'a Map<String, Value>>,
    problems: Vec<FieldProblem>,
}

impl<'a> ProviderOptions<'a> {
    /// Looks at the options for `kind`; other vendors' options and fields that are not `known` are problems.
    pub fn open(spec: &'a TaskSpec, kind: &'static str, known: &[&str]) -> Self {
        let mut problems: Vec<_> = spec
            .provider_options
            .keys()
            .filter(|other| *other != kind)
            .map(|other| {
                let detail = format!("the task's account is at {kind}; leave out the options of others");
                FieldProblem::new(
                    &format!("/provider_options/{}", escaped(other)),
                    "wrong_provider_options",
                    detail,
                )
            })
            .collect();
        let given = spec.provider_options.get(kind).filter(|value| !value.is_null());
        let fields = given.and_then(Value::as_object);
        if given.is_some() && fields.is_none() {
            let pointer = format!("/provider_options/{kind}");
            problems.push(FieldProblem::new(&pointer, "invalid_options", "expected an object"));
        }
        let mut options = Self { kind, fields, problems };
        for stranger in fields.into_iter().flat_map(Map::keys) {
            if !known.contains(&stranger.as_str()) {
                let detail = match nearest(stranger, known.iter().copied()) {
                    Some(name) => format!("{kind} has no such option; did you mean `{name}`?"),
                    None => format!("{kind} has no such option; it has {}", known.join(", ")),
                };
                options.refuse(stranger, "unknown_field", detail);
            }
        }
        options
    }

    /// The value of a field; a value of the wrong type counts as none and is a problem.
    pub fn get<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        let value = self.fields?.get(field).filter(|value| !value.is_null())?;
        T::deserialize(value).map_err(|error| self.refuse(field, "invalid_value", expectation(&error))).ok()
    }

    /// Notes that a field cannot be used.
    pub fn refuse(&mut self, field: &str, code: &'static str, detail: impl Into<String>) {
        let pointer = format!("/provider_options/{}/{}", self.kind, escaped(field));
        self.problems.push(FieldProblem::new(&pointer, code, detail));
    }

    /// Everything that was wrong.
    pub fn into_problems(self) -> Vec<FieldProblem> {
        self.problems
    }
}

/// A name as a JSON pointer writes it (RFC 6901, section 3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
