//! Who is asking: bearer keys, checked by middleware before anything of a request is read.
//!
//! Middleware and not an extractor: extractors run beside each other, and a broken body must not tell
//! a stranger more than that there is no key.

use crate::problem::{Problem, table};
use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use outdial_engine::{Engine, Principal};
use outdial_model::TenantId;
use std::future::{Ready, ready};

/// The authenticated client.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Whose data it sees.
    pub tenant: TenantId,
    /// Whether its key demands an idempotency key of every POST.
    pub requires_idempotency_key: bool,
}

/// Lets a request in if its key is valid.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    match principal(&request).await {
        Ok(principal) => {
            let Principal { tenant, requires_idempotency_key, .. } = principal;
            request.extensions_mut().insert(Caller { tenant, requires_idempotency_key });
            next.call(request).await
        }
        Err(problem) => Ok(request.error_response(problem)),
    }
}

async fn principal(request: &ServiceRequest) -> Result<Principal, Problem> {
    let Some(token) = bearer(request) else {
        return Err(unauthenticated("the request has no `Authorization: Bearer <key>` header"));
    };
    let Some(engine) = request.app_data::<web::Data<Engine>>() else {
        return Err(Problem::new(&table::INTERNAL_ERROR, "the request could not be completed"));
    };
    let known = engine.authenticate(token).await?;
    known.ok_or_else(|| unauthenticated("the key is mistyped, revoked or expired"))
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(&table::UNAUTHENTICATED, detail).with_header(WWW_AUTHENTICATE, "Bearer realm=\"outdial\"")
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| unauthenticated("the request has no key")))
    }
}
