//! Bodies: their type, their size, and JSON that says where it breaks.

use crate::problem::{Problem, table};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Decompress};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use std::time::Duration;

/// Most bytes of a JSON body, after decompression.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Deepest nesting of a JSON body.
const MOST_LEVELS: usize = 32;

/// A JSON body of type `application/json`, or `application/merge-patch+json` for a PATCH.
pub(crate) struct JsonBody(pub Value);

impl FromRequest for JsonBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            match request.content_type() {
                "application/json" | "application/merge-patch+json" => {
                    json(&request, payload).await.map(Self)
                }
                _ => Err(unsupported_type(&["application/json"])),
            }
        })
    }
}

/// The type is none of those the path takes.
pub(crate) fn unsupported_type(known: &[&str]) -> Problem {
    let detail = format!("send `{CONTENT_TYPE}: {}`", known.join("` or `"));
    Problem::new(&table::UNSUPPORTED_MEDIA_TYPE, detail)
}

/// How long a client may take to send a JSON body, or the next piece of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience(pub Duration);

/// A body as it comes, decompressed.
pub(crate) struct Pieces {
    stream: Decompress<Payload>,
    patience: Duration,
}

impl Pieces {
    pub(crate) fn of(request: &HttpRequest, payload: Payload) -> Self {
        let patience = request.app_data::<Patience>().map_or(Duration::from_secs(30), |patience| patience.0);
        let stream = Decompress::from_headers(payload, request.headers());
        Self { stream, patience }
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        match tokio::time::timeout(self.patience, self.stream.next()).await {
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok(Some(piece)),
            Ok(Some(Err(error))) => Err(unreadable(&error)),
            Err(_) => Err(too_slow()),
        }
    }

    async fn all(mut self, most: usize) -> Result<Vec<u8>, Problem> {
        let mut body = Vec::new();
        while let Some(piece) = self.next().await? {
            if body.len() + piece.len() > most {
                return Err(too_large(most));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

fn unreadable(error: &PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => too_large(MOST_BYTES),
        PayloadError::EncodingCorrupted => Problem::new(&table::UNREADABLE_BODY, "its compression is broken"),
        _ => Problem::new(&table::UNREADABLE_BODY, "it ended before it was complete"),
    }
}

fn too_slow() -> Problem {
    Problem::new(&table::REQUEST_TIMEOUT, "the rest of it did not come in time")
}

fn too_large(most: usize) -> Problem {
    let detail = format!("at most {} MiB after decompression", most / 1024 / 1024);
    Problem::new(&table::BODY_TOO_LARGE, detail)
}

/// A whole JSON body.
pub(crate) async fn json(request: &HttpRequest, payload: Payload) -> Result<Value, Problem> {
    parse(&whole(request, payload, MOST_BYTES).await?)
}

/// A whole body of at most so many bytes.
pub(crate) async fn whole(request: &HttpRequest, payload: Payload, most: usize) -> Result<Vec<u8>, Problem> {
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > most) {
        return Err(too_large(most));
    }
    let pieces = Pieces::of(request, payload);
    let body = tokio::time::timeout(pieces.patience, pieces.all(most)).await;
    body.unwrap_or_else(|_| Err(too_slow()))
}

/// JSON, or where it breaks. What it breaks on is not repeated.
pub(crate) fn parse(text: &[u8]) -> Result<Value, Problem> {
    if let Some(place) = too_deep(text) {
        let detail = format!("nested deeper than {MOST_LEVELS} levels at byte {place}");
        return Err(Problem::new(&table::INVALID_JSON, detail));
    }
    serde_json::from_slice(text).map_err(|error| {
        let what = if error.is_eof() { "it ends too early" } else { "it is no JSON" };
        let detail = format!("{what} at line {}, column {}", error.line(), error.column());
        Problem::new(&table::INVALID_JSON, detail)
    })
}

/// Where the text opens a level too many, brackets within strings aside.
fn too_deep(text: &[u8]) -> Option<usize> {
    let (mut level, mut within_string, mut escaped) = (0usize, false, false);
    for (place, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if within_string => escaped = true,
            b'"' => within_string = !within_string,
            b'{' | b'[' if !within_string => level += 1,
            b'}' | b']' if !within_string => level = level.saturating_sub(1),
            _ => {}
        }
        if level > MOST_LEVELS {
            return Some(place);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        [vec![b'['; levels], vec![b']'; levels]].concat()
    }

    #[test]
    fn levels_are_counted_outside_of_strings() {
        assert!(parse(&nested(MOST_LEVELS)).is_ok());
        assert!(parse(&nested(MOST_LEVELS + 1)).is_err());
        let brackets = format!("{:?}", "[\"".repeat(100));
        assert!(parse(brackets.as_bytes()).is_ok());
    }

    #[test]
    fn broken_json_is_located_and_not_repeated() {
        let problem = parse(b"{\"phone\": \"+8613800000000\",\n oops}").unwrap_err();
        assert_eq!(problem.detail(), "it is no JSON at line 2, column 2");
        let problem = parse(b"{").unwrap_err();
        assert_eq!(problem.detail(), "it ends too early at line 1, column 1");
    }
}
