//! Tasks: create, list, read, change.

use super::task_answer::{self, Words};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::etag::IfMatch;
use crate::form::{self, Query};
use crate::idempotency::Idempotency;
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::prefer::Wait;
use crate::problem::{Problem, table};
use crate::wire::segment::SegmentView;
use crate::wire::task::{StatsView, TaskView};
use crate::wire::task_form::{MOST_CONTACTS, TaskForm, TaskPatch};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use outdial_engine::{CreateTask, Engine, EngineError, TaskFilter, changeable};
use outdial_model::{FieldProblem, TaskId, TaskStatus};
use serde_json::Value;

/// Create a task
///
/// Accepts a calling task, with up to 1000 first contacts, all or nothing: one contact that cannot be
/// dialed refuses the whole request and nothing is stored. With `schedule.start` `manual` (the default)
/// nothing is dialed before `POST /v1/tasks/{id}/start`.
///
/// What the account's vendor cannot do or express is refused here, with a pointer to the field. A task with people that would dial at
/// once is answered 429 `budget_exhausted` while the dials of the day, or those for your key, are used up; one with a manual start is not.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:write"])),
    params(Wait),
    request_body(content = TaskForm, description = "The task. There is an example for each provider."),
    responses(
        (status = 202, description = "Accepted.",
            body = TaskView,
            headers(
                ("Location" = String, description = "Path of the task."),
                ("ETag" = String, description = "For `If-Match` of a change.")
            ),
            example = json!(examples::task())),
        responses::Creating
    )
)]
#[post("/tasks")]
pub(crate) async fn create_task(
    engine: Data<Engine>,
    caller: Caller,
    once: Idempotency,
    body: JsonBody,
    wait: Wait,
) -> Result<HttpResponse, Problem> {
    let words = Words::of_new(&engine);
    words
        .asked(&once, Some(&body.0), wait, async |once| {
            refuse_too_many(&body.0)?;
            let form =
                form::read(&body.0, |at| at.object(TaskForm::read)).map_err(Problem::invalid_fields)?;
            let request = CreateTask { client: Some(caller.client()), ..form.into_request() };
            Ok(engine.create_task(&caller.tenant, request, once).await?)
        })
        .await
}

/// More contacts than one JSON request may have have a problem of their own, with the way out.
pub(super) fn refuse_too_many(body: &Value) -> Result<(), Problem> {
    let count = body.get("contacts").and_then(Value::as_array).map_or(0, Vec::len);
    if count <= MOST_CONTACTS {
        return Ok(());
    }
    let detail = format!("{count} contacts; a JSON request has at most {MOST_CONTACTS}, nothing was stored");
    let field = FieldProblem::new(
        "/contacts",
        "too_many",
        "stream them to `POST /v1/tasks/{id}/contacts` as application/x-ndjson or text/csv",
    );
    Err(Problem::new(&table::TOO_MANY_CONTACTS, detail).with_errors(vec![field]))
}

/// List tasks
///
/// Newest first.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:read"])),
    params(
        ("status" = Option<String>, Query, description = "Only tasks in one of these statuses, separated by commas: `running,paused`."),
        ("account" = Option<String>, Query, description = "Only tasks of this account."),
        ("external_id" = Option<String>, Query, description = "Only the task with this key of yours."),
        ("redial_of" = Option<String>, Query, description = "Only redials of the task with this id."),
        ("created_after" = Option<String>, Query, description = "Only tasks created at this instant or later (RFC 3339)."),
        ("created_before" = Option<String>, Query, description = "Only tasks created before this instant (RFC 3339)."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of tasks, without their segments.",
            body = List<TaskView>, example = json!(examples::list(examples::listed_task()))),
        responses::Listing
    )
)]
#[get("/tasks")]
pub(crate) async fn list_tasks(
    engine: Data<Engine>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<TaskView>>, Problem> {
    let (filter, paging) = query.list(1..=200, |query| {
        let statuses = query.optional("status", |at| at.words(TaskStatus::ALL));
        let account = query.optional("account", |at| at.parsed("unknown_account", "the name of an account"));
        let external_id = query.optional("external_id", |at| at.text(1..=128));
        let redial_of = query.optional("redial_of", |at| at.parsed("invalid_id", "a task id such as tsk_…"));
        let created_after = query.optional("created_after", |at| at.timestamp());
        let created_before = query.optional("created_before", |at| at.timestamp());
        Ok(TaskFilter {
            statuses: statuses?.unwrap_or_default(),
            account: account?,
            external_id: external_id?,
            redial_of: redial_of?,
            created_after: created_after?,
            created_before: created_before?,
        })
    })?;
    let tasks = engine.tasks(&caller.tenant, &filter, &paging.page()).await?;
    let now = engine.now();
    let list = paging.list(
        tasks,
        |task| task.id.as_str(),
        |task| {
            let provider = task_answer::provider_of(&engine, &task);
            TaskView::new(task, now, provider, None)
        },
    );
    Ok(Json(list))
}

/// Read a task
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:read"])),
    params(("id" = String, Path, description = "The task's id.")),
    responses(
        (status = 200, description = "The task as it is.",
            body = TaskView,
            headers(("ETag" = String, description = "For `If-Match` of a change.")),
            example = json!(examples::task())),
        responses::OneById
    )
)]
#[get("/tasks/{id}")]
pub(crate) async fn get_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
) -> Result<HttpResponse, Problem> {
    let task = engine.task(&caller.tenant, &id.0).await?;
    task_answer::shown(&engine, task, StatusCode::OK).await
}

