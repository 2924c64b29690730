//! Bodies: their type, their size, how they come; `json.rs` is what JSON is taken for.

mod json;

pub(crate) use json::parse;

use crate::problem::{Problem, table};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Decompress};
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, LocalBoxStream};
use futures_util::{Stream, StreamExt};
use serde_json::Value;
use std::time::Duration;

/// Most bytes of a JSON body, after decompression.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of a compressed body that are unpacked at a time: they may grow a thousandfold.
const SLICE: usize = 1024;

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
    stream: Decompress<LocalBoxStream<'static, Result<Bytes, PayloadError>>>,
    patience: Duration,
}

impl Pieces {
    pub(crate) fn of(request: &HttpRequest, payload: Payload) -> Self {
        let patience = request.app_data::<Patience>().map_or(Duration::from_secs(30), |patience| patience.0);
        let is_compressed = request.headers().contains_key(CONTENT_ENCODING);
        let packed =
            if is_compressed { payload.flat_map(slices).boxed_local() } else { payload.boxed_local() };
        let stream = Decompress::from_headers(packed, request.headers());
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

/// A piece in slices.
fn slices(piece: Result<Bytes, PayloadError>) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    let (mut rest, error) = match piece {
        Ok(bytes) => (bytes, None),
        Err(error) => (Bytes::new(), Some(Err(error))),
    };
    let slices = std::iter::from_fn(move || {
        let slice = rest.split_to(rest.len().min(SLICE));
        (!slice.is_empty()).then_some(Ok(slice))
    });
    stream::iter(slices.chain(error))
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
