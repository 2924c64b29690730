//! Suppressions: numbers that are not to be called.

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form::{self, Query};
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::suppression::{Entry, ImportForm, ImportView, SuppressionForm, SuppressionView, purpose};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use outdial_engine::{Engine, SuppressionFilter};
use outdial_model::{Phone, Suppression, SuppressionId};

/// Suppress a number
///
/// When this is answered nobody of yours who has the number is dialed any more: whoever waits is `cancelled`, whoever is at
/// a vendor is cancelled there where the vendor can (`cancel_requested` until it has told), and whoever is added later is
/// `cancelled` at once. With `purpose` only tasks with the same `purpose` are concerned.
///
/// A number that is suppressed for the same purpose already keeps its id, and has the new reason, source and end.
#[utoipa::path(
    tag = "Suppressions",
    security(("bearer" = ["suppressions:write"])),
    request_body(content = SuppressionForm, description = "The number.", example = json!(examples::new_suppression())),
    responses(
        (status = 201, description = "It is in force.",
            body = SuppressionView,
            headers(("Location" = String, description = "Path of the suppression.")),
            example = json!(examples::suppression())),
        responses::Noting
    )
)]
#[post("/suppressions")]
pub(crate) async fn create_suppression(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let words = |kept: &Vec<Suppression>| {
        let mut answer = json(StatusCode::CREATED, &kept.first().map(SuppressionView::from));
        let location = kept.first().map(|kept| format!("/v1/suppressions/{}", kept.id));
        answer.headers.extend(location.map(|location| ("location".to_owned(), location)));
        answer
    };
    once.answer(Some(&body.0), words, async |once| {
        let entry = form::read(&body.0, |at| at.object(Entry::read)).map_err(Problem::invalid_fields)?;
        let new = entry.judged(engine.now()).map_err(|problem| Problem::invalid_fields(vec![problem]))?;
        Ok(engine.suppress(&caller.tenant, &[new], once).await?)
    })
    .await
}

/// Suppress many numbers
///
/// At most 1000 in a request. Each is judged by itself: one that cannot be read as a number is rejected in `results`, the
/// others are in force when this is answered. Sent again, it changes nothing, so a list can safely be repeated. Here as
/// elsewhere the *shape* counts for the whole request.
#[utoipa::path(
    tag = "Suppressions",
    security(("bearer" = ["suppressions:write"])),
    request_body(content = ImportForm, description = "The numbers.",
        example = json!({"suppressions": [examples::new_suppression()]})),
    responses(
        (status = 200, description = "What became of each.",
            body = ImportView, example = json!(examples::suppression_batch())),
        responses::Noting
    )
)]
#[post("/suppressions/import")]
pub(crate) async fn import_suppressions(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let entries = form::read(&body.0, |at| at.object(Entry::read_all)).map_err(Problem::invalid_fields)?;
    let now = engine.now();
    let judged: Vec<_> = entries.into_iter().map(|entry| entry.judged(now)).collect();
    let good: Vec<_> = judged.iter().filter_map(|judged| judged.as_ref().ok().cloned()).collect();
    let words = |_: &Vec<Suppression>| {
        json(StatusCode::OK, &ImportView::new(judged.iter().map(|judged| judged.as_ref().err())))
    };
    once.answer(Some(&body.0), words, async |once| Ok(engine.suppress(&caller.tenant, &good, once).await?))
        .await
}

/// List suppressions
///
/// Newest first, those that have ended included.
#[utoipa::path(
    tag = "Suppressions",
    security(("bearer" = ["suppressions:read"])),
    params(
        ("phone" = Option<String>, Query, description = "Only those of this number, E.164."),
        ("purpose" = Option<String>, Query, description = "Only those for this purpose alone."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of suppressions.",
            body = List<SuppressionView>, example = json!(examples::list(examples::suppression()))),
        responses::Listing
    )
)]
#[get("/suppressions")]
pub(crate) async fn list_suppressions(
    engine: Data<Engine>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<SuppressionView>>, Problem> {
    let (filter, paging) = query.list(1..=200, |query| {
        let phone = query.optional("phone", |at| {
            let text = at.text(1..=64)?;
            Phone::parse(&text, None).map_err(|error| at.wrong("invalid_phone", error.to_string()))
        });
        let purpose = query.optional("purpose", purpose);
        Ok(SuppressionFilter { phone: phone?, purpose: purpose? })
    })?;
    let kept = engine.suppressions(&caller.tenant, &filter, &paging.page()).await?;
    Ok(Json(paging.list(kept, |kept| kept.id.as_str(), |kept| (&kept).into())))
}

/// Read a suppression
#[utoipa::path(
    tag = "Suppressions",
    security(("bearer" = ["suppressions:read"])),
    params(("id" = String, Path, description = "The suppression's id.")),
    responses(
        (status = 200, description = "The suppression.", body = SuppressionView, example = json!(examples::suppression())),
        responses::OneById
    )
)]
#[get("/suppressions/{id}")]
pub(crate) async fn get_suppression(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<SuppressionId>,
) -> Result<Json<SuppressionView>, Problem> {
    Ok(Json((&engine.suppression(&caller.tenant, &id.0).await?).into()))
}

/// Allow a number again
///
/// Takes the suppression away. Whoever was cancelled because of it stays so; whoever is added from now on is dialed.
#[utoipa::path(
    tag = "Suppressions",
    security(("bearer" = ["suppressions:write"])),
    params(("id" = String, Path, description = "The suppression's id.")),
    responses(
        (status = 204, description = "It is gone."),
        responses::OneById
    )
)]
#[delete("/suppressions/{id}")]
pub(crate) async fn delete_suppression(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<SuppressionId>,
) -> Result<HttpResponse, Problem> {
    engine.allow(&caller.tenant, &id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
