//! Who is asking, and whether they may: checked by middleware before anything of a request is read.
//!
//! Middleware and not an extractor: extractors run beside each other, and a broken body must not tell
//! a stranger more than that there is no key. What each operation needs is in [`Permissions`]; whatever asks for a
//! change is written to the audit log before it is answered ([`Begun`]).

use crate::audit::Begun;
use crate::permissions::{Operation, Permissions};
use crate::problem::{Problem, table};
use crate::quota::Buckets;
use crate::routes::fallback::RouteTable;
use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use outdial_engine::{Engine, Principal};
use std::future::{Ready, ready};
use std::ops::Deref;
use std::rc::Rc;

/// The operation no quota refuses.
const EMERGENCY_STOP: &str = "stop_everything";

/// The authenticated client.
#[derive(Debug, Clone)]
pub(crate) struct Caller(Rc<Principal>);

impl Deref for Caller {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

/// Lets a request in if whoever asks may.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let (Some(engine), Some(buckets), Some(permissions), Some(routes)) = (
        data::<Engine>(&request),
        data::<Buckets>(&request),
        data::<Permissions>(&request),
        data::<RouteTable>(&request),
    ) else {
        let problem = Problem::new(&table::INTERNAL_ERROR, "the request could not be completed");
        return Ok(request.error_response(problem));
    };
    let caller = match principal(&request, &engine).await {
        Ok(principal) => Caller(Rc::new(principal)),
        Err(problem) => return Ok(request.error_response(problem)),
    };
    let allowance = buckets.take(&caller);
    let refused = allowance.problem();
    // Told by whoever writes the answer out, be it a problem or not.
    request.extensions_mut().insert(allowance);
    // By the path that routes are found by: `/v1/t%61sks` is `/v1/tasks`.
    let path = request.match_info().as_str();
    let pattern = request.resource_map().match_pattern(path).unwrap_or_default();
    let operation = permissions.operation(&pattern, request.method());
    // A client that has run wild must still be able to stop everything.
    let refused = refused.filter(|_| operation.is_none_or(|operation| operation.id != EMERGENCY_STOP));
    if let Some(problem) = refused {
        return Ok(request.error_response(problem));
    }
    match operation {
        Some(operation) => permit(request, next, &engine, operation, &pattern, caller).await,
        // Nobody goes on to what is in no document.
        None => {
            let problem = routes.refusal(request.path(), request.method());
            Ok(request.error_response(problem))
        }
    }
}

/// Lets every request in, as one of `principal`'s.
#[cfg(feature = "bare")]
pub(crate) async fn believe(
    principal: Principal,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    request.extensions_mut().insert(Caller(Rc::new(principal)));
    next.call(request).await
}

/// Lets a request in if whoever asks may, and writes down what was done.
async fn permit(
    request: ServiceRequest,
    next: Next<BoxBody>,
    engine: &Data<Engine>,
    operation: &Operation,
    pattern: &str,
    caller: Caller,
) -> Result<ServiceResponse, Error> {
    let is_change = request.method() != Method::GET;
    let begun = is_change.then(|| Begun::by(&caller, engine, operation, pattern, &request));
    let response = if caller.scopes.allow(operation.scope) {
        request.extensions_mut().insert(caller);
        next.call(request).await?
    } else {
        request.error_response(forbidden(operation, &caller))
    };
    if let Some(begun) = begun {
        begun.answered(&response).await;
    }
    Ok(response)
}

fn data<T: 'static>(request: &ServiceRequest) -> Option<Data<T>> {
    request.app_data::<Data<T>>().cloned()
}

async fn principal(request: &ServiceRequest, engine: &Engine) -> Result<Principal, Problem> {
    let Some(credential) = bearer(request) else {
        return Err(unauthenticated("the request has no `Authorization: Bearer <key or token>` header"));
    };
    let known = engine.authenticate(credential).await?;
    known.ok_or_else(|| {
        unauthenticated("the key or token is mistyped, revoked, expired or not for this server")
    })
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
}

pub(crate) fn unauthenticated(detail: &str) -> Problem {
    Problem::new(&table::UNAUTHENTICATED, detail).with_header(WWW_AUTHENTICATE, "Bearer realm=\"outdial\"")
}

/// As RFC 6750 section 3 has it.
fn forbidden(operation: &Operation, caller: &Caller) -> Problem {
    let scope = operation.scope;
    let has =
        if caller.scopes.iter().next().is_some() { caller.scopes.to_string() } else { "nothing".into() };
    let detail = format!("this needs the scope `{scope}`; the key or token is good for: {has}");
    let challenge = format!("Bearer realm=\"outdial\", error=\"insufficient_scope\", scope=\"{scope}\"");
    Problem::new(&table::INSUFFICIENT_SCOPE, detail).with_header(WWW_AUTHENTICATE, &challenge)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| unauthenticated("the request has no key")))
    }
}
