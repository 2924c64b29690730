//! Providers, accounts, what they have, and the routes that choose among them.

use super::{ids, with};
use serde_json::{Value, json};

pub(crate) fn route() -> Value {
    json!({
        "name": "indonesia",
        "rules": [{
            "countries": ["ID"],
            "tags": {"team": "billing"},
            "windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00"}],
            "time_zone": "Asia/Jakarta",
            "accounts": [
                {"account": "example-account", "share": 70, "is_well": true},
                {"account": "another-account", "share": 30, "is_well": true}
            ]
        }],
        "failover_seconds": 60
    })
}

fn abilities() -> Value {
    json!({
        "operations": {"add_contacts": "native", "pause": "native", "resume": "emulated", "cancel_contact": "unsupported"},
        "notes": {"resume": "a new vendor-side task carries what is left", "cancel_contact": "the vendor has no such operation"},
        "staging": "empty_then_start",
        "limits": {"contacts_per_request": 1000, "contacts_per_segment": null, "unique_numbers_per_segment": true},
        "settle_seconds": 5
    })
}

pub(crate) fn provider() -> Value {
    let own = json!({
        "id": "example-provider",
        "title": "Example vendor",
        "options_schema": {"type": "object", "properties": {"strategy_name": {"type": "string"}}},
        "example_task": {"name": "March reminders", "account": "example-account", "script": {"template_id": "scene-1"}}
    });
    with(own, abilities())
}

pub(crate) fn account() -> Value {
    let own = json!({
        "id": "example-account",
        "provider": "example-provider",
        "base_url": "https://vendor.example",
        "ingress_url": "https://calls.example/ingress/example-account/****",
        "ingress_urls": [{
            "kind": "order",
            "url": "https://calls.example/ingress/example-account/****/order",
            "about": "A person is done. Sent along with each task; nothing is to be pasted."
        }],
        "health": {
            "last_success_at": "2026-03-02T01:07:30.250Z",
            "last_failure_at": null,
            "last_failure": null,
            "failures_in_a_row": 0,
            "unknown_outcomes": 0
        },
        "breaker": {"state": "closed", "until": null},
        "rate": {"requests_per_second": 10},
        "window": null,
        "poll_interval_seconds": 30,
        "fuse_seconds": 90,
        "staging_default": "on"
    });
    with(own, abilities())
}

pub(crate) fn check() -> Value {
    json!({
        "account": "example-account",
        "ok": true,
        "detail": "the vendor answered a signed request",
        "checked_at": "2026-03-02T01:07:30.250Z"
    })
}

pub(crate) fn catalog() -> Value {
    json!({
        "templates": [{"id": "scene-1", "name": "Reminder", "variables": ["due"]}],
        "callers": null
    })
}

pub(crate) fn vendor_task() -> Value {
    json!({
        "ref": "10086",
        "name": ids::SEGMENT,
        "status": "running",
        "raw_status": "2",
        "contacts": 40,
        "finished": 34,
        "created_at": "2026-03-02T01:00:01.000Z",
        "raw": {"taskStatus": 2}
    })
}
