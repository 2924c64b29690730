//! Webhook endpoints: create, list, read, change, delete.

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::etag::{self, IfMatch};
use crate::form::{self, Query};
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::webhook_endpoint::{
    EndpointChange, EndpointChangeForm, EndpointForm, EndpointView, IssuedEndpointView,
};
use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post};
use outdial_engine::{Engine, EngineError, IssuedEndpoint, WebhookEndpoint};
use outdial_model::EndpointId;

/// Create a webhook endpoint
///
/// What happens from now on is posted to it, each event until it is taken with a status of 200 to 299: at once, then
/// after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, later if the endpoint asks for it with `Retry-After`. Events
/// of one contact come one after the other, in order. A message can come twice; its `webhook-id` is the event's id and
/// stays the same. An endpoint that answers 410, or that fails for five days, is disabled. A tenant has at most 1,000
/// endpoints.
///
/// Messages are signed as [Standard Webhooks](https://www.standardwebhooks.com) says: check `webhook-signature` with the
/// `secret` of this answer, which is not shown again.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:write"])),
    request_body(content = EndpointForm, description = "The endpoint.",
        example = json!(examples::new_endpoint())),
    responses(
        (status = 201, description = "Created, with its secret.",
            body = IssuedEndpointView,
            headers(
                ("Location" = String, description = "Path of the endpoint."),
                ("ETag" = String, description = "For `If-Match` of a change.")
            ),
            example = json!(examples::issued_endpoint())),
        responses::Making
    )
)]
#[post("/webhook_endpoints")]
pub(crate) async fn create_webhook_endpoint(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let words = |issued: &IssuedEndpoint| {
        let mut answer = json(StatusCode::CREATED, &IssuedEndpointView::from(issued));
        let path = format!("/v1/webhook_endpoints/{}", issued.endpoint.id);
        answer.headers.push(("location".to_owned(), path));
        answer.headers.push(("etag".to_owned(), etag::of(issued.endpoint.revision)));
        answer
    };
    once.answer(Some(&body.0), words, async |once| {
        let settings =
            form::read(&body.0, |at| at.object(EndpointForm::read)).map_err(Problem::invalid_fields)?;
        Ok(engine.create_endpoint(&caller.tenant, settings, once).await?)
    })
    .await
}

/// List webhook endpoints
///
/// Newest first.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:read"])),
    params(Paging),
    responses(
        (status = 200, description = "A page of endpoints.",
            body = List<EndpointView>, example = json!(examples::list(examples::endpoint()))),
        responses::Listing
    )
)]
#[get("/webhook_endpoints")]
pub(crate) async fn list_webhook_endpoints(
    engine: Data<Engine>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<EndpointView>>, Problem> {
    let ((), paging) = query.list(1..=200, |_| Ok(()))?;
    let endpoints = engine.endpoints(&caller.tenant, &paging.page()).await?;
    Ok(Json(paging.list(endpoints, |endpoint| endpoint.id.as_str(), |endpoint| (&endpoint).into())))
}

/// Read a webhook endpoint
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:read"])),
    params(("id" = String, Path, description = "The endpoint's id.")),
    responses(
        (status = 200, description = "The endpoint as it is, without its secret.",
            body = EndpointView,
            headers(("ETag" = String, description = "For `If-Match` of a change.")),
            example = json!(examples::endpoint())),
        responses::OneById
    )
)]
#[get("/webhook_endpoints/{id}")]
pub(crate) async fn get_webhook_endpoint(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<EndpointId>,
) -> Result<HttpResponse, Problem> {
    Ok(shown(&engine.endpoint(&caller.tenant, &id.0).await?))
}

/// Change a webhook endpoint
///
/// A JSON merge patch (RFC 7396): what is left out stays, `null` brings a field back to its default. With
/// `"status": "disabled"` it gets nothing more and what waits for it is dropped; with `"enabled"` it gets what
/// happens from then on. What was missed can be had by a replay.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:write"])),
    params(
        ("id" = String, Path, description = "The endpoint's id."),
        IfMatch
    ),
    request_body(
        content = EndpointChangeForm,
        content_type = "application/merge-patch+json",
        description = "The fields to change. `application/json` is understood too.",
        example = json!(examples::endpoint_patch())
    ),
    responses(
        (status = 200, description = "The endpoint as changed.",
            body = EndpointView,
            headers(("ETag" = String, description = "Of the endpoint as changed.")),
            example = json!(examples::endpoint())),
        responses::Editing
    )
)]
#[patch("/webhook_endpoints/{id}")]
pub(crate) async fn update_webhook_endpoint(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<EndpointId>,
    wanted: IfMatch,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let change = form::read(&body.0, EndpointChange::read).map_err(Problem::invalid_fields)?;
    loop {
        let endpoint = engine.endpoint(&caller.tenant, &id.0).await?;
        wanted.check(endpoint.revision)?;
        let merged = change.merged_into(&endpoint);
        let patch =
            form::read(&merged, |at| at.object(EndpointChange::whole)).map_err(Problem::invalid_fields)?;
        match engine.patch_endpoint(&caller.tenant, &id.0, patch, Some(endpoint.revision)).await {
            Ok(endpoint) => return Ok(shown(&endpoint)),
            // The courier changed it between the two; without `If-Match` the patch is meant for any revision.
            Err(EngineError::Stale) if !wanted.is_given() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Delete a webhook endpoint
///
/// It gets nothing more, and its delivery log is gone. Events stay readable at `GET /v1/events`.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The endpoint's id.")),
    responses(
        (status = 204, description = "It is gone."),
        responses::OneById
    )
)]
#[delete("/webhook_endpoints/{id}")]
pub(crate) async fn delete_webhook_endpoint(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<EndpointId>,
) -> Result<HttpResponse, Problem> {
    engine.delete_endpoint(&caller.tenant, &id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn shown(endpoint: &WebhookEndpoint) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, etag::of(endpoint.revision))).json(EndpointView::from(endpoint))
}
