//! A task as clients see it.

use super::cap::CapView;
use super::counts::{CountsView, DispositionsView};
use super::redial::FillingView;
use super::route::DecisionView;
use super::schedule::{PacingView, RetryView, ScheduleView, ScriptView};
use super::segment::SegmentView;
use super::{instant, safety, words};
use outdial_model::{Counts, Disposition, Redial, Segment, Staged, Task, Timestamp};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A calling campaign: what was asked for, and how far it is confirmed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub(crate) struct TaskView {
    /// Its id.
    id: String,
    /// Your own key for it.
    external_id: Option<String>,
    /// The task whose people it calls again; `null` for a task with people of its own.
    redial_of: Option<String>,
    /// Of a redial: how the calls of its people had ended there.
    #[serde(skip_serializing_if = "Option::is_none")]
    redial_dispositions: Option<Vec<&'static str>>,
    /// Of a redial that is still taking people over: how far it is; else `null`.
    filling: Option<FillingView>,
    /// For people.
    name: String,
    /// The account it dials with.
    account: String,
    /// The account's provider; `null` when the account is no longer configured.
    provider: Option<String>,
    /// The route that chose the account, and why; `null` where the account was named.
    route: Option<DecisionView>,
    script: ScriptView,
    /// Own numbers to call from; the account's default when empty.
    callers: Vec<String>,
    /// Country in which national numbers are read, ISO 3166-1 alpha-2.
    default_country: Option<String>,
    schedule: ScheduleView,
    retry: RetryView,
    pacing: PacingView,
    /// Your own pairs, never sent to a vendor.
    metadata: BTreeMap<String, String>,
    /// Settings of one vendor's, under the provider's name.
    provider_options: BTreeMap<String, Value>,
    /// Stays open after its last contact is final.
    keep_open: bool,
    /// Asked for by `POST /v1/calls`: one person, now, at most once.
    single_call: bool,
    /// What its people are called for.
    purpose: Option<String>,
    #[schema(schema_with = safety::delivery_schema)]
    delivery: &'static str,
    #[schema(schema_with = safety::staging_schema)]
    staging: Option<&'static str>,
    #[schema(schema_with = safety::fuse_schema)]
    fuse_seconds: Option<u32>,
    #[schema(schema_with = safety::on_unknown_schema)]
    on_unknown: &'static str,
    #[schema(schema_with = safety::horizon_schema)]
    unknown_horizon_seconds: u32,
    /// How often its people may be rung, beside what the operator allows.
    caps: Vec<CapView>,
    #[schema(schema_with = words::priority)]
    priority: &'static str,
    #[schema(schema_with = words::task_status)]
    status: &'static str,
    #[schema(schema_with = words::desired_status)]
    desired_status: &'static str,
    /// Why it does not go on (a vendor that fails, a closed schedule, people whose outcome is unknown, …)
    /// or failed; `null` when all is well.
    trouble: Option<String>,
    counts: CountsView,
    dispositions: DispositionsView,
    /// The vendor-side tasks that carry it; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<Vec<SegmentView>>,
    /// When it was accepted.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it first dialed or was ready to.
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// When it was over.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

impl TaskView {
    /// The task, of `provider`; with its segments where one task is answered.
    pub(crate) fn new(
        task: Task,
        now: Timestamp,
        provider: Option<String>,
        segments: Option<Vec<Segment>>,
    ) -> Self {
        let trouble = task.why_waiting(now);
        let (spec, redial) = (task.spec, task.redial.as_ref());
        Self {
            id: task.id.to_string(),
            external_id: task.external_id,
            redial_of: redial.map(|redial| redial.of.to_string()),
            redial_dispositions: redial.map(words_of),
            filling: redial.and_then(FillingView::of),
            name: spec.name,
            account: task.account.to_string(),
            provider,
            route: task.route.map(Into::into),
            script: (&spec.script).into(),
            callers: spec.callers.iter().map(|phone| phone.e164().to_owned()).collect(),
            default_country: spec.default_country,
            schedule: (&spec.schedule).into(),
            retry: (&spec.retry).into(),
            pacing: (&spec.pacing).into(),
            metadata: spec.metadata,
            provider_options: spec.provider_options,
            keep_open: spec.keep_open,
            single_call: spec.single_call,
            purpose: spec.purpose.map(|purpose| purpose.to_string()),
            delivery: spec.safety.delivery.as_str(),
            staging: spec.safety.staging.map(Staged::as_str),
            fuse_seconds: spec.safety.fuse_seconds,
            on_unknown: spec.safety.on_unknown.as_str(),
            unknown_horizon_seconds: spec.safety.unknown_horizon_seconds,
            caps: spec.caps.iter().map(CapView::from).collect(),
            priority: spec.priority.as_str(),
            status: task.status.as_str(),
            desired_status: task.desired.as_str(),
            trouble,
            counts: CountsView(task.counts.clone()),
            dispositions: DispositionsView(task.counts),
            segments: segments.map(|segments| segments.into_iter().map(SegmentView::from).collect()),
            created_at: instant(task.created_at),
            updated_at: instant(task.updated_at),
            started_at: task.started_at.map(instant),
            ended_at: task.ended_at.map(instant),
        }
    }
}

fn words_of(redial: &Redial) -> Vec<&'static str> {
    redial.dispositions.iter().map(|disposition| disposition.as_str()).collect()
}

/// A task in numbers. `waiting + in_flight + finished` is `counts.total`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskStats)]
pub(crate) struct StatsView {
    /// The task.
    task_id: String,
    #[schema(schema_with = words::task_status)]
    status: &'static str,
    counts: CountsView,
    dispositions: DispositionsView,
    /// Contacts still with us.
    waiting: u64,
    /// Contacts the vendor has, or may have.
    in_flight: u64,
    /// Contacts nothing will happen to any more.
    finished: u64,
    /// Contacts that were answered, by a person or a machine.
    answered: u64,
    /// `answered` by `counts.completed`; `null` while none is completed.
    #[schema(example = 0.62)]
    answer_rate: Option<f64>,
    /// When one of these numbers last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<Task> for StatsView {
    fn from(task: Task) -> Self {
        let answered = answered(&task.counts);
        let completed: u64 = task.counts.dispositions.values().sum();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to look at")]
        let answer_rate = (completed > 0).then(|| answered as f64 / completed as f64);
        Self {
            task_id: task.id.to_string(),
            status: task.status.as_str(),
            waiting: task.counts.sum(outdial_model::ContactStatus::is_ours),
            in_flight: task.counts.sum(outdial_model::ContactStatus::is_out),
            finished: task.counts.sum(outdial_model::ContactStatus::is_final),
            answered,
            answer_rate,
            counts: CountsView(task.counts.clone()),
            dispositions: DispositionsView(task.counts),
            updated_at: instant(task.updated_at),
        }
    }
}

fn answered(counts: &Counts) -> u64 {
    let of = |disposition| counts.dispositions.get(&disposition).copied().unwrap_or(0);
    of(Disposition::AnsweredHuman) + of(Disposition::AnsweredMachine) + of(Disposition::Answered)
}
