//! Examples of answers, one for each shape. A test holds them against the schemas.

mod access;
mod accounts;
mod calls;
mod endpoints;
mod not_dialed;
mod preflight;
mod redial;

pub(crate) use access::*;
pub(crate) use accounts::*;
pub(crate) use calls::*;
pub(crate) use endpoints::*;
pub(crate) use not_dialed::*;
pub(crate) use preflight::*;
pub(crate) use redial::*;

use crate::wire::counts::{CountsView, DispositionsView};
use outdial_model::{ContactStatus, Counts, Disposition};
use serde_json::{Value, json};

/// Ids as they look.
pub(crate) mod ids {
    pub(crate) const TASK: &str = "tsk_01k3xk5v8qe9yt4m2n7b6c5d4f";
    pub(crate) const CONTACT: &str = "con_01k3xk5v8qe9yt4m2n7b6c5d4g";
    pub(crate) const CALL: &str = "cal_01k3xk6c2de9yt4m2n7b6c5d4h";
    pub(crate) const SEGMENT: &str = "seg_01k3xk5w1ae9yt4m2n7b6c5d4j";
    pub(crate) const DISPATCH: &str = "dsp_01k3xk5w1ae9yt4m2n7b6c5d4m";
    pub(crate) const ENDPOINT: &str = "whe_01k3xk5w1ae9yt4m2n7b6c5d4n";
    pub(crate) const EVENT: &str = "evt_01k3xk5w1ae9yt4m2n7b6c5d4k";
    pub(crate) const KEY: &str = "key_01k3xk5w1ae9yt4m2n7b6c5d4p";
    pub(crate) const EMERGENCY_STOP: &str = "ems_01k3xk5w1ae9yt4m2n7b6c5d4r";
    pub(crate) const AUDIT: &str = "aud_01k3xk5w1ae9yt4m2n7b6c5d4q";
    pub(crate) const PUSH: &str = "psh_01k3xk5w1ae9yt4m2n7b6c5d4m";
}

pub(crate) const NDJSON: &str = r#"{"external_id": "c-1", "phone": "+8613800000000", "variables": {"due": "12 March"}}
{"external_id": "c-2", "phone": "+8613800000001"}
"#;

pub(crate) const CSV: &str =
    "external_id,phone,name,var.due\nc-1,+8613800000000,,12 March\nc-2,+8613800000001,,\"12 March, noon\"\n";

pub(crate) const STREAM: &str = "retry: 2000\n: waiting\nid: NDIxdGhlIG1hYw\n\nid: NDIydGhlIG1hYw\nevent: contact.accepted\ndata: {\"id\": \"evt_…\", \"type\": \"contact.accepted\", …}\n\n";

pub(crate) const METRICS: &str = r#"# HELP outdial_dispatch_unknown Requests that hand people over whose outcome is unknown now; the same at every replica.
# TYPE outdial_dispatch_unknown gauge
outdial_dispatch_unknown{account="example-account"} 0
"#;

pub(crate) fn list(item: Value) -> Value {
    json!({"data": [item], "next_cursor": null})
}

pub(crate) fn task() -> Value {
    let mut task = listed_task();
    task["segments"] = json!([segment()]);
    task
}

pub(crate) fn listed_task() -> Value {
    let counts = counts();
    json!({
        "id": ids::TASK,
        "external_id": "crm-2026-03",
        "redial_of": null,
        "filling": null,
        "name": "March reminders",
        "account": "example-account",
        "provider": "example-provider",
        "route": null,
        "script": {"template_id": "scene-1"},
        "callers": ["+862155550000"],
        "default_country": "CN",
        "schedule": {
            "start": "manual",
            "not_before": "2026-03-01T01:00:00.000Z",
            "not_after": "2026-03-08T12:00:00.000Z",
            "time_zone": "Asia/Shanghai",
            "windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00"}]
        },
        "retry": {"max_attempts": 2, "interval_seconds": 600},
        "pacing": {"max_concurrent_calls": 20},
        "metadata": {"team": "billing"},
        "provider_options": {},
        "keep_open": false,
        "single_call": false,
        "purpose": null,
        "caps": [],
        "priority": "normal",
        "delivery": "windowed",
        "staging": null,
        "fuse_seconds": null,
        "on_unknown": "hold",
        "unknown_horizon_seconds": 3600,
        "status": "running",
        "desired_status": "running",
        "trouble": null,
        "counts": CountsView(counts.clone()),
        "dispositions": DispositionsView(counts),
        "created_at": "2026-03-02T01:00:00.000Z",
        "updated_at": "2026-03-02T01:07:30.250Z",
        "started_at": "2026-03-02T01:00:05.125Z",
        "ended_at": null
    })
}

fn counts() -> Counts {
    Counts {
        statuses: [(ContactStatus::Queued, 20), (ContactStatus::Dialing, 6), (ContactStatus::Completed, 34)]
            .into(),
        dispositions: [(Disposition::AnsweredHuman, 21), (Disposition::NoAnswer, 9), (Disposition::Busy, 4)]
            .into(),
    }
}

pub(crate) fn patch() -> Value {
    json!({"name": "March reminders, second week", "pacing": {"max_concurrent_calls": 40}, "metadata": {"team": null}})
}

