//! Calling people of a task again.

use super::task_answer::Words;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form;
use crate::idempotency::Idempotency;
use crate::openapi::{examples, responses};
use crate::path::Id;
use crate::prefer::Wait;
use crate::problem::Problem;
use crate::wire::redial::RedialForm;
use crate::wire::task::TaskView;
use crate::wire::task_form::TaskForm;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use outdial_engine::{CreateRedial, Engine};
use outdial_model::TaskId;

/// Call people of a task again
///
/// Creates a task, linked to this one (`redial_of`), of those of its people who are `completed` at this moment with one of the
/// `dispositions`; the task may be in any state, and whoever ends later is not called again. What the new task is to do is what this one
/// did, but for the fields that are given: a `schedule`, a `retry` and bounds of its own, for example. It starts as its
/// `schedule.start` says.
///
/// Its people are taken over by and by with their name, variables, `external_id`, `person_id`, `time_zone` and `expires_at` (whoever's has passed is
/// `expired`): `filling` tells how far that is, and it does not
/// complete before. A stop ends it. Nobody is taken over who is `unknown` or was erased, and whoever is suppressed is not called.
/// One that would dial at once is answered 429 `budget_exhausted` while the dials of the day, or those for your key, are used up.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:write"])),
    params(
        ("id" = String, Path, description = "The id of the task whose people are called again."),
        Wait
    ),
    request_body(content = RedialForm, example = json!(examples::new_redial())),
    responses(
        (status = 202, description = "Accepted.",
            body = TaskView,
            headers(
                ("Location" = String, description = "Path of the new task."),
                ("ETag" = String, description = "For `If-Match` of a change.")
            ),
            example = json!(examples::redial())),
        responses::Redialing
    )
)]
#[post("/tasks/{id}/redial")]
pub(crate) async fn redial_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    once: Idempotency,
    body: JsonBody,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    let words = Words::of_new(&engine);
    words
        .asked(&once, Some(&body.0), wait, async |once| {
            let source = engine.task(&caller.tenant, &id.0).await?;
            let RedialForm { dispositions, external_id, changes } =
                form::read(&body.0, RedialForm::read).map_err(Problem::invalid_fields)?;
            let merged = changes.merged_into(&source);
            let form =
                form::read(&merged, |at| at.object(TaskForm::read)).map_err(Problem::invalid_fields)?;
            let (spec, client) = (form.into_request().spec, Some(caller.client()));
            let request = CreateRedial { external_id, dispositions, spec, client };
            Ok(engine.redial(&caller.tenant, &source, request, once).await?)
        })
        .await
}
