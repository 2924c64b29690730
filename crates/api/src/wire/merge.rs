//! JSON Merge Patch (RFC 7396 section 2).

use serde_json::{Map, Value};

/// Applies `patch` to `target`: what is left out stays, `null` takes away, objects are merged.
pub(super) fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        match change {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(change) => {
                let field = target.entry(name.clone()).or_insert(Value::Null);
                if !field.is_object() {
                    *field = Value::Object(Map::new());
                }
                if let Value::Object(field) = field {
                    merge(field, change);
                }
            }
            other => {
                target.insert(name.clone(), other.clone());
            }
        }
    }
}
