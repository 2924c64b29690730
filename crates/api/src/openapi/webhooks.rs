//! The `webhooks` of the document: every type of event, as an endpoint receives it.

use super::examples::{self, ids};
use crate::wire::event_data::{CallData, ContactData, EndpointData, ProviderData, TaskData, TestData};
use outdial_model::{Cause, EventType, SUPPRESSED, Why};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Adds them.
pub(super) fn complete(document: &mut Value) {
    let events = EventType::ALL.iter().map(|kind| (kind.as_str(), about(*kind)));
    let all: Map<_, _> = events
        .chain([("webhook_endpoint.test", test())])
        .map(|(name, about)| (name.to_owned(), json!({"post": webhook(name, about)})))
        .collect();
    document["webhooks"] = all.into();
}

/// What a kind of event is: what happened, the shape of its particulars, and an example of them.
struct About {
    summary: &'static str,
    shape: &'static str,
    data: Value,
}

fn webhook(kind: &str, About { summary, shape, data }: About) -> Value {
    let mut example = examples::event();
    example["type"] = kind.into();
    example["data"] = data;
    match shape {
        "CallEventData" => example["call_id"] = ids::CALL.into(),
        "TaskEventData" => example["contact_id"] = Value::Null,
        "ContactEventData" => {}
        _ => {
            for of_a_task in ["task_id", "contact_id"] {
                example[of_a_task] = Value::Null;
            }
            example["sequence"] = 0.into();
        }
    }
    json!({
        "tags": ["Events"],
        "operationId": kind.replace('.', "_"),
        "summary": summary,
        "description": "Signed as [Standard Webhooks](https://www.standardwebhooks.com) v1: HMAC-SHA256 over `webhook-id`, `webhook-timestamp` and the bytes of the body, joined by dots. It may come more than once: `webhook-id` stays the same.",
        "security": [],
        "parameters": headers(),
        "requestBody": {
            "required": true,
            "content": {"application/json": {
                "schema": {"allOf": [
                    {"type": "object", "properties": {
                        "type": {"const": kind},
                        "data": {"$ref": format!("#/components/schemas/{shape}")}
                    }},
                    {"$ref": "#/components/schemas/Event"}
                ]},
                "example": example
            }}
        },
        "responses": {
            "2XX": {"description": "Taken. Anything else, or no answer within 15 seconds, is tried again later."},
            "410": {"description": "The endpoint is gone: it is disabled."}
        }
    })
}

fn headers() -> Value {
    let header = |name, about| json!({"name": name, "in": "header", "required": true, "description": about, "schema": {"type": "string"}});
    json!([
        header("webhook-id", "The event's id, the same at every attempt."),
        header("webhook-timestamp", "When this attempt was made, in seconds since 1970 UTC."),
        header(
            "webhook-signature",
            "`v1,` and the signature in base64; two, separated by a blank, while a secret is being rotated."
        )
    ])
}

fn metadata() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("team", "billing")])
}

fn value<T: Serialize>(data: T) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}

