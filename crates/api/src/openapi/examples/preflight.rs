//! What would become of a task.

use super::new_contact;
use serde_json::{Value, json};

pub(crate) fn new_preflight() -> Value {
    json!({
        "name": "March reminders",
        "account": "example-account",
        "script": {"template_id": "scene-1"},
        "pacing": {"max_concurrent_calls": 20},
        "average_call_seconds": 25,
        "contacts": [new_contact(), {"external_id": "c-2", "phone": "+8613800000001"}]
    })
}

pub(crate) fn preflight() -> Value {
    json!({
        "accepted": true,
        "problems": [],
        "dialed": 1,
        "held": {},
        "skipped": {"suppressed": 1},
        "contacts": [
            {"index": 0, "phone": "+8613800000000", "outcome": "dialed"},
            {"index": 1, "phone": "+8613800000001", "outcome": "skipped", "reason": "suppressed"}
        ],
        "estimate": {"duration_seconds": 26, "dialing_seconds": 26, "limited_by": "max_concurrent_calls"},
        "accounts": [{
            "account": "example-account",
            "provider": "example-provider",
            "fits": true,
            "problems": [],
            "refused_numbers": 0,
            "emulated": {}
        }]
    })
}
