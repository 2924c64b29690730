//! The answer of a request that has its effect once: worded once, sent as often as it is asked for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use outdial_engine::Answer;
use serde::Serialize;

/// Marks an answer that was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A view as the answer.
pub(crate) fn json(status: StatusCode, view: &impl Serialize) -> Answer {
    let body = serde_json::to_string(view).unwrap_or_default();
    Answer { status: status.as_u16(), headers: Vec::new(), body }
}

/// As it is sent.
pub(crate) fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for header in answer.headers {
        response.insert_header(header);
    }
    response.content_type("application/json").body(answer.body)
}

/// As it is sent again.
pub(super) fn again(answer: Answer) -> HttpResponse {
    let mut response = respond(answer);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
