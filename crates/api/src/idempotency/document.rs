//! What the OpenAPI document says about idempotency keys: one parameter, one header, at every POST but the
//! emergency stop.

use super::answer::REPLAYED;
use serde_json::{Value, json};

/// Has its effect as often as it is sent.
const EACH_TIME_ANEW: &str = "/v1/emergency_stop";

/// Completes every POST of the document.
pub(crate) fn complete(document: &mut Value) {
    document["components"]["parameters"]["IdempotencyKey"] = parameter();
    document["components"]["headers"]["IdempotentReplayed"] = header();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let keyed = paths.filter(|(path, _)| *path != EACH_TIME_ANEW).map(|(_, item)| item);
    for operation in keyed.filter_map(|item| item.get_mut("post")) {
        let reference = json!({"$ref": "#/components/parameters/IdempotencyKey"});
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(reference),
            None => operation["parameters"] = json!([reference]),
        }
        let responses = operation["responses"].as_object_mut().into_iter().flatten();
        for (_, response) in responses.filter(|(status, _)| status.starts_with('2')) {
            response["headers"]["Idempotent-Replayed"] =
                json!({"$ref": "#/components/headers/IdempotentReplayed"});
        }
    }
}

fn parameter() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Your name for this request, new for each thing that is to happen. Sent again with the \
            same key, path and body within seven days, a request that had its effect has none: it is answered \
            what it was answered then, with `Idempotent-Replayed: true` (with `Prefer: wait`, what was so when \
            it was accepted). A request that failed leaves no key and can be sent again, corrected too. A key \
            belongs to one method and route. API keys can be made to demand it.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[A-Za-z0-9_:.-]+$"},
        "example": "reminders-2026-03-17",
    })
}

fn header() -> Value {
    json!({
        "description": format!("`{REPLAYED}: true` when the request was carried out before and this is what it was \
            answered then."),
        "schema": {"type": "string", "enum": ["true"]},
    })
}
