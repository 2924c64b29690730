//! NXTele's three webhooks (section 6): one per call, one per finished order, one per change of a task's
//! status.

use std::time::Duration;

use serde_json::{Value, json};

use super::sign::{Algorithm, sign};
use super::task::{Task, status_of};
use super::{SECRET_KEY, UUID, wire};
use crate::call::Stage;
use crate::campaign::{Event, Phase, Standing};
use crate::exchange::Exchange;
use crate::ledger::Ring;
use crate::push::{Policy, Push};
use crate::vendors::Provider;

/// Writes down a ring, or sends the webhook that belongs to an event.
pub(super) fn report(task: &Task, event: Event, algorithm: Algorithm, exchange: &mut Exchange<'_>) {
    match event {
        Event::Call { contact, call, stage: Stage::Dialed } => ring(task, contact, call, exchange),
        Event::Call { contact, call, stage: Stage::HungUp { last } } => {
            call_ended(task, contact, call, last, algorithm, exchange)
        }
        Event::ContactFinal { contact } => order_finished(task, contact, algorithm, exchange),
        Event::Phase(phase) => task_changed(task, phase, algorithm, exchange),
        Event::Call { .. } | Event::Drained => {}
    }
}

fn ring(task: &Task, contact: usize, call: usize, exchange: &mut Exchange<'_>) {
    let order = &task.campaign.contacts[contact];
    let (task, key) = (task.user_id.clone(), &order.card.id);
    exchange.rings.push(Ring::of(Provider::Nxtele, task, key, &order.number, &order.calls[call]));
}

fn call_ended(
    task: &Task,
    contact: usize,
    call: usize,
    last: bool,
    algorithm: Algorithm,
    exchange: &mut Exchange<'_>,
) {
    let order = &task.campaign.contacts[contact];
    if order.card.call_url.is_empty() {
        return;
    }
    let mut body = wire::order_identity(task, order, last);
    body["callbackType"] = json!(3);
    body["callInfoDetail"] = wire::call_detail(order, &order.calls[call], exchange);
    send("callCallback", &order.card.call_url, contact, body, algorithm, exchange);
}

fn order_finished(task: &Task, contact: usize, algorithm: Algorithm, exchange: &mut Exchange<'_>) {
    let order = &task.campaign.contacts[contact];
    let silenced =
        order.standing == Standing::Cancelled && !exchange.settings.nxtele.stop_sends_order_webhook;
    if silenced || order.card.order_url.is_empty() {
        return;
    }
    let mut body = wire::order_identity(task, order, true);
    // A string here and integers elsewhere, as printed (3).
    body["callbackType"] = json!("2");
    if let Some(call) = order.calls.iter().rfind(|call| call.ended) {
        body["callInfoDetail"] = wire::call_detail(order, call, exchange);
    }
    send("orderCallback", &order.card.order_url, contact, body, algorithm, exchange);
}

fn task_changed(task: &Task, phase: Phase, algorithm: Algorithm, exchange: &mut Exchange<'_>) {
    if task.task_url.is_empty() {
        return;
    }
    let body = json!({
        "callbackType": 1,
        "userTaskID": task.user_id,
        "taskID": task.id,
        "sceneID": task.scene,
        "taskStatus": status_of(phase),
        "createTs": task.created.seconds(),
        "taskStat": wire::task_stat(task),
    });
    send("taskCallback", &task.task_url, 0, body, algorithm, exchange);
}

fn send(
    operation: &'static str,
    url: &str,
    lane: usize,
    body: Value,
    algorithm: Algorithm,
    exchange: &mut Exchange<'_>,
) {
    let settings = &exchange.settings.nxtele;
    let algorithm = settings.webhook_algorithm.unwrap_or(algorithm);
    let body = body.to_string();
    let created = exchange.wall().seconds().to_string();
    let request_id = uuid::Uuid::new_v4().simple().to_string();
    let sign = sign(algorithm, SECRET_KEY, body.as_bytes(), &created, &request_id, UUID);
    exchange.pushes.push(Push {
        provider: Provider::Nxtele,
        operation,
        url: url.to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("requestID", request_id),
            ("uuid", UUID.to_owned()),
            ("createTs", created),
            ("sign", sign),
        ],
        grant: None,
        body,
        lane,
        policy: Policy {
            tries: settings.webhook_tries,
            spacing: Duration::from_secs(settings.webhook_retry_seconds),
            accepted: |status, _| (200..300).contains(&status),
        },
    });
}
