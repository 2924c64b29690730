//! NXTele's tasks: made still, steered, changed, looked up by our key.

use super::Nxtele;
use super::map::{self, Plan};
use super::options::Options;
use super::schedule::DialHours;
use super::wire::{BatchAnswer, ListTask, MgrTaskStatus, PRODUCT, Ping, QueryConditions, TaskData};
use outdial_model::{FieldProblem, SegmentStatus, TaskSpec};
use outdial_provider::{
    Added, Checked, Control, Effect, ErrorKind, Found, OpenSegment, Opened, ProviderError, SegmentRef,
    SegmentReport, SegmentState, UpdateSegment,
};
use serde_json::Value;

/// Clocks further apart than this may break signatures soon.
const NOTABLE_SKEW_SECONDS: u64 = 30;

impl Nxtele {
    pub(super) async fn ping(&self) -> Result<Checked, ProviderError> {
        const SAID: &str = "outdial";
        let pong = self.client.ping(&Ping { data: SAID }).await?;
        if pong.data.as_deref() != Some(SAID) {
            return Err(ProviderError::unexpected(
                "NXTele's ping did not echo what was said; check `base_url`",
            ));
        }
        let now = self.clock.now().as_second();
        let skew = pong.timestamp.map_or(0, |theirs| theirs.abs_diff(now));
        let detail = if skew > NOTABLE_SKEW_SECONDS {
            format!("NXTele answered a signed ping; its clock and ours are {skew} seconds apart")
        } else {
            "NXTele answered a signed ping".to_owned()
        };
        Ok(Checked { detail })
    }

    pub(super) async fn open(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        let (user_task_id, contacts) = (request.key.as_str(), request.contacts);
        let (options, callback_url) = (read_options(request.spec)?, self.callbacks.url("task"));
        let plan = self.plan(request.spec, &options, &callback_url)?;
        let people = (!contacts.is_empty()).then(|| map::call_info_list(contacts, &self.callbacks));
        let create = map::create_task(plan, user_task_id, &self.config, people);
        let reply = self.client.create_task(&create).await?;
        let refusal = reply.refusal();
        let added = match (contacts.is_empty(), refusal) {
            (true, Some(refusal)) => return Err(refusal),
            (true, None) => Added::default(),
            (false, refusal) => map::opened_with(&reply.read::<BatchAnswer>()?, refusal, contacts)?,
        };
        Ok(Opened { vendor_ref: Some(user_task_id.to_owned()), added })
    }

    pub(super) async fn steer(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        let (user_task_id, verb) = (user_task_id(request.segment), request.verb);
        let (task_operate, del_call) = map::operate(verb);
        let control = MgrTaskStatus { product_id: PRODUCT, user_task_id, task_operate, del_call };
        match self.client.mgr_task_status(&control).await {
            Ok(state) if state.task_status.is_some() => {
                Ok(map::segment_report(user_task_id, state.task_status))
            }
            Ok(_) => self.status(request.segment).await,
            Err(refusal) if map::may_be_so_already(&refusal) => self.unless_reached(request, refusal).await,
            Err(error) => Err(error),
        }
    }

    /// A refused control is a success when the task is as it was wanted.
    async fn unless_reached(
        &self,
        request: &Control<'_>,
        refusal: ProviderError,
    ) -> Result<SegmentReport, ProviderError> {
        match self.status(request.segment).await {
            Ok(report) if map::is_reached(request.verb, report.state) => Ok(report),
            Ok(_) => Err(ProviderError {
                kind: ErrorKind::Conflict,
                detail: "NXTele refuses this in the task's present state; read its status".to_owned(),
                ..refusal
            }),
            Err(unlisted) if unlisted.kind == ErrorKind::NotFound => Err(unlisted),
            Err(_) => Err(refusal),
        }
    }

