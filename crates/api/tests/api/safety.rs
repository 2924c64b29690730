//! How careful a task is, and what an operator decides about people nobody can tell anything about.

use crate::test_api::{Answer, TestApi, send, task, task_with};
use outdial_engine::provider::{MemoryOptions, NextAnswer, Operation, Staging, Support};
use outdial_model::SystemClock;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

fn knobs(task: &Value) -> Value {
    let names = ["delivery", "staging", "fuse_seconds", "on_unknown", "unknown_horizon_seconds"];
    names.iter().map(|name| task[*name].clone()).collect()
}

#[tokio::test]
async fn a_task_is_careful_unless_it_says_otherwise() {
    let api = TestApi::start().await;
    let usual = json!(["windowed", null, null, "hold", 3600]);
    let created = api.post("/v1/tasks", &task()).await;
    assert_eq!(knobs(&created.body), usual);

    let mut bold = task();
    bold["delivery"] = json!("direct");
    bold["staging"] = json!("off");
    bold["fuse_seconds"] = json!(10);
    bold["on_unknown"] = json!("redial_after");
    bold["unknown_horizon_seconds"] = json!(604_800);
    let created = api.post("/v1/tasks", &bold).await;
    assert_eq!(created.status, 202, "{}", created.body);
    let path = created.header("location").to_owned();
    let stored = api.get(&path).await;
    assert_eq!(knobs(&stored.body), json!(["direct", "off", 10, "redial_after", 604_800]));

    let changed = api.patch(&path, &json!({"on_unknown": "assume_dialed", "fuse_seconds": 3600})).await;
    assert_eq!(knobs(&changed.body), json!(["direct", "off", 3600, "assume_dialed", 604_800]));
    let back = json!({"delivery": null, "staging": null, "fuse_seconds": null, "on_unknown": null,
        "unknown_horizon_seconds": null});
    assert_eq!(knobs(&api.patch(&path, &back).await.body), usual);
}

#[tokio::test]
async fn a_knob_that_cannot_be_set_so_is_pointed_at() {
    let api = TestApi::start().await;
    let mut wrong = task();
    wrong["delivery"] = json!("both");
    wrong["staging"] = json!(true);
    wrong["fuse_seconds"] = json!(9);
    wrong["on_unknown"] = json!("redial");
    wrong["unknown_horizon_seconds"] = json!(0);
    let expected = [
        ("#/delivery", "unknown_value"),
        ("#/staging", "wrong_type"),
        ("#/fuse_seconds", "out_of_range"),
        ("#/on_unknown", "unknown_value"),
        ("#/unknown_horizon_seconds", "out_of_range"),
    ];
    let answer = api.post("/v1/tasks", &wrong).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), expected);
    assert!(answer.text("/errors/3/detail").contains("hold, assume_dialed, redial_after"));
    let path = format!("/v1/tasks/{}", api.create_task(0).await);
    let change = json!({"fuse_seconds": 3601, "staging": "maybe"});
    let answer = api.patch(&path, &change).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/staging", "unknown_value"), ("#/fuse_seconds", "out_of_range")]);
}

/// A vendor that rings at once and cannot be asked whom it has.
pub async fn before_a_blind_vendor() -> TestApi {
    let blind = Support::Unsupported("no look-up");
    TestApi::start_with(|_| {
        MemoryOptions::staged(Staging::EmptyLive, Arc::new(SystemClock))
            .with(Operation::FindContacts, blind)
            .with(Operation::FindSegment, blind)
    })
    .await
}

/// Starts a task whose people are lost on the way; its path when nobody knows where they are.
pub async fn lose(api: &TestApi, contacts: usize) -> String {
    let created = api.post("/v1/tasks", &task_with(contacts)).await;
    let path = created.header("location").to_owned();
    api.vendor.script(Operation::AddContacts, NextAnswer::Timeout);
    assert_eq!(api.post(&format!("{path}/start"), &json!({})).await.status, 202);
    api.wait_for(&path, |task| task["counts"]["unknown"] == contacts).await;
    path
}

async fn decide(api: &TestApi, contact: &str, decision: &str) -> Answer {
    api.post(&format!("/v1/contacts/{contact}/resolve"), &json!({"decision": decision})).await
}

#[tokio::test]
async fn an_operator_decides_about_people_nobody_can_tell_anything_about() {
    let api = before_a_blind_vendor().await;
    let path = lose(&api, 3).await;
    let lost = api.get(&format!("{path}/contacts?status=unknown")).await;
    let id = |index: usize| lost.text(&format!("/data/{index}/id")).to_owned();
    let (dialed, again, left) = (id(0), id(1), id(2));

    let answer = decide(&api, &dialed, "assume_dialed").await;
    assert_eq!((answer.status.as_u16(), answer.text("/status")), (200, "completed"));
    assert_eq!(answer.text("/disposition"), "unknown");
    assert_eq!(answer.text("/reason"), "an operator decided that it was dialed");
    assert_eq!(decide(&api, &left, "cancel").await.text("/status"), "cancelled");
    assert_eq!(api.vendor.rings().len(), 0, "nobody is dialed before somebody says so");
    assert_eq!(decide(&api, &again, "redial").await.text("/status"), "queued");
    api.wait_for(&path, |task| task["counts"]["dialing"] == 1).await;
    let rung: Vec<_> = api.vendor.rings().into_iter().map(|ring| ring.contact.to_string()).collect();
    assert_eq!(rung, [again]);

    let timeline = api.get(&format!("/v1/contacts/{dialed}/timeline")).await;
    let events = timeline.body["data"].as_array().unwrap();
    let told: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(told[told.len() - 2..], ["contact.outcome_unknown", "contact.completed"]);
    let decision = &events.last().unwrap()["data"];
    assert_eq!(decision["reason"], "an operator decided that it was dialed");
    assert_eq!(decision["previous_status"], "unknown");
}

#[tokio::test]
async fn only_what_is_unknown_waits_for_a_decision() {
    let api = TestApi::start().await;
    let id = api.create_task(1).await;
    let contact = api.get(&format!("/v1/tasks/{id}/contacts")).await.text("/data/0/id").to_owned();
    let answer = decide(&api, &contact, "redial").await.problem(409, "wrong_state");
    assert!(answer.text("/detail").contains("`unknown`") && answer.text("/detail").contains("`queued`"));
    let answer = decide(&api, &contact, "dial").await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/decision", "unknown_value")]);
    assert!(answer.text("/errors/0/detail").contains("assume_dialed, redial, cancel"));
    let path = format!("/v1/contacts/{contact}/resolve");
    let answer = api.post(&path, &json!({"decison": "redial"})).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/decision", "missing_field"), ("#/decison", "unknown_field")]);
    let stranger = api.key_of("globex").await;
    let request = api.bare(Method::POST, &path).bearer_auth(&stranger).json(&json!({"decision": "cancel"}));
    send(request).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_account_shows_how_careful_it_is() {
    let api = TestApi::start().await;
    let account = api.get("/v1/accounts/main").await.body;
    assert_eq!(account["staging_default"], "on");
    assert_eq!(account["fuse_seconds"], 1);
    assert_eq!(account["window"], Value::Null);
}
