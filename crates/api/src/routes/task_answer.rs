//! One task as an answer: its segments, its ETag, and what was asked for in headers.

use crate::etag;
use crate::prefer::Wait;
use crate::problem::Problem;
use crate::wire::task::TaskView;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use outdial_engine::Engine;
use outdial_model::{Task, TaskId};

/// The account's provider, as views name it.
pub(super) fn provider_of(engine: &Engine, task: &Task) -> Option<String> {
    engine.account(&task.account).ok().map(|account| account.kind.to_string())
}

/// The task as it is.
pub(super) async fn shown(engine: &Engine, task: Task, status: StatusCode) -> Result<HttpResponse, Problem> {
    respond(engine, task, HttpResponse::build(status)).await
}

/// The task after something was asked of it: 202, at once or when it is confirmed.
pub(super) async fn accepted(engine: &Engine, task: Task, wait: Wait) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Accepted();
    if let Some(applied) = wait.applied() {
        response.insert_header(("preference-applied", applied));
    }
    let task = match wait.0 {
        Some(patience) => engine.settled(&task.tenant, &task.id, patience).await?,
        None => task,
    };
    respond(engine, task, response).await
}

/// The same for a task that did not exist before.
pub(super) async fn created(engine: &Engine, task: Task, wait: Wait) -> Result<HttpResponse, Problem> {
    let location = location(&task.id);
    let mut response = accepted(engine, task, wait).await?;
    if let Ok(location) = location.parse() {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

async fn respond(
    engine: &Engine,
    task: Task,
    mut response: actix_web::HttpResponseBuilder,
) -> Result<HttpResponse, Problem> {
    let segments = engine.segments(&task.tenant, &task.id).await?;
    response.insert_header((ETAG, etag::of(task.revision)));
    let provider = provider_of(engine, &task);
    Ok(response.json(TaskView::new(task, engine.now(), provider, Some(segments))))
}

fn location(task: &TaskId) -> String {
    format!("/v1/tasks/{task}")
}
