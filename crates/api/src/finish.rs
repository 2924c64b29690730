//! The last hand on every answer: request id, trace, problem documents, one log line, one count.
//!
//! Outermost middleware. A problem that comes back as an error is written out here, where path and
//! request id are known; errors of the framework become problems too. The log line has the route, never
//! the path: ids of contacts, numbers and bodies stay out of it.

use crate::draining::Draining;
use crate::metrics::Requests;
use crate::overload::{InHand, Load};
use crate::problem::{Problem, table};
use crate::quota::Allowance;
use crate::trace::{TRACERESPONSE, TraceContext};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, RANGE};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpResponse};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;
use tracing::Instrument;

/// Carries the request's id in and out.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id, for whoever handles it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub String);

/// Answers every request with an id, and every failure with a problem.
pub(crate) async fn finish(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let began = Instant::now();
    // A HEAD is a GET whose body is left out.
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
        // Parts are parts of a body: of a HEAD, the whole is told.
        request.headers_mut().remove(RANGE);
    }
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let path = request.path().to_owned();
    let trace = TraceContext::of(request.headers());
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        trace_id = trace.trace_id,
        span_id = trace.span_id,
        parent_id = trace.parent_id,
        is_sampled = trace.is_sampled,
    );
    let place = request.app_data::<Load>().map(|load| load.enter(&path)).transpose();
    let response = match place {
        Ok(in_hand) => {
            // Whoever holds the answer for long lets the place go before.
            request.extensions_mut().insert(in_hand);
            let response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
            response.request().extensions_mut().remove::<Option<InHand>>();
            response
        }
        Err(problem) => request.error_response(problem),
    };
    let mut response = match response.response().error().map(|error| written(error, &path, &id)) {
        Some(problem) => response.into_response(problem),
        None => response,
    };
    let allowance = response.request().extensions_mut().remove::<Allowance>();
    let headers = response.headers_mut();
    if let Some(allowance) = allowance {
        allowance.tell(headers);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(trace) = trace.header() {
        headers.insert(TRACERESPONSE, trace);
    }
    if path.starts_with("/v1") && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if is_head {
        response = response.map_body(|_, body| BoxBody::new(LeftOut(body.size())));
    }
    if Draining::concerns(response.request()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let _entered = span.enter();
    let took = began.elapsed();
    let (request, status) = (response.request(), response.status());
    let route = request.match_pattern();
    let route = route.as_deref().unwrap_or("none");
    if let Some(requests) = request.app_data::<Data<Requests>>() {
        requests.answered(route, request.method(), status, took);
    }
    tracing::info!(
        method = %request.method(),
        route,
        status = status.as_u16(),
        duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    Ok(response)
}

/// A body of which only the size is told. The server would read a stream to its end and send nothing of it.
struct LeftOut(BodySize);

impl MessageBody for LeftOut {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}

/// The client's id when it is at most 64 safe characters, else one of ours.
fn request_id(request: &ServiceRequest) -> String {
    let is_safe = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    let given = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_safe);
    given.map_or_else(|| format!("req_{}", uuid::Uuid::new_v4().simple()), str::to_owned)
}

fn written(error: &Error, path: &str, id: &str) -> HttpResponse {
    let parts: Vec<_> =
        path.split('/').map(|part| if may_be_a_number(part) { "****" } else { part }).collect();
    let instance = parts.join("/");
    match error.as_error::<Problem>() {
        Some(problem) => problem.response(&instance, id),
        None => of_framework(error).response(&instance, id),
    }
}

/// Whether somebody may have put a telephone number where an id belongs: it is not repeated in what clients log.
fn may_be_a_number(part: &str) -> bool {
    let part = part.replace("%2B", "+").replace("%2b", "+").replace("%20", " ");
    part.bytes().filter(u8::is_ascii_digit).count() >= 7
        && part.bytes().all(|byte| byte.is_ascii_digit() || b"+-(). ".contains(&byte))
}

/// What the framework refuses by itself, before a handler runs.
fn of_framework(error: &Error) -> Problem {
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Problem::new(&table::NOT_FOUND, "there is no such path"),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(&table::BODY_TOO_LARGE, "the body is too large"),
        status if status.is_client_error() => {
            Problem::new(&table::UNREADABLE_BODY, "the request cannot be read")
        }
        _ => {
            tracing::error!(%error, "unexpected error of the framework");
            Problem::new(&table::INTERNAL_ERROR, "the request could not be completed")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_number_is_not_repeated() {
        for number in ["+8613800001234", "8613800001234", "%2B86%20138-0000-1234", "0138 00001234"] {
            assert!(may_be_a_number(number), "{number}");
        }
        for other in ["", "v1", "tsk_01k3xk5v8qe9yt4m2n7b6c5d4f", "nx-0000001", "123456", "not-a-number"] {
            assert!(!may_be_a_number(other), "{other}");
        }
    }
}
