//! What can be asked of a webhook endpoint: a test, another secret, the past again, its delivery log.

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form::{self, Query};
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::delivery::DeliveryView;
use crate::wire::webhook_endpoint::{EndpointView, IssuedEndpointView, ReplayForm, TrialView};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use outdial_engine::{Engine, IssuedEndpoint, Trial, WebhookEndpoint};
use outdial_model::{DeliveryStatus, EndpointId};

/// Test a webhook endpoint
///
/// Sends it a signed message of type `webhook_endpoint.test` now, once, enabled or not, and answers what it
/// said. It may take the 15 seconds an endpoint has. A test is no event: it is in no log.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The endpoint's id.")),
    responses(
        (status = 200, description = "What came of it, good or bad.",
            body = TrialView, example = json!(examples::trial())),
        responses::Acting
    )
)]
#[post("/webhook_endpoints/{id}/test")]
pub(crate) async fn test_webhook_endpoint(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<EndpointId>,
    once: Idempotency,
) -> Result<HttpResponse, Problem> {
    let words = |trial: &Trial| json(StatusCode::OK, &TrialView::from(trial));
    once.answer(None, words, async |once| Ok(engine.try_endpoint(&caller.tenant, &id.0, once).await?)).await
}

/// Rotate a webhook endpoint's secret
///
/// Answers a new secret, which is not shown again. For 24 hours messages carry two signatures, one with the new secret
/// and one with the old, so that receivers can change over without a gap.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The endpoint's id.")),
    responses(
        (status = 200, description = "The endpoint with its new secret.",
            body = IssuedEndpointView, example = json!(examples::issued_endpoint())),
        responses::Acting
    )
)]
#[post("/webhook_endpoints/{id}/rotate_secret")]
pub(crate) async fn rotate_webhook_secret(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<EndpointId>,
    once: Idempotency,
) -> Result<HttpResponse, Problem> {
    let words = |issued: &IssuedEndpoint| json(StatusCode::OK, &IssuedEndpointView::from(issued));
    once.answer(None, words, async |once| Ok(engine.rotate_secret(&caller.tenant, &id.0, once).await?)).await
}

/// Replay events
///
/// Posts events of the past again, under the same ids: those of a task, of a contact, of a type, or since an instant; of
/// these, what the endpoint's own filters let through. What still waits to be delivered comes as it would anyway. At
/// most 16 replays of an endpoint are under way at the same time.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The endpoint's id.")),
    request_body(content = ReplayForm, description = "Which events; one of the fields.",
        example = json!(examples::replay())),
    responses(
        (status = 202, description = "They will come.",
            body = EndpointView, example = json!(examples::endpoint())),
        responses::Repeating
    )
)]
#[post("/webhook_endpoints/{id}/replay")]
pub(crate) async fn replay_events(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<EndpointId>,
    once: Idempotency,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let words = |endpoint: &WebhookEndpoint| json(StatusCode::ACCEPTED, &EndpointView::from(endpoint));
    once.answer(Some(&body.0), words, async |once| {
        let which = form::read(&body.0, ReplayForm::read).map_err(Problem::invalid_fields)?;
        Ok(engine.replay(&caller.tenant, &id.0, &which, once).await?)
    })
    .await
}

/// List a webhook endpoint's deliveries
///
/// Newest event first. Deliveries that are over are kept for 30 days.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks:read"])),
    params(
        ("id" = String, Path, description = "The endpoint's id."),
        ("status" = Option<String>, Query, description = "Only deliveries in one of these statuses, separated by commas: `pending,failed`."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of the delivery log.",
            body = List<DeliveryView>, example = json!(examples::list(examples::delivery()))),
        responses::ListingOfOne
    )
)]
#[get("/webhook_endpoints/{id}/deliveries")]
pub(crate) async fn list_deliveries(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<EndpointId>,
    query: Query,
) -> Result<Json<List<DeliveryView>>, Problem> {
    let (statuses, paging) = query.list(1..=200, |query| {
        Ok(query.optional("status", |at| at.words(DeliveryStatus::ALL))?.unwrap_or_default())
    })?;
    let mut lines = engine.deliveries(&caller.tenant, &id.0, &statuses, &paging.page()).await?;
    let shown = usize::try_from(paging.limit()).unwrap_or(usize::MAX);
    let has_more = lines.len() > shown;
    lines.truncate(shown);
    let next = lines.last().filter(|_| has_more).map(|line| line.position.to_string());
    Ok(Json(paging.relayed(lines.into_iter().map(Into::into).collect(), next.as_deref())))
}
