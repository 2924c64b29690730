//! A task as NXTele keeps it: made still, started by hand, changed as a whole.

use crate::nxtele::config::Config;
use crate::nxtele::options::{Options, Sms};
use crate::nxtele::schedule::{DialHours, zone_second};
use crate::nxtele::wire::{
    CallInfoList, CreateTask, FuncFlag, ManualCallSetting, PRODUCT, SmsRule, TaskCreateSetting, TaskData,
    UpdateTask,
};
use outdial_model::{SegmentStatus, TaskSpec, Timestamp};
use outdial_provider::{Effect, ErrorKind, ProviderError, SegmentReport, SegmentState, Verb};
use serde::Serialize;
use serde_json::{Map, Value};

const MANUAL_START: u8 = 1;

const TASK_STATUSES: &[(i64, SegmentStatus)] = &[
    (1, SegmentStatus::Ready),
    (2, SegmentStatus::Running),
    (3, SegmentStatus::Completed),
    (4, SegmentStatus::Failed),
    (5, SegmentStatus::Paused),
];

/// The state in our words.
pub(in crate::nxtele) fn segment_state(task_status: i64) -> SegmentState {
    match TASK_STATUSES.iter().find(|(number, _)| *number == task_status) {
        Some((_, status)) => SegmentState::Known(*status),
        None => {
            tracing::warn!(task_status, "NXTele task status is not known; the last known state stands");
            SegmentState::Unrecognized
        }
    }
}

/// The state of the task that NXTele knows as `user_task_id`.
pub(in crate::nxtele) fn segment_report(user_task_id: &str, task_status: Option<i64>) -> SegmentReport {
    SegmentReport {
        raw: task_status.map(|status| status.to_string()),
        vendor_ref: Some(user_task_id.to_owned()),
        ..SegmentReport::of(task_status.map_or(SegmentState::Unrecognized, segment_state))
    }
}

/// The state of a task as `listTask` shows it, with the people it counts. `alike` are all tasks listed under
/// that id: NXTele steers, fills and reads a task by the id its maker gave it and by no other, so two of one id
/// cannot be told apart, and what is asked of one is asked of both. They are one segment with everybody in it,
/// which is more people than were sent.
pub(in crate::nxtele) fn listed_report(user_task_id: &str, alike: &[TaskData]) -> SegmentReport {
    if alike.len() > 1 {
        tracing::warn!(user_task_id, tasks = alike.len(), "NXTele lists several tasks of one userTaskID");
    }
    let counts = alike.iter().map(|task| task.task_stat.as_ref()?.total_order_count);
    let people: Option<i64> = counts.sum();
    SegmentReport {
        contacts: people.and_then(|people| u64::try_from(people).ok()),
        ..segment_report(user_task_id, alike.first().and_then(|task| task.task_status))
    }
}

/// `taskOperate` and `delCall` of a verb. Stopping takes back whoever is not dialed yet.
pub(in crate::nxtele) const fn operate(verb: Verb) -> (u8, u8) {
    match verb {
        Verb::Start | Verb::Resume => (1, 0),
        Verb::Pause => (2, 0),
        Verb::Complete => (3, 0),
        Verb::Stop => (3, 1),
    }
}

/// Whether this may be how NXTele answers a task that is already as it is wanted: no code is documented for it.
pub(in crate::nxtele) fn may_be_so_already(refusal: &ProviderError) -> bool {
    matches!(refusal.code.as_deref(), Some("1" | "4"))
}

/// Whether this may be how NXTele answers people added to a task that is over: one code for every bad value.
pub(in crate::nxtele) fn may_be_over(refusal: &ProviderError) -> bool {
    refusal.code.as_deref() == Some("4")
}

/// Whether a task in this state is as `verb` wants it.
pub(in crate::nxtele) fn is_reached(verb: Verb, state: SegmentState) -> bool {
    let SegmentState::Known(status) = state else { return false };
    match verb {
        Verb::Start | Verb::Resume => status == SegmentStatus::Running,
        Verb::Pause => status != SegmentStatus::Running,
        Verb::Stop | Verb::Complete => status.is_final(),
    }
}

/// What is fixed about a task: the spec, what it asks of NXTele, and where we are told about it.
pub(in crate::nxtele) struct Plan<'a> {
    pub(in crate::nxtele) spec: &'a TaskSpec,
    pub(in crate::nxtele) options: &'a Options,
    pub(in crate::nxtele) hours: DialHours,
    pub(in crate::nxtele) callback_url: &'a str,
    pub(in crate::nxtele) now: Timestamp,
}

