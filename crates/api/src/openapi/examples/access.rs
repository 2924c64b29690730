//! Examples of keys, emergency stops and the audit log.

use super::ids;
use serde_json::{Value, json};

/// A key as it is asked for.
pub(crate) fn new_key() -> Value {
    json!({
        "name": "CRM, production",
        "scopes": ["tasks:read", "tasks:write", "tasks:control", "contacts:read", "contacts:write", "events:read"],
        "expires_at": "2027-03-01T00:00:00Z"
    })
}

/// A key.
pub(crate) fn key() -> Value {
    json!({
        "id": ids::KEY,
        "name": "CRM, production",
        "mode": "live",
        "scopes": ["tasks:read", "tasks:write", "tasks:control", "contacts:read", "contacts:write", "events:read"],
        "requires_idempotency_key": false,
        "created_at": "2026-03-01T00:00:00.000Z",
        "expires_at": "2027-03-01T00:00:00.000Z",
        "last_used_at": "2026-03-02T01:01:18.250Z",
        "revoked_at": null
    })
}

/// A key that was just made.
pub(crate) fn issued_key() -> Value {
    let mut key = key();
    key["last_used_at"] = Value::Null;
    key["key"] = "odk_live_…".into();
    key
}

/// An emergency stop that one vendor has not confirmed yet.
pub(crate) fn emergency_stop() -> Value {
    json!({
        "id": ids::EMERGENCY_STOP,
        "at": "2026-03-02T01:01:12.020Z",
        "actor": ids::KEY,
        "tasks": 12,
        "is_confirmed": false,
        "unconfirmed": [{
            "task_id": ids::TASK,
            "account": "example-account",
            "status": "stopping",
            "contacts_at_vendor": 38,
            "trouble": null
        }],
        "has_more": false
    })
}

/// An entry of the audit log.
pub(crate) fn audit_entry() -> Value {
    json!({
        "id": ids::AUDIT,
        "at": "2026-03-02T01:01:12.020Z",
        "actor": ids::KEY,
        "operation": "start_task",
        "target": ids::TASK,
        "status": 202,
        "request_id": "req_018f3a5c9d7e4b7f8a1b2c3d4e5f6071"
    })
}