pub(crate) fn stats() -> Value {
    let counts = counts();
    json!({
        "task_id": ids::TASK,
        "status": "running",
        "counts": CountsView(counts.clone()),
        "dispositions": DispositionsView(counts),
        "waiting": 20,
        "in_flight": 6,
        "finished": 34,
        "answered": 21,
        "answer_rate": 0.62,
        "updated_at": "2026-03-02T01:07:30.250Z"
    })
}

pub(crate) fn segment() -> Value {
    json!({
        "id": ids::SEGMENT,
        "sequence": 1,
        "account": "example-account",
        "vendor_ref": "10086",
        "status": "running",
        "raw_status": "2",
        "adopted": false,
        "contacts": 40,
        "open_contacts": 6,
        "opened_at": "2026-03-02T01:00:01.000Z",
        "not_before": null,
        "polled_at": "2026-03-02T01:07:30.250Z",
        "ended_at": null
    })
}

pub(crate) fn new_contact() -> Value {
    json!({"external_id": "c-1", "phone": "+8613800000000", "variables": {"due": "12 March"}})
}

pub(crate) fn contact() -> Value {
    json!({
        "id": ids::CONTACT,
        "task_id": ids::TASK,
        "external_id": "c-1",
        "phone": "+8613800000000",
        "name": null,
        "variables": {"due": "12 March"},
        "status": "completed",
        "held": null,
        "disposition": "answered_human",
        "confidence": "confirmed",
        "reason": null,
        "segment_id": ids::SEGMENT,
        "cancel_requested": false,
        "calls": 1,
        "created_at": "2026-03-02T01:00:00.000Z",
        "updated_at": "2026-03-02T01:01:12.000Z",
        "erased_at": null
    })
}

/// An erasure that is done.
pub(crate) fn erasure() -> Value {
    json!({
        "id": "ers_01k3xk5v8qe9yt4m2n7b6c5d4f",
        "status": "completed",
        "contacts": 2,
        "erased": 2,
        "created_at": "2026-03-02T01:00:00.000Z",
        "completed_at": "2026-03-02T01:00:00.120Z"
    })
}

/// A contact after an operator's decision.
pub(crate) fn resolved_contact() -> Value {
    let mut contact = contact();
    contact["disposition"] = json!("unknown");
    contact["confidence"] = json!(null);
    contact["reason"] = json!("an operator decided that it was dialed");
    contact["calls"] = json!(0);
    contact
}

pub(crate) fn batch() -> Value {
    json!({
        "accepted": 1,
        "existing": 0,
        "rejected": 1,
        "results": [
            {"index": 0, "external_id": "c-1", "id": ids::CONTACT, "status": "accepted"},
            {
                "index": 1,
                "external_id": "c-2",
                "status": "rejected",
                "error": {"pointer": "#/phone", "code": "invalid_phone", "detail": "too short for its country"}
            }
        ],
        "results_truncated": false
    })
}

pub(crate) fn event() -> Value {
    json!({
        "id": ids::EVENT,
        "type": "contact.accepted",
        "timestamp": "2026-03-02T01:00:00.000Z",
        "api_version": "v1",
        "tenant_id": "acme",
        "task_id": ids::TASK,
        "contact_id": ids::CONTACT,
        "call_id": null,
        "sequence": 1,
        "previous_sequence": 0,
        "data": {"status": "queued", "metadata": {"team": "billing"}}
    })
}

pub(crate) fn push() -> Value {
    json!({
        "id": ids::PUSH,
        "account": "example-account",
        "kind": "call",
        "state": "unusable",
        "reason": "it is about nobody here",
        "deliveries": 3,
        "bytes": 742,
        "received_at": "2026-03-02T01:01:12.000Z",
        "last_received_at": "2026-03-02T01:03:12.000Z"
    })
}

pub(crate) fn reconciliation() -> Value {
    let outcomes = json!({
        "by_push": 412,
        "by_push_and_polling": 0,
        "by_polling": 31,
        "pushed_later": 2,
        "only_by_polling": 29,
        "by_look_up": 1,
        "by_operator": 0,
        "untold": 0
    });
    let pushes = json!({"kept": 868, "repeated": 37, "used": 866, "unusable": 2, "refused": 0});
    json!({
        "account": "example-account",
        "verdict": "leaking",
        "advice": "Some pushes do not arrive; polling finds what they would have told, a little later. Compare the URLs of `GET /v1/accounts/{account}` with the vendor's console, kind by kind, and look whether this server was reachable all the time.",
        "last_push_at": "2026-03-02T01:07:30.250Z",
        "last_push_at_by_kind": {"call": "2026-03-02T01:07:30.250Z", "order": "2026-03-02T01:07:29.125Z"},
        "outcomes": outcomes,
        "pushes": pushes,
        "days": [{"date": "2026-03-02", "outcomes": outcomes, "pushes": pushes}]
    })
}

pub(crate) fn feed() -> Value {
    json!({"data": [event()], "next_cursor": "NDIxdGhlIG1hYw", "has_more": false})
}

fn with(mut first: Value, second: Value) -> Value {
    if let (Value::Object(first), Value::Object(second)) = (&mut first, second) {
        first.extend(second);
    }
    first
}
