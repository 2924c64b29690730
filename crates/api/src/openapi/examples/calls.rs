//! Calls, and the single ones that are asked for.

use super::ids;
use serde_json::{Value, json};

pub(crate) fn new_call() -> Value {
    json!({
        "account": "example-account",
        "script": {"template_id": "script-1"},
        "phone": "+8613800000000",
        "variables": {"due": "12 March"},
        "external_id": "reminder-17",
        "person_id": "customer-17"
    })
}

pub(crate) fn accepted_call() -> Value {
    let (task, contact) = (ids::TASK, ids::CONTACT);
    json!({
        "task_id": task,
        "contact_id": contact,
        "external_id": "reminder-17",
        "account": "example-account",
        "route": null,
        "placed": "native",
        "status": "queued",
        "disposition": null,
        "expires_at": "2026-03-02T01:02:00.000Z",
        "links": {
            "contact": format!("/v1/contacts/{contact}"),
            "timeline": format!("/v1/contacts/{contact}/timeline"),
            "calls": format!("/v1/calls?contact_id={contact}"),
            "task": format!("/v1/tasks/{task}")
        },
        "created_at": "2026-03-02T01:00:00.000Z"
    })
}

pub(crate) fn call() -> Value {
    json!({
        "id": ids::CALL,
        "task_id": ids::TASK,
        "contact_id": ids::CONTACT,
        "segment_id": ids::SEGMENT,
        "vendor_call_id": "b7c1d2e3",
        "status": "ended",
        "disposition": "answered_human",
        "confidence": "confirmed",
        "raw": {"code": "200", "text": "answered"},
        "insights": [{"kind": "intent", "name": "i-7", "value": "Promise to pay", "level": 2}],
        "started_at": "2026-03-02T01:00:40.000Z",
        "answered_at": "2026-03-02T01:00:52.000Z",
        "ended_at": "2026-03-02T01:01:12.000Z",
        "talk_seconds": 20,
        "has_recording": true,
        "created_at": "2026-03-02T01:00:41.500Z",
        "updated_at": "2026-03-02T01:01:12.000Z"
    })
}
