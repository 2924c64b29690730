//! A request as it came over the wire, and the answer to it, free of any web framework.

use std::time::Instant;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A vendor request. `body` holds the bytes as received: signatures are checked over them.
pub(crate) struct Inbound {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// When all of it was here; what waits in here afterwards is not the client's doing.
    pub(crate) arrived: Instant,
}

impl Inbound {
    /// A header's value; `None` when absent, empty or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
    }
}

/// The decoded pairs of a query string or form.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The vendor's own result code, for the journal.
    pub(crate) code: String,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value, code: impl ToString) -> Reply {
        Reply {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            code: code.to_string(),
        }
    }

    pub(crate) fn not_found() -> Reply {
        Reply {
            status: 404,
            headers: vec![("content-type", "text/plain".to_owned())],
            body: b"no such path".to_vec(),
            code: "not_found".to_owned(),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl ToString) -> Reply {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Spoils the signature, where there is one.
    pub(crate) fn spoil_signature(&mut self) {
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| *name == "sign") {
            *value = spoiled(value);
        }
    }
}

/// A signature of the right shape and the wrong value.
pub(crate) fn spoiled(signature: &str) -> String {
    signature.chars().rev().collect()
}
