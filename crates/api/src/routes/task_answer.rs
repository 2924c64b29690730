//! One task as an answer: its segments, its ETag, and what was asked for in headers.

use crate::etag;
use crate::idempotency::{Done, Halt, Idempotency, json, respond};
use crate::prefer::{Held, Wait};
use crate::problem::Problem;
use crate::wire::task::TaskView;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, HeaderValue, LOCATION};
use outdial_engine::{Answer, Engine, Once};
use outdial_model::{Segment, Task, TaskId, TenantId, Timestamp};
use serde_json::Value;

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The account's provider, as views name it.
pub(super) fn provider_of(engine: &Engine, task: &Task) -> Option<String> {
    engine.kind_of(&task.account).map(|kind| kind.to_string())
}

/// The task as it is.
pub(super) async fn shown(engine: &Engine, task: Task, status: StatusCode) -> Result<HttpResponse, Problem> {
    let words = Words { status, ..Words::of(engine, &task.tenant, &task.id).await? };
    Ok(respond(words.say(&task)))
}

/// The answer, which says that it was held.
pub(super) fn preference_applied(mut response: HttpResponse, held: &Held) -> HttpResponse {
    if let Ok(applied) = HeaderValue::from_str(&held.applied()) {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    response
}

/// Words an answer about a task. Everything it takes is read before, for some are worded in a transaction.
#[derive(Clone)]
pub(super) struct Words<'a> {
    engine: &'a Engine,
    now: Timestamp,
    status: StatusCode,
    segments: Vec<Segment>,
    is_new: bool,
}

impl<'a> Words<'a> {
    /// For something that is asked of a task.
    pub(super) async fn of(engine: &'a Engine, tenant: &TenantId, task: &TaskId) -> Result<Self, Problem> {
        let segments = engine.segments(tenant, task).await?;
        Ok(Self { segments, is_new: false, ..Self::of_new(engine) })
    }

    /// For a task that does not exist before.
    pub(super) fn of_new(engine: &'a Engine) -> Self {
        let (now, status) = (engine.now(), StatusCode::ACCEPTED);
        Self { engine, now, status, segments: Vec::new(), is_new: true }
    }

    /// Does what is asked, once, and answers with the task: as accepted, or when it is confirmed.
    pub(super) async fn asked(
        self,
        once: &Idempotency,
        body: Option<&Value>,
        wait: Wait,
        act: impl AsyncFnOnce(Option<&Once<'_, Task>>) -> Result<Task, Halt>,
    ) -> Result<HttpResponse, Problem> {
        let task = match once.run(body, &|task| self.say(task), act).await? {
            Done::Now(task) => task,
            Done::Before(response) => return Ok(response),
        };
        let Some(held) = wait.begin(&task.tenant) else { return Ok(respond(self.say(&task))) };
        let task = self.engine.settled(&task.tenant, &task.id, held.patience).await?;
        let segments = self.engine.segments(&task.tenant, &task.id).await?;
        Ok(preference_applied(respond(self.with(&task, segments)), &held))
    }

    /// The task with the segments it had.
    fn say(&self, task: &Task) -> Answer {
        self.with(task, self.segments.clone())
    }

    /// The task with these segments.
    pub(super) fn with(&self, task: &Task, segments: Vec<Segment>) -> Answer {
        let provider = provider_of(self.engine, task);
        let (id, tag) = (task.id.clone(), etag::of(task.revision));
        let mut answer = json(self.status, &TaskView::new(task.clone(), self.now, provider, Some(segments)));
        answer.headers.push((ETAG.to_string(), tag));
        if self.is_new {
            answer.headers.push((LOCATION.to_string(), format!("/v1/tasks/{id}")));
        }
        answer
    }
}