/// Change a task
///
/// A JSON merge patch (RFC 7396) over the task's own fields: what is left out stays, `null` brings a field
/// back to its default. Account, external id and contacts stay as they are. What the vendor already
/// has is changed there too where it can be, else the change holds for people sent from now on.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:write"])),
    params(
        ("id" = String, Path, description = "The task's id."),
        IfMatch
    ),
    request_body(
        content = TaskPatch,
        content_type = "application/merge-patch+json",
        description = "The fields to change. `application/json` is understood too.",
        example = json!(examples::patch())
    ),
    responses(
        (status = 202, description = "Accepted.",
            body = TaskView,
            headers(("ETag" = String, description = "Of the task as changed.")),
            example = json!(examples::task())),
        responses::Changing
    )
)]
#[patch("/tasks/{id}")]
pub(crate) async fn update_task(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    wanted: IfMatch,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let patch = form::read(&body.0, TaskPatch::read).map_err(Problem::invalid_fields)?;
    loop {
        let task = engine.task(&caller.tenant, &id.0).await?;
        wanted.check(task.revision)?;
        let task = changeable(task)?;
        let merged = patch.merged_into(&task);
        let form = form::read(&merged, |at| at.object(TaskForm::read)).map_err(Problem::invalid_fields)?;
        let spec = form.into_request().spec;
        match engine.patch_task(&caller.tenant, &id.0, spec, Some(task.revision)).await {
            Ok(task) => return task_answer::shown(&engine, task, StatusCode::ACCEPTED).await,
            // The worker changed it between the two; without `If-Match` the patch is meant for any revision.
            Err(EngineError::Stale) if !wanted.is_given() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// List a task's segments
///
/// The vendor-side tasks that carry it, oldest first, as far as they are confirmed.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:read"])),
    params(("id" = String, Path, description = "The task's id.")),
    responses(
        (status = 200, description = "All segments.",
            body = List<SegmentView>, example = json!(examples::list(examples::segment()))),
        responses::OneById
    )
)]
#[get("/tasks/{id}/segments")]
pub(crate) async fn list_segments(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
) -> Result<Json<List<SegmentView>>, Problem> {
    let segments = engine.segments(&caller.tenant, &id.0).await?;
    Ok(Json(List::whole(segments.into_iter().map(Into::into).collect())))
}

/// Read a task's statistics
///
/// Kept, not counted: reading them costs the same for ten contacts and for a million.
#[utoipa::path(
    tag = "Tasks",
    security(("bearer" = ["tasks:read"])),
    params(("id" = String, Path, description = "The task's id.")),
    responses(
        (status = 200, description = "The task in numbers.",
            body = StatsView, example = json!(examples::stats())),
        responses::OneById
    )
)]
#[get("/tasks/{id}/stats")]
pub(crate) async fn get_task_stats(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
) -> Result<Json<StatsView>, Problem> {
    let task = engine.task(&caller.tenant, &id.0).await?;
    Ok(Json(task.into()))
}
