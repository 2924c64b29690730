//! Erasures: forget a person, and see how far it is.

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form;
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::erasure::{ErasureForm, ErasureView};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use outdial_engine::Engine;
use outdial_model::{Erasure, ErasureId};

/// Erase a person
///
/// Number, name, variables, external ids, recordings and insights of a person are removed from every contact the tenant has
/// under their number. Whoever waits is cancelled; whoever is out at a vendor is taken back where that is possible, and
/// erased when the vendor has told of their end. What is left are ids, statuses and times, and keyed hashes by which the
/// person is known when a late push or the same upload brings them again: nobody is added again to a task they were
/// erased from. A new task may have them again.
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["admin"])),
    request_body(content = ErasureForm, description = "Who it is: exactly one of the three.",
        example = json!({"phone": "+8613800000000"})),
    responses(
        (status = 202, description = "Asked for. Read it until it is `completed`.",
            body = ErasureView,
            headers(("Location" = String, description = "Path of the erasure.")),
            example = json!(examples::erasure())),
        responses::Forgetting
    )
)]
#[post("/erasures")]
pub(crate) async fn create_erasure(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let words = |erasure: &Erasure| {
        let mut answer = json(StatusCode::ACCEPTED, &ErasureView::from(erasure));
        answer.headers.push(("location".to_owned(), format!("/v1/erasures/{}", erasure.id)));
        answer
    };
    once.answer(Some(&body.0), words, async |once| {
        let who = form::read(&body.0, ErasureForm::read).map_err(Problem::invalid_fields)?;
        Ok(engine.erase(&caller.tenant, &who, once).await?)
    })
    .await
}

/// Read an erasure
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The erasure's id.")),
    responses(
        (status = 200, description = "How far it is.", body = ErasureView, example = json!(examples::erasure())),
        responses::OneById
    )
)]
#[get("/erasures/{id}")]
pub(crate) async fn get_erasure(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<ErasureId>,
) -> Result<Json<ErasureView>, Problem> {
    Ok(Json(ErasureView::from(&engine.erasure(&caller.tenant, &id.0).await?)))
}
