//! Suppressions: numbers that are not to be called.

use crate::auth::Caller;
use crate::body::{self, JsonBody, Pieces};
use crate::download::Downloads;
use crate::export::{self, Shape};
use crate::form::{self, Fields, Query, Read};
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::upload::{self, Csv, Ndjson, SuppressionColumns, Suppressions, Target, Uploads};
use crate::wire::suppression::{Entry, ImportForm, ImportView, SuppressionForm, SuppressionView, purpose};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, delete, get, post};
use outdial_engine::{Engine, SuppressionFilter};
use outdial_model::{Phone, Suppression, SuppressionId};
use serde_json::Value;

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
/// Each is judged by itself: one that cannot be read as a number is rejected in `results`, the others are in force when this is
/// answered. Sent again, it changes nothing, so a list can safely be repeated.
///
/// - `application/json`: `{"suppressions": […]}`, at most 1000. Here the *shape* counts for the whole request.
/// - `application/x-ndjson`: one number per line, any number of lines.
/// - `text/csv`: the first row names the columns: `phone`, and optionally `purpose`, `reason`, `source` and `expires_at`.
///
/// What `GET /v1/suppressions` exports can be imported as it is; `id` and `created_at` in it are passed over, and what has ended by then is refused line by line. Streams are taken in as they
/// come; if one breaks off, what came before is in force and `stopped` tells the first line that was not taken. A stream lasts an hour at
/// most.
#[utoipa::path(
    tag = "Suppressions",
    security(("bearer" = ["suppressions:write"])),
    request_body(
        description = "The numbers, in one of three types.",
        content(
            (ImportForm = "application/json", example = json!({"suppressions": [examples::new_suppression()]})),
            (String = "application/x-ndjson", example = json!(examples::SUPPRESSIONS_NDJSON)),
            (String = "text/csv", example = json!(examples::SUPPRESSIONS_CSV))
        )
    ),
    responses(
        (status = 200, description = "What became of each.",
            body = ImportView, example = json!(examples::suppression_batch())),
        responses::Importing
    )
)]
#[post("/suppressions/import")]
pub(crate) async fn import_suppressions(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    uploads: Data<Uploads>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let target = Target { engine: &engine, caller: &caller };
    let (payload, numbers) = (payload.into_inner(), Suppressions::default());
    let place = || uploads.enter(&caller.tenant);
    match request.content_type() {
        "application/json" => batch(target, &once, &body::json(&request, payload).await?).await,
        "application/x-ndjson" => {
            let _place = place()?;
            let pieces = Pieces::of(&request, payload);
            upload::stream(target, &once, pieces, Ndjson::of_suppressions(), numbers).await
        }
        "text/csv" => {
            let _place = place()?;
            let pieces = Pieces::of(&request, payload);
            upload::stream(target, &once, pieces, Csv::<SuppressionColumns>::default(), numbers).await
        }
        _ => Err(body::unsupported_type(&["application/json", "application/x-ndjson", "text/csv"])),
    }
}

async fn batch(
    Target { engine, caller }: Target<'_>,
    once: &Idempotency,
    body: &Value,
) -> Result<HttpResponse, Problem> {
    let entries = form::read(body, |at| at.object(Entry::read_all)).map_err(Problem::invalid_fields)?;
    let now = engine.now();
    let judged: Vec<_> = entries.into_iter().map(|entry| entry.judged(now)).collect();
    let good: Vec<_> = judged.iter().filter_map(|judged| judged.as_ref().ok().cloned()).collect();
    let words = |_: &Vec<Suppression>| {
        let mut view = ImportView::default();
        for (index, judged) in (0..).zip(&judged) {
            view.note(index, judged.as_ref().err().cloned());
        }
        json(StatusCode::OK, &view)
    };
    once.answer(Some(body), words, async |once| Ok(engine.suppress(&caller.tenant, &good, once).await?)).await
}

/// List suppressions
///
/// Newest first, those that have ended included. With `Accept: text/csv` or `application/x-ndjson` all of them are handed over at once,
/// and there are no pages; a connection that ends without the last piece means that the rest did not come. Cells of CSV that a spreadsheet
/// would take for formulas begin with an apostrophe, numbers (`'+86…`) too; an import takes it off.
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
            content(
                (List<SuppressionView> = "application/json", example = json!(examples::list(examples::suppression()))),
                (String = "application/x-ndjson", example = json!(examples::SUPPRESSIONS_NDJSON)),
                (String = "text/csv", example = json!(examples::SUPPRESSIONS_CSV))
            )),
        responses::Exporting
    )
)]
#[get("/suppressions")]
pub(crate) async fn list_suppressions(
    engine: Data<Engine>,
    caller: Caller,
    downloads: Data<Downloads>,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let shape = Shape::of(&request);
    if shape != Shape::Json {
        let (filter, turn) = (query.whole(filter)?, downloads.enter(&caller.tenant)?);
        return Ok(export::suppressions(engine, (*caller).clone(), filter, shape, turn));
    }
    let (filter, paging) = query.list(1..=200, filter)?;
    let kept = engine.suppressions(&caller.tenant, &filter, &paging.page()).await?;
    let list: List<SuppressionView> = paging.list(kept, |kept| kept.id.as_str(), |kept| (&kept).into());
    Ok(HttpResponse::Ok().json(list))
}

fn filter(query: &mut Fields<'_>) -> Read<SuppressionFilter> {
    let phone = query.optional("phone", |at| {
        let text = at.text(1..=64)?;
        Phone::parse(&text, None).map_err(|error| at.wrong("invalid_phone", error.to_string()))
    });
    let purpose = query.optional("purpose", purpose);
    Ok(SuppressionFilter { phone: phone?, purpose: purpose? })
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
