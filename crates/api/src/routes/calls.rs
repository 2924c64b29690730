//! Calls: place one, list, read.

use super::task_answer::preference_applied;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form::{self, Query};
use crate::idempotency::{Done, Idempotency, json, respond};
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::prefer::Wait;
use crate::problem::Problem;
use crate::wire::call::CallView;
use crate::wire::call_form::{AcceptedCallView, CallForm};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use outdial_engine::provider::Operation;
use outdial_engine::{AcceptedCall, Answer, CallFilter, CallRequest, Engine};
use outdial_model::{CallId, Contact, Disposition};

/// Call one person now
///
/// At most once, and not later than `expires_seconds` from now: whoever was not rung by then is `expired`. Where the vendor has
/// a single call of its own it is used, elsewhere Outdial makes a task of one (`placed`); both are followed in the
/// same way, by the contact and its events.
///
/// Whoever cannot be called now (suppressed, outside their hours, rung as often as a cap allows, being dialed already, a vendor that
/// does not answer) is refused with 409; where there are no dials left today, or as many calls are in progress as may be, the answer is 429
/// `budget_exhausted`. Then nothing is stored. Send an `Idempotency-Key`, so that a request that is repeated calls nobody twice.
#[utoipa::path(
    tag = "Calls",
    security(("bearer" = ["tasks:write"])),
    params(Wait),
    request_body(content = CallForm, description = "Whom to call, and what is said.", example = json!(examples::new_call())),
    responses(
        (status = 202, description = "Accepted: it is being placed.",
            body = AcceptedCallView,
            headers(("Location" = String, description = "Path of the contact.")),
            example = json!(examples::accepted_call())),
        responses::Calling
    )
)]
#[post("/calls")]
pub(crate) async fn place_call(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    body: JsonBody,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    let words = |call: &AcceptedCall| accepted(&engine, call, None);
    let done = once
        .run(Some(&body.0), &words, async |once| {
            let form =
                form::read(&body.0, |at| at.object(CallForm::read)).map_err(Problem::invalid_fields)?;
            let request = CallRequest { client: Some(caller.client()), ..form.into_request() };
            Ok(engine.place_call(&caller.tenant, request, once).await?)
        })
        .await?;
    let call = match done {
        Done::Now(call) => call,
        Done::Before(response) => return Ok(response),
    };
    let Some(held) = wait.begin(&caller.tenant) else { return Ok(respond(words(&call))) };
    engine.settled(&caller.tenant, &call.task.id, held.patience).await?;
    let contact = engine.contact(&caller.tenant, &call.contact).await?;
    Ok(preference_applied(respond(accepted(&engine, &call, Some(&contact))), &held))
}

/// A call as accepted, or as its contact stands.
fn accepted(engine: &Engine, call: &AcceptedCall, contact: Option<&Contact>) -> Answer {
    let account = engine.account(&call.task.account).ok();
    let placed = account
        .map_or("emulated", |account| account.provider.capabilities().support(Operation::PlaceCall).as_str());
    let mut answer = json(StatusCode::ACCEPTED, &AcceptedCallView::new(call, placed, contact));
    answer.headers.push((LOCATION.to_string(), AcceptedCallView::location(call)));
    answer
}

/// List calls
///
/// Every attempt that was made, newest first.
#[utoipa::path(
    tag = "Calls",
    security(("bearer" = ["calls:read"])),
    params(
        ("task_id" = Option<String>, Query, description = "Only calls of this task."),
        ("contact_id" = Option<String>, Query, description = "Only calls to this contact."),
        ("disposition" = Option<String>, Query, description = "Only calls that ended like one of these, separated by commas: `busy,no_answer`."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of calls.",
            body = List<CallView>, example = json!(examples::list(examples::call()))),
        responses::Listing
    )
)]
#[get("/calls")]
pub(crate) async fn list_calls(
    engine: Data<Engine>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<CallView>>, Problem> {
    let (filter, paging) = query.list(1..=200, |query| {
        let task = query.optional("task_id", |at| at.parsed("invalid_id", "a task id such as tsk_…"));
        let contact =
            query.optional("contact_id", |at| at.parsed("invalid_id", "a contact id such as con_…"));
        let dispositions = query.optional("disposition", |at| at.words(Disposition::ALL));
        Ok(CallFilter {
            task: task?,
            contact: contact?,
            dispositions: dispositions?.unwrap_or_default(),
            ..CallFilter::default()
        })
    })?;
    let calls = engine.calls(&caller.tenant, &filter, &paging.page()).await?;
    Ok(Json(paging.list(calls, |call| call.id.as_str(), Into::into)))
}

/// Read a call
#[utoipa::path(
    tag = "Calls",
    security(("bearer" = ["calls:read"])),
    params(("id" = String, Path, description = "The call's id.")),
    responses(
        (status = 200, description = "The call as it is known.",
            body = CallView, example = json!(examples::call())),
        responses::OneById
    )
)]
#[get("/calls/{id}")]
pub(crate) async fn get_call(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<CallId>,
) -> Result<Json<CallView>, Problem> {
    let call = engine.call(&caller.tenant, &id.0).await?;
    Ok(Json(call.into()))
}
