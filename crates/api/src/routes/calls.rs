//! Calls: list, read.

use crate::auth::Caller;
use crate::form::Query;
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::call::CallView;
use actix_web::get;
use actix_web::web::{Data, Json};
use outdial_engine::{CallFilter, Engine};
use outdial_model::{CallId, Disposition};

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
