//! What would become of a task.

use super::tasks::refuse_too_many;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form;
use crate::openapi::{examples, responses};
use crate::problem::Problem;
use crate::wire::preflight::{PreflightForm, PreflightView};
use actix_web::post;
use actix_web::web::{Data, Json};
use outdial_engine::Engine;

/// See what would become of a task
///
/// Takes what `POST /v1/tasks` takes, and stores nothing: whether the task would be accepted, what would become of each of its people if it
/// were started now (the words are those of holds, blockers and causes), how long it would take and what keeps it from being done sooner,
/// and what each of your accounts would make of it. This asks no vendor.
///
/// The estimate assumes that everybody is called once, that a call takes `average_call_seconds`, ringing included, that lines are never idle, and
/// that nobody else uses the account.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:write"])),
    request_body(content = PreflightForm, description = "The task.", example = json!(examples::new_preflight())),
    extensions(("x-each-time-anew" = json!(true))),
    responses(
        (status = 200, description = "What would become of it.",
            body = PreflightView, example = json!(examples::preflight())),
        responses::Foreseeing
    )
)]
#[post("/tasks/preflight")]
pub(crate) async fn preflight_task(
    engine: Data<Engine>,
    caller: Caller,
    body: JsonBody,
) -> Result<Json<PreflightView>, Problem> {
    refuse_too_many(&body.0)?;
    let form = form::read(&body.0, |at| at.object(PreflightForm::read)).map_err(Problem::invalid_fields)?;
    let mut request = form.into_request();
    request.task.client = Some(caller.client());
    let found = engine.preflight(&caller.tenant, request).await?;
    Ok(Json(found.into()))
}
