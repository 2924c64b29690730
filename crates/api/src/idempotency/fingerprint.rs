//! What makes two requests the same: path and body.
//!
//! A JSON body counts by what it says: the order of fields and white space do not matter. A stream counts by
//! its bytes, after decompression.

use outdial_engine::{Engine, OnceKey};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 of a request, hexadecimal. A short one could be guessed, so it is kept under a key of the installation only.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Print(String);

impl Print {
    /// As it is kept.
    pub(super) fn keyed(&self, engine: &Engine) -> String {
        hex(&engine.derived_secret(&format!("fingerprint {}", self.0)))
    }

    /// The key of the request whose print it is. Versions before kept the print itself.
    pub(super) fn sign(self, engine: &Engine, key: OnceKey) -> OnceKey {
        OnceKey { fingerprint: self.keyed(engine), formerly: self.0, ..key }
    }
}

/// Of a request with a JSON body, or none.
pub(super) fn of(path: &str, body: Option<&Value>) -> Print {
    let mut hash = begun(path);
    if let Some(body) = body {
        feed(&mut hash, body);
    }
    written(hash)
}

/// To be fed with the bytes of a stream.
pub(super) fn begun(path: &str) -> Sha256 {
    Sha256::new().chain_update(path).chain_update("\n")
}

/// What was fed.
pub(super) fn written(hash: Sha256) -> Print {
    Print(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Feeds JSON without white space, the fields of every object in order of their names.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Array(items) => {
            hash.update("[");
            for item in items {
                feed(hash, item);
                hash.update(",");
            }
            hash.update("]");
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            hash.update("{");
            for (name, value) in fields {
                hash.update(Value::from(name.as_str()).to_string());
                hash.update(":");
                feed(hash, value);
                hash.update(",");
            }
            hash.update("}");
        }
        scalar => hash.update(scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_counts_and_not_how() {
        let print = |path: &str, text: &str| of(path, Some(&serde_json::from_str(text).unwrap()));
        let one = print("/v1/tasks", r#"{"a": 1, "b": {"c": [1, 2], "d": "x"}}"#);
        assert_eq!(one, print("/v1/tasks", r#"{"b":{"d":"\u0078","c":[1,2]},"a":1}"#));
        for other in [
            r#"{"a": 1, "b": {"c": [2, 1], "d": "x"}}"#,
            r#"{"a": 1, "b": {"c": [1, 2]}, "d": "x"}"#,
            r#"{"a": "1", "b": {"c": [1, 2], "d": "x"}}"#,
            r#"[{"a": 1, "b": {"c": [1, 2], "d": "x"}}]"#,
        ] {
            assert_ne!(one, print("/v1/tasks", other), "{other}");
        }
        assert_ne!(one, print("/v1/task", r#"{"a": 1, "b": {"c": [1, 2], "d": "x"}}"#));
        assert_ne!(of("/v1/tasks", None), of("/v1/tasks", Some(&Value::Null)));
    }
}
