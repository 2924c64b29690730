//! Who is not dialed, and why: suppressions, and the blockers of a task.

use super::ids;
use serde_json::{Value, json};

pub(crate) const SUPPRESSIONS_NDJSON: &str = r#"{"phone": "+8613800000000", "reason": "asked not to be called", "source": "crm"}
{"phone": "+8613800000001", "purpose": "marketing", "expires_at": "2027-03-02T00:00:00Z"}
"#;

pub(crate) const SUPPRESSIONS_CSV: &str = "phone,purpose,reason,source,expires_at\n'+8613800000000,,asked not to be called,crm,\n'+8613800000001,marketing,,,2027-03-02T00:00:00Z\n";

/// A task outside its hours.
pub(crate) fn blockers() -> Value {
    json!({
        "task_id": ids::TASK,
        "status": "running",
        "waiting": 120,
        "at_vendor": 0,
        "blockers": [{
            "reason": "outside_window",
            "contacts": 120,
            "until": "2026-03-02T01:00:00.000Z",
            "detail": "the hours of its `schedule`, and those the operator allows, begin again then"
        }],
        "changes_at": "2026-03-02T01:00:00.000Z",
        "segments": []
    })
}

pub(crate) fn new_suppression() -> Value {
    json!({"phone": "+8613800000000", "reason": "asked not to be called", "source": "crm"})
}

pub(crate) fn suppression() -> Value {
    json!({
        "id": "sup_01k3xk5v8qe9yt4m2n7b6c5d4f",
        "phone": "+8613800000000",
        "purpose": null,
        "reason": "asked not to be called",
        "source": "crm",
        "created_at": "2026-03-02T01:00:00.000Z",
        "expires_at": null
    })
}

pub(crate) fn suppression_batch() -> Value {
    json!({"accepted": 1, "rejected": 0, "results": [{"index": 0, "status": "accepted"}], "results_truncated": false})
}
