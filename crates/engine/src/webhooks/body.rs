//! What a message says: an event in its envelope, in no more than [`MOST_BYTES`].

use crate::Envelope;
use outdial_model::{PersonalData, Timestamp};
use outdial_store::TakenDelivery;
use serde_json::{Value, json};

/// Largest body of a message, in bytes.
const MOST_BYTES: usize = 20 * 1024;

/// The body that tells a delivery's event, with as much of the person as the endpoint asked for.
pub(super) fn of(taken: &TakenDelivery) -> Vec<u8> {
    let mode = taken.endpoint.settings.personal_data;
    let envelope = Envelope::of(&taken.event);
    let envelope = match &taken.person {
        Some(person) if mode != PersonalData::None => envelope.about(person, mode),
        _ => envelope,
    };
    fitting(serde_json::to_value(envelope).unwrap_or_default())
}

/// The body of a message that tells of nothing but itself, in the same shape.
pub(super) fn of_trial(id: &str, tenant: &str, endpoint: &str, at: Timestamp) -> Vec<u8> {
    fitting(json!({
        "id": id,
        "type": "webhook_endpoint.test",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "api_version": "v1",
        "tenant_id": tenant,
        "task_id": null,
        "contact_id": null,
        "call_id": null,
        "sequence": 0,
        "previous_sequence": 0,
        "data": {"webhook_endpoint_id": endpoint},
    }))
}

/// The bytes. What has no room is left out of `data`, which says so (`"truncated": true`): first the task's
/// metadata, then everything.
fn fitting(mut envelope: Value) -> Vec<u8> {
    let mut body = envelope.to_string().into_bytes();
    if body.len() > MOST_BYTES {
        envelope["data"]["metadata"] = json!({});
        envelope["data"]["truncated"] = json!(true);
        body = envelope.to_string().into_bytes();
    }
    if body.len() > MOST_BYTES {
        envelope["data"] = json!({"truncated": true});
        body = envelope.to_string().into_bytes();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(data: Value) -> Value {
        let body = fitting(json!({"id": "evt_1", "data": data}));
        assert!(body.len() <= MOST_BYTES);
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn an_event_too_large_for_a_message_is_told_without_what_has_no_room() {
        let small = json!({"disposition": "busy", "metadata": {"team": "billing"}});
        assert_eq!(told(small.clone())["data"], small);
        let long = "é".repeat(MOST_BYTES);
        let told_of_metadata = told(json!({"disposition": "busy", "metadata": {"long": long}}));
        assert_eq!(
            told_of_metadata["data"],
            json!({"disposition": "busy", "metadata": {}, "truncated": true})
        );
        assert_eq!(told(json!({"long": long})), json!({"id": "evt_1", "data": {"truncated": true}}));
    }
}
