//! Checking parameters against what an action takes: first unknown members, then missing ones, then types.

use serde_json::{Map, Value};

use super::Refusal;

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Uint,
    Int,
    Text,
    Texts,
    Objects(&'static [Field]),
    /// Taken as it comes.
    Any,
}

pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    required: bool,
}

pub(super) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

pub(super) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

pub(super) fn check(object: &Map<String, Value>, fields: &[Field]) -> Result<(), Refusal> {
    let checks: [Check; 3] = [unknown, missing, mistyped];
    checks.into_iter().find_map(|check| walk(object, fields, check)).map_or(Ok(()), Err)
}

type Check = fn(&Map<String, Value>, &[Field]) -> Option<Refusal>;

/// Applies one check to the object and to the objects inside it.
fn walk(object: &Map<String, Value>, fields: &[Field], check: Check) -> Option<Refusal> {
    check(object, fields).or_else(|| {
        fields.iter().find_map(|field| match (field.kind, object.get(field.name)) {
            (Kind::Objects(inner), Some(Value::Array(items))) => {
                items.iter().filter_map(Value::as_object).find_map(|item| walk(item, inner, check))
            }
            _ => None,
        })
    })
}

fn unknown(object: &Map<String, Value>, fields: &[Field]) -> Option<Refusal> {
    let name = object.keys().find(|name| fields.iter().all(|field| field.name != **name))?;
    Some(Refusal::new("UnknownParameter", format!("{name} is not a parameter of this action")))
}

fn missing(object: &Map<String, Value>, fields: &[Field]) -> Option<Refusal> {
    let absent = |field: &&Field| object.get(field.name).is_none_or(Value::is_null);
    let field = fields.iter().filter(|field| field.required).find(absent)?;
    Some(Refusal::new("MissingParameter", format!("{} is missing", field.name)))
}

fn mistyped(object: &Map<String, Value>, fields: &[Field]) -> Option<Refusal> {
    let wrong = |field: &&Field| object.get(field.name).is_some_and(|value| !fits(field.kind, value));
    let field = fields.iter().find(wrong)?;
    Some(Refusal::new("InvalidParameter", format!("{} has the wrong type", field.name)))
}

/// `null` counts as absent.
fn fits(kind: Kind, value: &Value) -> bool {
    let all = |fits: fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(fits));
    value.is_null()
        || match kind {
            Kind::Uint => value.is_u64(),
            Kind::Int => value.is_i64(),
            Kind::Text => value.is_string(),
            Kind::Texts => all(Value::is_string),
            Kind::Objects(_) => all(Value::is_object),
            Kind::Any => true,
        }
}
