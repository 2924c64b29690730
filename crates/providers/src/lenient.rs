//! Reading vendors' JSON without being stricter than they are: numbers as text, text as numbers,
//! `null` where a list should be.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A document, without the character U+0000 in its texts: no word needs it, and not every database keeps it.
pub fn document(body: &[u8]) -> serde_json::Result<Value> {
    let mut document = serde_json::from_slice(body)?;
    if body.windows(NUL.len()).any(|bytes| bytes == NUL) {
        without_nul(&mut document);
    }
    Ok(document)
}

/// U+0000 as it is written in JSON; bare it may not stand there.
const NUL: &[u8] = br"\u0000";

fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|character| character != '\0'),
        Value::Array(items) => items.iter_mut().for_each(without_nul),
        Value::Object(members) => members.values_mut().for_each(without_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An integer, whether it comes as a number or as text; anything else is `None`.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// Text, whether it comes as text or as a number; anything else is `None`.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A yes or no, also as 0 or 1 or as text; anything else is `None`.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Some(flag),
        Value::Number(number) => {
            number.as_i64().filter(|number| (0..=1).contains(number)).map(|number| number == 1)
        }
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    })
}

/// An object; anything else is `None`. For what may be missed.
pub fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(if value.is_object() { T::deserialize(value).ok() } else { None })
}

/// The readable ones of a list; anything else is an empty one. For what may be missed.
pub fn each<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(items) => items.into_iter().filter_map(|item| T::deserialize(item).ok()).collect(),
        _ => Vec::new(),
    })
}

/// A list; `null` is an empty one. Whether a missing one is, too, the field says with `default`.
pub fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::document;
    use serde_json::json;

    #[test]
    fn a_document_has_no_nul_in_it_and_keeps_everything_else() {
        let read =
            document(br#"{"a": "x\u0000y", "b": [{"c": "\u0000"}, 1, null], "d": "\\u0000"}"#).unwrap();
        assert_eq!(read, json!({"a": "xy", "b": [{"c": ""}, 1, null], "d": "\\u0000"}));
        assert!(document(b"{").is_err());
    }
}
