//! What can be asked of a task: start, pause, resume, stop.

use super::task_answer::Words;
use crate::auth::Caller;
use crate::idempotency::Idempotency;
use crate::openapi::{examples, responses};
use crate::path::Id;
use crate::prefer::Wait;
use crate::problem::Problem;
use crate::wire::task::TaskView;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use outdial_engine::{Engine, TaskVerb};
use outdial_model::TaskId;

/// Start a task
///
/// Begins to dial when the schedule allows. Asking again is harmless. A task that is stopped or
/// completed cannot be started: 409.
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
