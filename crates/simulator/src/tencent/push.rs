//! Data push (section 14): a call record per ended session, two recordings per answered one.

use std::time::Duration;

use serde_json::{Value, json};

use super::SDK_APP_ID;
use super::cdr::{Times, hangup_code, hung_up_side};
use super::task::Task;
use crate::call::Stage;
use crate::campaign::Event;
use crate::exchange::Exchange;
use crate::ledger::Ring;
use crate::outcome::Outcome;
use crate::push::{Policy, Push, url_for};
use crate::vendors::Provider;

/// Writes down a ring, or pushes the records of an ended call.
pub(super) fn report(task: &Task, event: Event, exchange: &mut Exchange<'_>) {
    match event {
        Event::Call { contact, call, stage: Stage::Dialed } => ring(task, contact, call, exchange),
        Event::Call { contact, call, stage: Stage::HungUp { .. } } => {
            push_records(task, contact, call, exchange)
        }
        _ => {}
    }
}

fn ring(task: &Task, contact: usize, call: usize, exchange: &mut Exchange<'_>) {
    let contact = &task.campaign.contacts[contact];
    let (call, key) = (&contact.calls[call], &contact.card.uui);
    // A single call is in no task: its session is all there is.
    let task = if task.id == 0 { call.id.clone() } else { task.id.to_string() };
    exchange.rings.push(Ring::of(Provider::TencentCcc, task, key, &contact.number, call));
}

fn push_records(task: &Task, contact: usize, call: usize, exchange: &mut Exchange<'_>) {
    if exchange.settings.tencent.push_url.is_none() {
        return;
    }
    let lane = contact;
    let contact = &task.campaign.contacts[contact];
    let call = &contact.calls[call];
    let times = Times::of(call);
    let talked = call.plan.outcome == Outcome::Answered;
    let cdr = json!({
        "SdkAppId": SDK_APP_ID,
        "SessionId": call.id,
        "Direction": 1,
        "CallType": 1,
        "StartTimestamp": times.start,
        "QueuedTimestamp": 0,
        "RingTimestamp": times.ring,
        "AcceptTimestamp": times.accept,
        "EndedTimestamp": times.end,
        "Duration": times.talk(),
        "IVRDuration": 0,
        "EndStatusString": hangup_code(call.plan.outcome).1,
        "HungUpSide": hung_up_side(call.plan.outcome),
        "Caller": task.asked.callers.first(),
        "Callee": contact.card.written,
        "IVRKeyPressed": null,
        "ServeParticipants": [],
        "RecordId": if talked { call.id.as_str() } else { "" },
        "Uui": contact.card.uui,
    });
    send("cdr", lane, &cdr, exchange);
    if !talked {
        return;
    }
    for side in [&contact.card.written, task.asked.callers.first().unwrap_or(&contact.card.written)] {
        let recording = json!({
            "SdkAppId": SDK_APP_ID,
            "RecordId": call.id,
            "SessionId": call.id,
            "Timestamp": times.end,
            "EndpointUser": side,
            "RecordURL": exchange.recording_url(Provider::TencentCcc, &call.id),
        });
        send("record", lane, &recording, exchange);
    }
}

fn send(kind: &'static str, lane: usize, body: &Value, exchange: &mut Exchange<'_>) {
    let settings = &exchange.settings.tencent;
    let Some(url) = &settings.push_url else { return };
    let url = url_for(url, kind);
    let joint = if url.contains('?') { '&' } else { '?' };
    let mut headers = vec![
        ("content-type", "application/json;charset=utf8".to_owned()),
        ("X-TCCC-PUSH-UUID", uuid::Uuid::new_v4().to_string()),
    ];
    headers.extend(settings.push_authorization.clone().map(|value| ("authorization", value)));
    exchange.pushes.push(Push {
        provider: Provider::TencentCcc,
        operation: kind,
        url: format!("{url}{joint}action={kind}&version=1"),
        headers,
        grant: settings.grant(),
        body: body.to_string(),
        lane,
        policy: Policy {
            tries: settings.push_tries,
            spacing: Duration::from_secs(settings.push_retry_seconds),
            accepted,
        },
    });
}

/// Only a JSON answer with `ErrCode` 0 ends the repetitions.
fn accepted(status: u16, body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    status == 200 && body["ErrCode"] == 0
}