/// `createTask`, or `createAndCall` with people in it. It stays still until it is started by hand, and
/// stays open however few people are in it.
pub(in crate::nxtele) fn create_task<'a>(
    plan: Plan<'a>,
    user_task_id: &'a str,
    config: &'a Config,
    people: Option<CallInfoList<'a>>,
) -> CreateTask<'a> {
    CreateTask {
        product_id: PRODUCT,
        user_task_id,
        scene_id: &plan.spec.script.template_id,
        task_callback_url: plan.callback_url,
        func_flag: func_flag(&plan),
        task_create_setting: setting(plan, &config.strategy_name),
        call_info_list: people,
    }
}

fn setting<'a>(plan: Plan<'a>, default_strategy: &'a str) -> TaskCreateSetting<'a> {
    let Plan { spec, options, hours, callback_url, now } = plan;
    let from = spec.schedule.not_before.map_or(now, |start| start.max(now));
    TaskCreateSetting {
        strategy_name: options.strategy_name.as_deref().unwrap_or(default_strategy),
        startup_type: MANUAL_START,
        startup_at: 0,
        zone_second: zone_second(&spec.schedule, from),
        dial_at_week_day: hours.week_days,
        dial_at_up_hour: hours.up_hours,
        dial_at_down_hour: hours.down_hours,
        max_call: spec.pacing.max_concurrent_calls,
        max_ring_time: options.max_ring_time_seconds.map_or(0, Into::into),
        route_id: options.route_id.as_deref().unwrap_or_default(),
        task_name: &spec.name,
        task_callback_url: callback_url,
        manual_call_setting: options.manual_call.as_ref().map(|agents| ManualCallSetting {
            agent_group: &agents.agent_group,
            dispatch_type: agents.dispatch_type.number(),
            ratio_call_rate: agents.ratio_call_rate,
            predict_call_rate: agents.predict_call_rate,
        }),
    }
}

fn func_flag<'a>(plan: &Plan<'a>) -> FuncFlag<'a> {
    let rules = plan.options.sms.as_ref().map_or(&[][..], |Sms { rules }| rules);
    FuncFlag {
        task_keep: true,
        round_redial: plan.spec.retry.max_attempts > 1,
        whole_tts: plan.options.whole_tts.unwrap_or(true),
        sms_enable: !rules.is_empty(),
        sms_func_flag: rules
            .iter()
            .map(|rule| SmsRule {
                sms_id: &rule.sms_id,
                intent_id: &rule.intent_ids,
                intent_name: &rule.intent_names,
            })
            .collect(),
        phone_encrypt: plan.options.phone_encrypt.unwrap_or(false),
    }
}

/// `updateTask`: what is listed, with everything the plan says laid over it. What a leaving-out
/// does is undocumented, so nothing is left out; what the plan is silent about stays as listed.
pub(in crate::nxtele) fn update_task<'a>(
    plan: Plan<'a>,
    user_task_id: &'a str,
    config: &'a Config,
    listed: &'a TaskData,
) -> Result<UpdateTask<'a>, ProviderError> {
    let part = |name: &str| listed.task_setting.get(name).cloned().unwrap_or_default();
    let old = part("taskCreateSetting");
    let listed_strategy = old.get("strategyName").and_then(Value::as_str).filter(|name| !name.is_empty());
    let strategy = listed_strategy.unwrap_or(&config.strategy_name).to_owned();
    let (scene, flags) = (&plan.spec.script.template_id, written(&func_flag(&plan))?);
    let unset = [
        ("maxRingTime", plan.options.max_ring_time_seconds.is_none()),
        ("routeID", plan.options.route_id.is_none()),
    ];
    let mut setting = written(&setting(plan, &strategy))?;
    for (name, _) in unset.iter().filter(|(_, is_unset)| *is_unset) {
        if let Some(kept) = old.get(name) {
            setting[name] = kept.clone();
        }
    }
    Ok(UpdateTask {
        product_id: PRODUCT,
        user_task_id,
        scene_id: listed.scene_id.as_deref().unwrap_or(scene),
        task_create_setting: laid_over(old, setting),
        func_flag: laid_over(part("funcFlag"), flags),
    })
}

fn written(part: &impl Serialize) -> Result<Value, ProviderError> {
    serde_json::to_value(part).map_err(|_| {
        ProviderError::new(ErrorKind::InvalidRequest, Effect::NotSent, "the change cannot be written as JSON")
    })
}

fn laid_over(old: Value, new: Value) -> Value {
    let members = |value| match value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let mut whole = members(old);
    whole.extend(members(new));
    Value::Object(whole)
}

#[cfg(test)]
mod tests;
