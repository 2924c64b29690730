//! API keys: make, list, read, revoke.

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form::{self, Query};
use crate::idempotency::{Done, Idempotency, json, respond};
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::api_key::{IssuedKeyView, KeyForm, KeyView, Mode};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use outdial_engine::{Answer, ApiKey, Engine};
use outdial_model::{KeyId, Secret};

/// Create an API key
///
/// Its text is in this answer and nowhere else: only a keyed hash of it is kept. A key with mode `test` sees data of its
/// own and reaches only accounts at the simulator; it cannot ring anybody's phone. A test key makes test keys.
///
/// To replace a key, make another, bring it to where it is used, and revoke the first. A tenant has at most 1,000 keys
/// of a mode that are not revoked.
#[utoipa::path(
    tag = "Access",
    security(("bearer" = ["admin"])),
    request_body(content = KeyForm, description = "The key.", example = json!(examples::new_key())),
    responses(
        (status = 201, description = "Created, with its text.",
            body = IssuedKeyView,
            headers(("Location" = String, description = "Path of the key.")),
            example = json!(examples::issued_key())),
        responses::Making
    )
)]
#[post("/api_keys")]
pub(crate) async fn create_api_key(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let mut token = None;
    // What is kept for a repetition has no text.
    let done = once.run(Some(&body.0), &|key: &ApiKey| issued(key, None), async |once| {
        let usual = if caller.tenant.is_for_tests() { Mode::Test } else { Mode::Live };
        let (name, terms) = form::read(&body.0, |at| at.object(|form| KeyForm::read(form, usual)))
            .map_err(Problem::invalid_fields)?;
        let made = engine.issue_key(&caller.tenant, &name, terms, once).await?;
        token = Some(made.token);
        Ok(made.key)
    });
    Ok(match done.await? {
        Done::Now(key) => respond(issued(&key, token.as_ref())),
        Done::Before(response) => response,
    })
}

fn issued(key: &ApiKey, token: Option<&Secret>) -> Answer {
    let mut answer = json(StatusCode::CREATED, &IssuedKeyView::new(key, token));
    answer.headers.push(("location".to_owned(), format!("/v1/api_keys/{}", key.id)));
    answer
}

/// List API keys
///
/// Newest first, revoked and expired ones included.
#[utoipa::path(
    tag = "Access",
    security(("bearer" = ["admin"])),
    params(Paging),
    responses(
        (status = 200, description = "A page of keys.",
            body = List<KeyView>, example = json!(examples::list(examples::key()))),
        responses::Listing
    )
)]
#[get("/api_keys")]
pub(crate) async fn list_api_keys(
    engine: Data<Engine>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<KeyView>>, Problem> {
    let ((), paging) = query.list(1..=200, |_| Ok(()))?;
    let keys = engine.keys(&caller.tenant, &paging.page()).await?;
    Ok(Json(paging.list(keys, |key| key.id.as_str(), |key| (&key).into())))
}

/// Read an API key
#[utoipa::path(
    tag = "Access",
    security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The key's id.")),
    responses(
        (status = 200, description = "The key, without its text.", body = KeyView, example = json!(examples::key())),
        responses::OneById
    )
)]
#[get("/api_keys/{id}")]
pub(crate) async fn get_api_key(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<KeyId>,
) -> Result<Json<KeyView>, Problem> {
    Ok(Json((&engine.key(&caller.tenant, &id.0).await?).into()))
}

/// Revoke an API key
///
/// Nobody comes in with it any more: here at once, at other processes of the server within two seconds. It stays in the
/// list. The key of the request itself can be revoked too.
#[utoipa::path(
    tag = "Access",
    security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The key's id.")),
    responses(
        (status = 204, description = "It is revoked."),
        responses::OneById
    )
)]
#[delete("/api_keys/{id}")]
pub(crate) async fn revoke_api_key(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<KeyId>,
) -> Result<HttpResponse, Problem> {
    engine.revoke_key(&caller.tenant, &id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
