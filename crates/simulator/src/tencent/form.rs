//! The GET form of a request (section 1): `Callees.0=..&Variables.0.Key=k`, every value text, typed by the
//! action's fields.

use serde_json::{Map, Value};

use super::schema::{Field, Kind};
use crate::wire::pairs;

/// The parameters of a query string, in the shape a JSON body would have; what does not fit is left as text
/// for the schema check to refuse.
pub(super) fn parameters(query: &str, fields: &[Field]) -> Map<String, Value> {
    let mut root = Map::new();
    for (name, value) in pairs(query) {
        let path: Vec<&str> = name.split('.').collect();
        put(&mut root, &path, value);
    }
    typed(root, fields)
}

fn put(object: &mut Map<String, Value>, path: &[&str], value: String) {
    match path {
        [] => {}
        [name] => {
            object.insert((*name).to_owned(), Value::String(value));
        }
        [name, rest @ ..] => {
            let inner = object.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn typed(object: Map<String, Value>, fields: &[Field]) -> Map<String, Value> {
    let kind_of = |name: &str| fields.iter().find(|field| field.name == name).map(|field| field.kind);
    object
        .into_iter()
        .map(|(name, value)| {
            let value = kind_of(&name).map_or(value.clone(), |kind| coerced(value, kind));
            (name, value)
        })
        .collect()
}

fn coerced(value: Value, kind: Kind) -> Value {
    match (kind, value) {
        (Kind::Uint | Kind::Int, Value::String(text)) => {
            text.parse::<i64>().map_or(Value::String(text), Value::from)
        }
        (Kind::Texts, Value::Object(items)) => Value::Array(in_order(items)),
        (Kind::Objects(fields), Value::Object(items)) => {
            let typed_item = |item| match item {
                Value::Object(item) => Value::Object(typed(item, fields)),
                other => other,
            };
            Value::Array(in_order(items).into_iter().map(typed_item).collect())
        }
        (_, value) => value,
    }
}

/// `{"0": a, "1": b}` as a list.
fn in_order(items: Map<String, Value>) -> Vec<Value> {
    let mut items: Vec<(usize, Value)> =
        items.into_iter().map(|(index, value)| (index.parse().unwrap_or(usize::MAX), value)).collect();
    items.sort_by_key(|(index, _)| *index);
    items.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::action::Action;
    use super::*;

    #[test]
    fn dotted_names_become_lists_and_objects() {
        let query =
            "NotBefore=5&Callees.1=%2B86b&Callees.0=a+a&CalleeAttributes.0.Callee=1&Colour=red&Tries=many";
        let read = parameters(query, Action::CreateAutoCalloutTask.fields());
        let expected = json!({
            "NotBefore": 5, "Callees": ["a a", "+86b"], "CalleeAttributes": [{"Callee": "1"}],
            "Colour": "red", "Tries": "many",
        });
        assert_eq!(Value::Object(read), expected);
    }
}
