//! A push as a file of the corpus: its account (a byte), its query (the rest of that line), headers, an empty line, the body.

use crate::proof::Headers;
use outdial_model::Timestamp;
use outdial_provider::Inbound;

/// A push that is not of any kind yet.
pub struct Push<'a> {
    /// Whom it is sent to.
    pub account: u8,
    /// After the question mark.
    pub query: String,
    /// Whatever headers it has.
    pub headers: Headers,
    /// The raw body.
    pub body: &'a [u8],
}

impl<'a> Push<'a> {
    /// Whatever the bytes are, they are some push.
    pub fn read(bytes: &'a [u8]) -> Self {
        let (&account, bytes) = bytes.split_first().unwrap_or((&0, b""));
        let (query, mut body) = line(bytes);
        let mut headers = Headers::new();
        while !body.is_empty() {
            let (text, rest) = line(body);
            body = rest;
            let Some((name, value)) = text.split_once(": ") else { break };
            headers.push((name.to_owned(), value.to_owned()));
        }
        Self { account, query, headers, body }
    }

    /// As it arrives at `kind`.
    pub fn at<'b>(&'b self, kind: &'b str, headers: &'b Headers, received_at: Timestamp) -> Inbound<'b> {
        Inbound { kind, query: &self.query, headers, body: self.body, received_at }
    }
}

/// The first line, and what comes after it.
fn line(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    (String::from_utf8_lossy(&bytes[..end]).into_owned(), bytes.get(end + 1..).unwrap_or_default())
}
