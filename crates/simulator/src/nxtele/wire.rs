//! NXTele's JSON: tasks (5.7), orders (5.11), calls (4.5), counters (4.4).

use serde_json::{Value, json};

use super::task::{Order, Startup, Task};
use crate::call::Call;
use crate::campaign::Contact;
use crate::exchange::Exchange;
use crate::outcome::Outcome;
use crate::vendors::Provider;

pub(super) fn task_state(task: &Task) -> Value {
    json!({"taskID": task.id, "taskStatus": task.status()})
}

pub(super) fn task_data(task: &Task) -> Value {
    let mut setting = task.setup.setting.clone();
    let (startup, at) = match task.setup.startup {
        Startup::Manual => (1, 0),
        Startup::Scheduled(at) => (2, at),
        Startup::Immediate => (3, 0),
    };
    setting.insert("startupType".to_owned(), json!(startup));
    setting.insert("startupAt".to_owned(), json!(at));
    setting.entry("manualCallSetting").or_insert_with(|| json!({}));
    json!({
        "userTaskID": task.user_id,
        "taskID": task.id,
        "sceneID": task.scene,
        "taskStatus": task.status(),
        "createTs": task.created.seconds(),
        "taskStat": task_stat(task),
        "taskSetting": {"taskCreateSetting": setting, "funcFlag": task.setup.flags},
    })
}

pub(super) fn task_stat(task: &Task) -> Value {
    let contacts = &task.campaign.contacts;
    let total = contacts.len();
    let finished = contacts.iter().filter(|contact| contact.is_final()).count();
    // A mailbox that picks up counts: this vendor cannot tell it from a person.
    let picked_up = |call: &Call| call.ended && call.plan.answer.is_some();
    let answered = contacts.iter().filter(|contact| contact.calls.iter().any(picked_up)).count();
    let calls = task.campaign.calls().filter(|(_, call)| call.ended).count();
    let answered_calls = task.campaign.calls().filter(|(_, call)| picked_up(call)).count();
    json!({
        "answerOrderCount": answered,
        "finishOrderCount": finished,
        "totalOrderCount": total,
        "finishRate": ratio(finished, total),
        "totalAnswerCall": answered_calls,
        "totalCall": calls,
        "answerRate": ratio(answered_calls, calls),
    })
}

/// 0 to 1 with two decimals, 0 when there is nothing to divide by (40).
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 100.0).round() / 100.0 }
}

/// What names an order in look-ups and webhooks.
pub(super) fn order_identity(task: &Task, contact: &Contact<Order>, finish: bool) -> Value {
    json!({
        "orderID": contact.card.id,
        "userPhone": contact.number.trim_start_matches('+'),
        "userName": contact.card.user_name,
        "sceneID": task.scene,
        "userTaskID": task.user_id,
        "taskID": task.id,
        "finish": finish,
        "other": contact.card.other,
    })
}

pub(super) fn order_detail(task: &Task, contact: &Contact<Order>, exchange: &Exchange<'_>) -> Value {
    let mut order = order_identity(task, contact, contact.is_final());
    let ended = contact.calls.iter().filter(|call| call.ended);
    order["callInfoDetailList"] = ended.map(|call| call_detail(contact, call, exchange)).collect();
    order
}

pub(super) fn call_detail(contact: &Contact<Order>, call: &Call, exchange: &Exchange<'_>) -> Value {
    let outcome = call.plan.outcome;
    let (cause, sip) = hangup(outcome);
    let answered = call.plan.answer.is_some();
    json!({
        "callID": call.id,
        "callingNumber": "862155550000",
        "lineAddress": "127.0.0.1",
        "callStatus": exchange.settings.nxtele.call_status.get(outcome),
        "callStartTs": call.started_at().seconds(),
        "callAnswerTs": call.answered_at().map_or(0, |at| at.seconds()),
        "callEndTs": call.ended_at().seconds(),
        "callDuration": call.plan.talk().as_secs(),
        "callAudioUrl": if answered { exchange.recording_url(Provider::Nxtele, &call.id) } else { String::new() },
        "hangupCause": cause,
        "termSipCode": sip,
        "intents": intents(outcome),
        "sms": [],
        "agent": {
            "agentName": null, "agentGroup": null, "agentCallStatus": null, "agentCallElapsed": null,
            "agentLabel": null, "manualCallStart": null, "manualCallAnswer": null, "manualCallEnd": null,
            "manualHangupBy": 0,
        },
        "params": contact.card.params,
    })
}

/// Cause names and SIP codes of section 8.7.
fn hangup(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Answered | Outcome::Voicemail => ("NORMAL_CLEARING", "200"),
        Outcome::NoAnswer => ("NO_ANSWER", "480"),
        Outcome::Busy => ("USER_BUSY", "486"),
        Outcome::Declined => ("CALL_REJECTED", "603"),
        Outcome::InvalidNumber => ("UNALLOCATED_NUMBER", "404"),
    }
}

/// The simulated script sorts what it talked to into two intents of its own.
fn intents(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Answered => {
            json!([{"intentID": "1", "intentTag": "A", "intentName": "talked", "intentLevel": 1}])
        }
        Outcome::Voicemail => {
            json!([{"intentID": "2", "intentTag": "V", "intentName": "voicemail", "intentLevel": 0}])
        }
        _ => json!([]),
    }
}
