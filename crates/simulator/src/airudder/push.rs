//! Webhooks: contact, agent and task status of the predictive dialer (W2, W3, W1), and workflow status (W7).

use std::time::Duration;

use serde_json::{Value, json};

use super::instance::Instance;
use super::wire;
use crate::call::Stage;
use crate::campaign::Event;
use crate::exchange::Exchange;
use crate::ledger::Ring;
use crate::outcome::Outcome;
use crate::push::{Policy, Push, url_for};
use crate::vendors::Provider;

const CONTACT: &str = "ContactStatus";
const AGENT: &str = "AgentStatus";
const TASK: &str = "TaskStatus";
const WORKFLOW: &str = "WorkflowStatus";

/// Writes down a ring and sends the webhooks that belong to an event.
pub(super) fn report(instance: &Instance, event: Event, exchange: &mut Exchange<'_>) {
    match event {
        Event::Call { contact, call, stage } => {
            if stage == Stage::Dialed {
                ring(instance, contact, call, exchange);
            }
            contact_status(instance, contact, call, stage, exchange);
        }
        Event::Drained => {
            let body = json!({
                "taskId": instance.task_id,
                "taskName": instance.task_name(),
                "state": "Finished",
                "timestamp": wire::millis(exchange.wall()),
            });
            send_pds(instance, TASK, 0, &body, exchange);
        }
        Event::Phase(_) => {
            let mut action = wire::node_task(instance);
            if let Some(action) = action.as_object_mut() {
                action.remove("node_id");
            }
            let body = json!({
                "workflow_id": instance.workflow_id,
                "workflow_name": instance.name,
                "status": instance.status(exchange),
                "actions": [action],
            });
            send(WORKFLOW, "workflow_status", 0, &body, exchange);
        }
        Event::ContactFinal { .. } => {}
    }
}

fn ring(instance: &Instance, contact: usize, call: usize, exchange: &mut Exchange<'_>) {
    let row = &instance.campaign.contacts[contact];
    let (task, key) = (instance.workflow_id.clone(), &row.card.case_id);
    exchange.rings.push(Ring::of(Provider::Airudder, task, key, &row.number, &row.calls[call]));
}

/// Every stage of a call, and after a talk the agent's result.
fn contact_status(
    instance: &Instance,
    contact: usize,
    call: usize,
    stage: Stage,
    exchange: &mut Exchange<'_>,
) {
    if exchange.settings.airudder.push_url.is_none() {
        return;
    }
    let row = &instance.campaign.contacts[contact];
    let call = &row.calls[call];
    let hung_up = matches!(stage, Stage::HungUp { .. });
    let mut body = json!({
        "taskId": instance.task_id,
        "taskName": instance.task_name(),
        "groupName": "group1",
        "state": wire::state(stage),
        "phoneNumber": row.number,
        "callid": call.id,
        "contactName": "",
        "address": "",
        "info1": "",
        "info2": "",
        "info3": "",
        "remark": "",
        "hangupReason": wire::hangup_reason(call, stage, exchange),
        "timestamp": wire::millis(wire::reached_at(call, stage)),
        "privateData": row.card.private_data,
        "recLink": if hung_up { wire::recording(call, exchange) } else { String::new() },
    });
    send_pds(instance, CONTACT, contact, &body, exchange);
    if hung_up && call.plan.outcome == Outcome::Answered {
        // A capital S for agents, as the dialer's clients read it.
        if let Some(members) = body.as_object_mut() {
            members.remove("state");
        }
        body["State"] = json!("TALKRESULT");
        body["agentName"] = json!("agent1");
        body["talkremarks"] = json!("");
        body["customizeResults"] = json!({});
        send_pds(instance, AGENT, contact, &body, exchange);
    }
}

fn send_pds(instance: &Instance, kind: &'static str, lane: usize, body: &Value, exchange: &mut Exchange<'_>) {
    let frame = json!({
        "workflow_id": instance.workflow_id,
        "workflow_name": instance.name,
        "nodetask_id": instance.nodetask_id,
        "nodetask_name": instance.nodetask_name(),
        "pds": {"type": kind, "body": body},
    });
    send(kind, "pds", lane, &frame, exchange);
}

fn send(operation: &'static str, kind: &str, lane: usize, body: &Value, exchange: &mut Exchange<'_>) {
    let settings = &exchange.settings.airudder;
    let Some(url) = &settings.push_url else { return };
    exchange.pushes.push(Push {
        provider: Provider::Airudder,
        operation,
        url: url_for(url, kind),
        headers: vec![("content-type", "application/json".to_owned()), ("user-agent", "Airudder".to_owned())],
        grant: None,
        body: body.to_string(),
        lane,
        policy: Policy {
            tries: settings.push_tries,
            spacing: Duration::from_secs(settings.push_retry_seconds),
            accepted: |status, _| status == 200,
        },
    });
}
