//! Everything the vendors' papers leave open, as settings with a careful default: never a silent guess.
//!
//! `GET /_sim/settings` shows them, `POST /_sim/settings` merges an object of the same shape (or dotted
//! keys such as `"vendor.push_url"`) into them. Each vendor's settings live beside the vendor; this is the
//! merge.

use serde_json::{Map, Value};

use crate::vendors::Settings;

/// These settings with a patch merged in; an unknown key or a wrong type is refused.
pub(crate) fn patched(settings: &Settings, patch: Map<String, Value>) -> Result<Settings, serde_json::Error> {
    let mut all = serde_json::to_value(settings)?;
    for (key, value) in patch {
        let nested = key.rsplit('.').fold(value, |inner, part| {
            let mut outer = Map::new();
            outer.insert(part.to_owned(), inner);
            Value::Object(outer)
        });
        merge(&mut all, nested);
    }
    serde_json::from_value(all)
}

fn merge(into: &mut Value, patch: Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, patch) => *into = patch,
    }
}