fn about(kind: EventType) -> About {
    use EventType as E;
    match kind {
        E::TaskCreated => asked("A task was accepted", "draft", "draft"),
        E::TaskUpdated => asked("A task was changed by its owner", "running", "running"),
        E::TaskMoved => About {
            summary: "A task goes on with another account",
            shape: "TaskEventData",
            data: value(TaskData {
                from: Some("example-account"),
                account: Some("another-account"),
                route: Some("indonesia"),
                reason: Some("the vendor of account `example-account` does not answer"),
                ..task("running")
            }),
        },
        E::TaskStarted => turned("A task was started", "scheduled", "running", None),
        E::TaskPaused => turned("A task was paused", "pausing", "paused", None),
        E::TaskResumed => turned("A task goes on after a pause", "resuming", "running", None),
        E::TaskCompleted => turned("A task's last contact is done", "running", "completed", None),
        E::TaskStopped => turned("A task was stopped", "stopping", "stopped", None),
        E::TaskFailed => {
            let why = "the vendor does not know the script";
            turned("A task cannot go on", "running", "failed", Some(why))
        }
        E::ContactAccepted => moved("A contact was accepted", None, "queued", Cause::Requested, |_| {}),
        E::ContactHeld => {
            moved("A contact waits for a reason", Some("queued"), "held", Cause::OutsideWindow, |data| {
                data.hold_reason = Some("outside_window");
                data.hold_until = Some("2026-03-03T01:00:00Z");
            })
        }
        E::ContactSubmitting => moved(
            "A contact is about to be handed to the vendor",
            Some("queued"),
            "submitting",
            Cause::Turn,
            |data| {
                data.dispatch_id = Some(ids::DISPATCH);
                data.segment_id = Some(ids::SEGMENT);
            },
        ),
        E::ContactSubmitted => {
            moved("The vendor has a contact", Some("submitting"), "submitted", Cause::Vendor, in_segment)
        }
        E::ContactOutcomeUnknown => moved(
            "The vendor may or may not have a contact; it is looked up",
            Some("submitting"),
            "unknown",
            Cause::InDoubt,
            in_segment,
        ),
        E::ContactReturned => moved(
            "The vendor does not have a contact; it waits again",
            Some("unknown"),
            "queued",
            Cause::LookUp,
            in_segment,
        ),
        E::ContactDialing => {
            moved("The vendor dials a contact", Some("submitted"), "dialing", Cause::Push, in_segment)
        }
        E::ContactCompleted => {
            moved("A contact is done", Some("dialing"), "completed", Cause::Push, |data| {
                data.disposition = Some("answered_human");
                data.confidence = Some("confirmed");
                data.segment_id = Some(ids::SEGMENT);
            })
        }
        E::ContactOutcomeUpdated => moved(
            "How a contact ended is confirmed, or told better than it had been reported",
            None,
            "completed",
            Cause::Vendor,
            |data| {
                data.disposition = Some("busy");
                data.previous_disposition = Some("no_answer");
                data.confidence = Some("confirmed");
            },
        ),
        E::ContactRejected => ended(
            "The vendor refused a contact",
            "submitting",
            "rejected",
            Why::new(Cause::Vendor, "not a number the vendor dials"),
        ),
        E::ContactCancelled => ended("A contact was cancelled", "queued", "cancelled", SUPPRESSED),
        E::ContactExpired => ended(
            "A contact's time ran out before it was dialed",
            "held",
            "expired",
            Why::new(Cause::ScheduleOver, "the task's schedule is over"),
        ),
        E::CallStarted => called("A call began", "ringing"),
        E::CallAnswered => called("A call was answered", "answered"),
        E::CallEnded => called("A call ended", "ended"),
        E::CallUpdated => called("More, or something surer, is known of a call that had ended", "ended"),
        E::RecordingAvailable => called("A call's recording can be fetched", "ended"),
        E::ProviderDegraded => {
            provider("An account's vendor does not answer: nobody new is sent there for now")
        }
        E::ProviderRecovered => provider("An account's vendor answers again"),
        E::EndpointDisabled => About {
            summary: "A webhook endpoint was disabled: it gets no more events",
            shape: "WebhookEndpointEventData",
            data: value(EndpointData { webhook_endpoint_id: ids::ENDPOINT, reason: "failing" }),
        },
    }
}

/// What `POST /v1/webhook_endpoints/{id}/test` sends; no event of the log.
fn test() -> About {
    About {
        summary: "A test that was asked for: it tells of nothing but itself",
        shape: "WebhookTestData",
        data: value(TestData { webhook_endpoint_id: ids::ENDPOINT }),
    }
}

/// A task of that status, and nothing particular about it.
fn task(status: &'static str) -> TaskData {
    TaskData { status, metadata: metadata(), ..TaskData::default() }
}

fn asked(summary: &'static str, status: &'static str, desired: &'static str) -> About {
    let desired_status = Some(desired);
    let data = TaskData { desired_status, ..task(status) };
    About { summary, shape: "TaskEventData", data: value(data) }
}

fn turned(
    summary: &'static str,
    from: &'static str,
    status: &'static str,
    reason: Option<&'static str>,
) -> About {
    let previous_status = Some(from);
    let data = TaskData { previous_status, reason, ..task(status) };
    About { summary, shape: "TaskEventData", data: value(data) }
}

fn moved(
    summary: &'static str,
    previous_status: Option<&'static str>,
    status: &'static str,
    cause: Cause,
    more: impl FnOnce(&mut ContactData),
) -> About {
    let cause = cause.as_str();
    let mut data =
        ContactData { status, previous_status, cause, metadata: metadata(), ..ContactData::default() };
    more(&mut data);
    About { summary, shape: "ContactEventData", data: value(data) }
}

fn in_segment(data: &mut ContactData) {
    data.segment_id = Some(ids::SEGMENT);
}

fn ended(summary: &'static str, from: &'static str, status: &'static str, why: Why) -> About {
    moved(summary, Some(from), status, why.cause, |data| data.reason = Some(why.reason))
}

fn called(summary: &'static str, status: &'static str) -> About {
    let is_over = status == "ended";
    let data = CallData {
        status,
        segment_id: ids::SEGMENT,
        started_at: Some("2026-03-02T01:00:40Z"),
        answered_at: (status != "ringing").then_some("2026-03-02T01:00:52Z"),
        ended_at: is_over.then_some("2026-03-02T01:01:12Z"),
        talk_seconds: if is_over { 20 } else { 0 },
        disposition: is_over.then_some("answered_human"),
        confidence: is_over.then_some("confirmed"),
        raw: BTreeMap::from([("code", "200"), ("text", "answered")]),
        phone: None,
        name: None,
        metadata: metadata(),
    };
    About { summary, shape: "CallEventData", data: value(data) }
}

fn provider(summary: &'static str) -> About {
    let data = ProviderData { account: "example-account", provider: "example-provider" };
    About { summary, shape: "ProviderEventData", data: value(data) }
}