    /// NXTele lets a change take effect after five minutes.
    pub(super) async fn update(&self, request: &UpdateSegment<'_>) -> Result<(), ProviderError> {
        let user_task_id = user_task_id(request.segment);
        let (_, task) = self.listed(user_task_id).await?.into_iter().next().ok_or_else(unlisted)?;
        let status = task.task_status.map(map::segment_state);
        if !matches!(status, Some(SegmentState::Known(SegmentStatus::Ready | SegmentStatus::Paused))) {
            return Err(ProviderError::new(
                ErrorKind::Conflict,
                Effect::NotSent,
                "NXTele changes only a task that is paused or not started; pause it first",
            ));
        }
        let (options, callback_url) = (read_options(request.spec)?, self.callbacks.url("task"));
        let plan = self.plan(request.spec, &options, &callback_url)?;
        let update = map::update_task(plan, user_task_id, &self.config, &task)?;
        self.client.update_task(&update).await
    }

    pub(super) async fn find_segment(&self, segment: &SegmentRef) -> Result<Found, ProviderError> {
        let report = self.listed_segment(user_task_id(segment)).await?;
        Ok(report.map_or(Found::NoSegment, Found::Segment))
    }

    pub(super) async fn status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        self.listed_segment(user_task_id(segment)).await?.ok_or_else(unlisted)
    }

    /// The task as a segment; `None` when NXTele lists none of this id.
    pub(super) async fn listed_segment(
        &self,
        user_task_id: &str,
    ) -> Result<Option<SegmentReport>, ProviderError> {
        let alike: Vec<_> = self.listed(user_task_id).await?.into_iter().map(|(_, task)| task).collect();
        Ok((!alike.is_empty()).then(|| map::listed_report(user_task_id, &alike)))
    }

    /// The tasks of this id as listed, raw and read; none when NXTele lists none.
    pub(super) async fn listed(&self, user_task_id: &str) -> Result<Vec<(Value, TaskData)>, ProviderError> {
        let page = ListTask {
            product_id: PRODUCT,
            page: 1,
            size: 100,
            query_conditions: QueryConditions { user_task_id: Some([user_task_id]) },
        };
        let tasks = map::tasks(self.client.list_task(&page).await?, 0)?;
        let is_empty = tasks.is_empty();
        let read = tasks.into_iter().filter_map(|raw| map::task_data(&raw).map(|task| (raw, task)));
        let found: Vec<_> =
            read.filter(|(_, task)| task.user_task_id.as_deref() == Some(user_task_id)).collect();
        if found.is_empty() && !is_empty {
            // Not a proof of absence: whoever lists other tasks has not looked for this one.
            return Err(ProviderError::unexpected("NXTele lists other tasks than the one asked for"));
        }
        Ok(found)
    }

    fn plan<'a>(
        &self,
        spec: &'a TaskSpec,
        options: &'a Options,
        callback_url: &'a str,
    ) -> Result<Plan<'a>, ProviderError> {
        Ok(Plan {
            spec,
            options,
            hours: DialHours::of(&spec.schedule).map_err(unacceptable)?,
            callback_url,
            now: self.clock.now(),
        })
    }
}

/// The name NXTele knows a segment by: its own `ref` where the task was made elsewhere, else our key.
pub(super) fn user_task_id(segment: &SegmentRef) -> &str {
    segment.vendor_ref.as_deref().unwrap_or(segment.key.as_str())
}

pub(super) fn unlisted() -> ProviderError {
    ProviderError::new(ErrorKind::NotFound, Effect::None, "NXTele lists no task of this id")
}

fn read_options(spec: &TaskSpec) -> Result<Options, ProviderError> {
    Options::read(spec).map_err(unacceptable)
}

/// A task that was never to be accepted; nothing is sent for it.
fn unacceptable(problems: Vec<FieldProblem>) -> ProviderError {
    let pointers: Vec<_> = problems.into_iter().map(|problem| problem.pointer).collect();
    let detail = format!("the task cannot be expressed at NXTele: {}", pointers.join(", "));
    ProviderError::new(ErrorKind::InvalidRequest, Effect::NotSent, detail)
}
