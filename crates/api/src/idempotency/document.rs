//! What the OpenAPI document says about idempotency keys: one parameter, one header, at every POST but
//! those that say they have their effect each time anew.

use super::answer::REPLAYED;
use serde_json::{Value, json};

/// What a route says of itself that has its effect as often as it is sent.
const EACH_TIME_ANEW: &str = "x-each-time-anew";

/// Completes every POST of the document.
pub(crate) fn complete(document: &mut Value) {
    document["components"]["parameters"]["IdempotencyKey"] = parameter();
    document["components"]["headers"]["IdempotentReplayed"] = header();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for operation in paths.filter_map(|(_, item)| item.get_mut("post")?.as_object_mut()) {
        if operation.remove(EACH_TIME_ANEW).is_some() {
            continue;
        }
        let reference = json!({"$ref": "#/components/parameters/IdempotencyKey"});
        if let Some(parameters) = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut() {
            parameters.push(reference);
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
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
