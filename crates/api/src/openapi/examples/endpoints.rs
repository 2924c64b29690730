//! Examples of webhook endpoints and what is delivered to them.

use super::{ids, with};
use serde_json::{Value, json};

pub(crate) fn new_endpoint() -> Value {
    json!({
        "url": "https://crm.example.com/hooks/outdial",
        "event_types": ["contact.completed", "task.completed"],
        "pii": "masked"
    })
}

pub(crate) fn endpoint_patch() -> Value {
    json!({"event_types": ["contact.completed"], "status": "enabled"})
}

pub(crate) fn endpoint() -> Value {
    json!({
        "id": ids::ENDPOINT,
        "url": "https://crm.example.com/hooks/outdial",
        "description": null,
        "event_types": ["contact.completed", "task.completed"],
        "task_id": null,
        "pii": "masked",
        "status": "enabled",
        "disabled_reason": null,
        "failing_since": null,
        "pending": 0,
        "old_secret_until": null,
        "created_at": "2026-03-02T00:30:00.000Z",
        "updated_at": "2026-03-02T00:30:00.000Z"
    })
}

/// An endpoint with its secret.
pub(crate) fn issued_endpoint() -> Value {
    with(endpoint(), json!({"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDFhOQ8ySYpSE="}))
}

pub(crate) fn trial() -> Value {
    json!({
        "id": ids::EVENT,
        "delivered": true,
        "http_status": 204,
        "answer": "",
        "error": null,
        "duration_ms": 38,
        "sent_at": "2026-03-02T00:31:00.000Z"
    })
}

pub(crate) fn delivery() -> Value {
    json!({
        "event_id": ids::EVENT,
        "event_type": "contact.completed",
        "status": "pending",
        "attempts": 2,
        "next_attempt_at": "2026-03-02T01:06:20.000Z",
        "last_attempt_at": "2026-03-02T01:01:18.250Z",
        "last_http_status": 503,
        "last_error": null,
        "created_at": "2026-03-02T01:01:12.020Z"
    })
}

/// What can be replayed, and how it is asked for.
pub(crate) fn replay() -> Value {
    json!({"since": "2026-03-01T00:00:00Z"})
}
