//! AI Rudder's JSON, from the field names its papers use.

use serde_json::{Value, json};

use super::instance::{Instance, Row};
use crate::call::{Call, Stage};
use crate::campaign::Contact;
use crate::clock::Wall;
use crate::exchange::Exchange;
use crate::vendors::Provider;

/// A time as PDS writes it: a string of Unix milliseconds.
pub(super) fn millis(at: Wall) -> String {
    at.millis().to_string()
}

/// A contact's state (5.1).
pub(super) fn state(stage: Stage) -> &'static str {
    match stage {
        Stage::Dialed => "CALLING",
        Stage::Ringing => "RINGING",
        Stage::Answered => "ANSWERED",
        Stage::HungUp { .. } => "HANGUP",
    }
}

/// When a call reached a stage.
pub(super) fn reached_at(call: &Call, stage: Stage) -> Wall {
    match stage {
        Stage::Dialed => call.started_at(),
        Stage::Ringing => call.rang_at().unwrap_or(call.started_at()),
        Stage::Answered => call.answered_at().unwrap_or(call.started_at()),
        Stage::HungUp { .. } => call.ended_at(),
    }
}

/// Final only once the call has ended; 0 before.
pub(super) fn hangup_reason(call: &Call, stage: Stage, exchange: &Exchange<'_>) -> i64 {
    match stage {
        Stage::HungUp { .. } => *exchange.settings.airudder.hangup_reason.get(call.plan.outcome),
        _ => 0,
    }
}

pub(super) fn recording(call: &Call, exchange: &Exchange<'_>) -> String {
    if call.ended && call.plan.answer.is_some() {
        exchange.recording_url(Provider::Airudder, &call.id)
    } else {
        String::new()
    }
}

pub(super) fn instance(instance: &Instance, exchange: &Exchange<'_>) -> Value {
    json!({
        "workflow_id": instance.workflow_id,
        "workflow_name": instance.name,
        "workflow_template_id": instance.template,
        "status": instance.status(exchange),
        "create_time": millis(instance.created),
    })
}

pub(super) fn node_task(instance: &Instance) -> Value {
    json!({
        "node_id": instance.node_id,
        "nodetask_id": instance.nodetask_id,
        "nodetask_name": instance.nodetask_name(),
        "node_type": "PDS",
        "task_id": instance.task_id,
        "task_status": instance.task_state(),
    })
}

pub(super) fn call_task(instance: &Instance) -> Value {
    let rows = &instance.campaign.contacts;
    json!({
        "workflow_id": instance.workflow_id,
        "workflow_name": instance.name,
        "nodetask_id": instance.nodetask_id,
        "nodetask_name": instance.nodetask_name(),
        "task_id": instance.task_id,
        "task_name": instance.task_name(),
        "status": instance.task_state(),
        "total": rows.len(),
        "finished": rows.iter().filter(|row| row.is_final()).count(),
    })
}

/// A row with its last call, where it has one.
pub(super) fn row(instance: &Instance, row: &Contact<Row>, exchange: &Exchange<'_>) -> Value {
    match row.calls.last() {
        Some(last) => call(instance, row, last, exchange),
        None => json!({"case_id": row.card.case_id, "callee": row.number, "variables": row.card.variables}),
    }
}

pub(super) fn call(instance: &Instance, row: &Contact<Row>, call: &Call, exchange: &Exchange<'_>) -> Value {
    let stage = call.stage(exchange.now);
    let answered = call.answered_at().filter(|_| call.ended || stage == Stage::Answered);
    json!({
        "callid": call.id,
        "workflow_id": instance.workflow_id,
        "task_id": instance.task_id,
        "case_id": row.card.case_id,
        "callee": row.number,
        "variables": row.card.variables,
        "state": state(stage),
        "hangupReason": hangup_reason(call, stage, exchange),
        "timestamp": millis(reached_at(call, stage)),
        "startTimestamp": millis(call.started_at()),
        "answeredTimestamp": answered.map(millis).unwrap_or_default(),
        "endedTimestamp": if call.ended { millis(call.ended_at()) } else { String::new() },
        "recLink": recording(call, exchange),
        "nthCall": call.attempt,
    })
}
