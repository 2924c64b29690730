//! What can be asked of a task: start, pause, resume, stop.

use super::task_answer::Words;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form;
use crate::idempotency::Idempotency;
use crate::openapi::{examples, responses};
use crate::path::Id;
use crate::prefer::Wait;
use crate::problem::Problem;
use crate::wire::route::MoveForm;
use crate::wire::task::TaskView;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use outdial_engine::{Engine, TaskVerb};
use outdial_model::TaskId;

/// Start a task
///
/// Begins to dial when the schedule allows. Asking again is harmless. A task that is stopped or
/// completed cannot be started: 409. While the dials of the day, or those for the key that asked for the task, are used up, it is
/// not started: 429 `budget_exhausted`.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:control"])),
    params(
        ("id" = String, Path, description = "The task's id."),
        Wait
    ),
    responses(
        (status = 202, description = "Asked for: `desired_status` is `running`.",
            body = TaskView, example = json!(examples::task())),
        responses::Starting
    )
)]
#[post("/tasks/{id}/start")]
pub(crate) async fn start_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    once: Idempotency,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    steer(&engine, &caller, &id.0, TaskVerb::Start, &once, wait).await
}

/// Move a task to another account
///
/// Whoever is with us is dialed with the new account from now on, through the gate like anybody. What the account before holds is
/// ended there: whoever is proven not to have been dialed follows, whoever is being dialed, or in doubt, stays there and is
/// followed to the end. `account` may be a route, which then looks after the task. Asking for where it is already is no error.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:control"])),
    params(
        ("id" = String, Path, description = "The task's id."),
        Wait
    ),
    request_body(content = MoveForm, description = "Where to.", example = json!({"account": "example-account"})),
    responses(
        (status = 202, description = "It dials with the new account.",
            body = TaskView, example = json!(examples::task())),
        responses::Deciding
    )
)]
#[post("/tasks/{id}/move")]
pub(crate) async fn move_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    once: Idempotency,
    body: JsonBody,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    let words = Words::of(&engine, &caller.tenant, &id.0).await?;
    words
        .asked(&once, Some(&body.0), wait, async |once| {
            let MoveForm { account } =
                form::read(&body.0, |at| at.object(MoveForm::read)).map_err(Problem::invalid_fields)?;
            Ok(engine.move_task(&caller.tenant, &id.0, &account, once).await?)
        })
        .await
}

/// Pause a task
///
/// Nobody new is dialed until it is resumed; calls in progress go on. `status` is `pausing` until
/// the vendor has confirmed. Contacts can still be added.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:control"])),
    params(
        ("id" = String, Path, description = "The task's id."),
        Wait
    ),
    responses(
        (status = 202, description = "Asked for: `desired_status` is `paused`.",
            body = TaskView, example = json!(examples::task())),
        responses::Steering
    )
)]
#[post("/tasks/{id}/pause")]
pub(crate) async fn pause_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    once: Idempotency,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    steer(&engine, &caller, &id.0, TaskVerb::Pause, &once, wait).await
}

/// Resume a task
///
/// Goes on after a pause.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:control"])),
    params(
        ("id" = String, Path, description = "The task's id."),
        Wait
    ),
    responses(
        (status = 202, description = "Asked for: `desired_status` is `running`.",
            body = TaskView, example = json!(examples::task())),
        responses::Steering
    )
)]
#[post("/tasks/{id}/resume")]
pub(crate) async fn resume_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    once: Idempotency,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    steer(&engine, &caller, &id.0, TaskVerb::Resume, &once, wait).await
}

/// Stop a task
///
/// Ends it for good: nobody new is dialed, contacts that were not dialed become `cancelled`, and nothing
/// can be added any more.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:control"])),
    params(
        ("id" = String, Path, description = "The task's id."),
        Wait
    ),
    responses(
        (status = 202, description = "Asked for: `desired_status` is `stopped`.",
            body = TaskView, example = json!(examples::task())),
        responses::Steering
    )
)]
#[post("/tasks/{id}/stop")]
pub(crate) async fn stop_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    once: Idempotency,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    steer(&engine, &caller, &id.0, TaskVerb::Stop, &once, wait).await
}

async fn steer(
    engine: &Engine,
    caller: &Caller,
    task: &TaskId,
    verb: TaskVerb,
    once: &Idempotency,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    let words = Words::of(engine, &caller.tenant, task).await?;
    words
        .asked(once, None, wait, async |once| Ok(engine.steer(&caller.tenant, task, verb, once).await?))
        .await
}
