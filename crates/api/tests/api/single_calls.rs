//! Calls to one person, over the API.

use crate::test_api::{ACCOUNT, Answer, TestApi, good_for, send};
use outdial_engine::provider::{MemoryOptions, Staging};
use outdial_engine::provider::{NextAnswer, Operation};
use outdial_model::{Disposition, Scope, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

/// An API whose vendor has single calls of its own.
async fn api() -> TestApi {
    TestApi::start_with(|_| MemoryOptions::staged(Staging::WholeWithFuse, Arc::new(SystemClock))).await
}

fn call(number: usize) -> Value {
    json!({"account": ACCOUNT, "script": {"template_id": "script-1"}, "phone": format!("+86138{number:08}")})
}

async fn tasks(api: &TestApi) -> usize {
    api.get("/v1/tasks").await.body["data"].as_array().unwrap().len()
}

/// Places a call with a key.
async fn once(api: &TestApi, key: &str, body: &Value) -> Answer {
    send(api.request(Method::POST, "/v1/calls").header("idempotency-key", key).json(body)).await
}

#[tokio::test]
async fn a_call_is_placed_and_followed_by_what_was_answered() {
    let api = api().await;
    let mut wanted = call(1);
    wanted["external_id"] = json!("reminder-17");
    wanted["metadata"] = json!({"team": "billing"});
    wanted["variables"] = json!({"due": "12 March"});
    let placed = api.post("/v1/calls", &wanted).await;
    assert_eq!(placed.status, 202, "{}", placed.body);
    assert_eq!((placed.text("/placed"), placed.text("/status")), ("native", "queued"));
    let contact = placed.text("/contact_id").to_owned();
    assert_eq!(placed.header("location"), format!("/v1/contacts/{contact}"));
    let dialing = api.wait_for(placed.text("/links/contact"), |contact| contact["status"] == "dialing").await;
    assert_eq!(
        (&dialing["external_id"], &dialing["task_id"]),
        (&json!("reminder-17"), &placed.body["task_id"])
    );
    api.vendor.finish_all(Disposition::AnsweredHuman);
    let task = api.wait_for(placed.text("/links/task"), |task| task["status"] == "completed").await;
    assert_eq!((&task["single_call"], &task["counts"]["completed"]), (&json!(true), &json!(1)));
    assert_eq!((&task["retry"]["max_attempts"], &task["metadata"]["team"]), (&json!(1), &json!("billing")));
    assert_eq!(task["schedule"]["not_after"], placed.body["expires_at"]);
    let calls = api.get(placed.text("/links/calls")).await;
    assert_eq!(calls.body["data"].as_array().unwrap().len(), 1, "{}", calls.body);
    let timeline = api.get(placed.text("/links/timeline")).await;
    assert_eq!(timeline.text("/data/0/type"), "contact.accepted");
    assert_eq!(api.vendor.rings().len(), 1);

    let again = api.post("/v1/calls", &wanted).await;
    again.problem(409, "external_id_taken");
    let path = placed.text("/links/task");
    api.patch(path, &json!({"name": "another"})).await.problem(409, "wrong_state");
}

#[tokio::test]
async fn whoever_waits_for_it_sees_it_placed() {
    let api = api().await;
    let request = api.request(Method::POST, "/v1/calls").header("prefer", "wait=10").json(&call(1));
    let placed = send(request).await;
    assert_eq!(placed.status, 202, "{}", placed.body);
    assert_eq!(placed.header("preference-applied"), "wait=10");
    assert!(["submitted", "dialing"].contains(&placed.text("/status")), "{}", placed.body);
}

#[tokio::test]
async fn the_same_request_again_calls_nobody_twice() {
    let api = api().await;
    let first = once(&api, "k-1", &call(1)).await;
    assert_eq!(first.status, 202, "{}", first.body);
    api.wait_for(first.text("/links/contact"), |contact| contact["status"] == "dialing").await;
    let again = once(&api, "k-1", &call(1)).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &first.body));
    once(&api, "k-1", &call(2)).await.problem(422, "idempotency_key_reused");
    assert_eq!((api.vendor.rings().len(), tasks(&api).await), (1, 1));
}

#[tokio::test]
async fn whoever_cannot_be_called_now_is_refused_with_the_reason_and_nothing_is_stored() {
    let api = api().await;
    let first = api.post("/v1/calls", &call(1)).await;
    api.wait_for(first.text("/links/contact"), |contact| contact["status"] == "dialing").await;
    let busy = once(&api, "k-1", &call(1)).await.problem(409, "not_now");
    assert_eq!(busy.errors(), [("#/phone", "number_busy")]);
    assert_eq!(busy.body["retryable"], true);

    api.post("/v1/suppressions", &json!({"phone": "+8613800000002", "purpose": "marketing"})).await;
    let mut marketing = call(2);
    marketing["purpose"] = json!("marketing");
    let refused = api.post("/v1/calls", &marketing).await.problem(409, "not_callable");
    assert_eq!(
        (refused.errors(), &refused.body["retryable"]),
        (vec![("#/phone", "suppressed")], &json!(false))
    );
    assert_eq!(tasks(&api).await, 1);

    api.vendor.finish_all(Disposition::Busy);
    api.wait_for(first.text("/links/task"), |task| task["status"] == "completed").await;
    let later = once(&api, "k-1", &call(1)).await;
    assert_eq!(later.status, 202, "what was refused left no key: {}", later.body);
    assert_eq!(api.post("/v1/calls", &call(2)).await.status, 202, "suppressed for something else");
}

#[tokio::test]
async fn an_account_whose_vendor_does_not_answer_is_named_with_when_it_is_tried_again() {
    let api = api().await;
    for _ in 0..10 {
        api.vendor.script(Operation::Check, NextAnswer::NotSent);
        api.post("/v1/accounts/main/check", &json!({})).await.problem(504, "provider_unavailable");
    }
    let refused = api.post("/v1/calls", &call(1)).await.problem(409, "not_now");
    assert_eq!(refused.errors(), [("#/account", "vendor_unavailable")]);
    assert!((1..=15).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_pointed_at() {
    let api = api().await;
    let wrong = json!({
        "account": "nobody's", "script": {"template_id": "script-1"}, "phone": "12", "expires_seconds": 5,
        "retry": {"max_attempts": 2},
    });
    let refused = api.post("/v1/calls", &wrong).await.problem(422, "validation_failed");
    let mut errors = refused.errors();
    errors.sort_unstable();
    assert_eq!(
        errors,
        [
            ("#/account", "unknown_account"),
            ("#/expires_seconds", "out_of_range"),
            ("#/retry", "unknown_field")
        ]
    );
    let mut odd = call(1);
    (odd["phone"], odd["script"]["template_id"]) = (json!("12"), json!(" "));
    let refused = api.post("/v1/calls", &odd).await.problem(422, "validation_failed");
    let mut errors = refused.errors();
    errors.sort_unstable();
    assert_eq!(errors, [("#/phone", "invalid_phone"), ("#/script/template_id", "invalid_template_id")]);
    let reader = api.key_with("acme", good_for(&[Scope::CallsRead])).await;
    let request = api.bare(Method::POST, "/v1/calls").bearer_auth(reader).json(&call(1));
    send(request).await.problem(403, "insufficient_scope");
    assert_eq!(tasks(&api).await, 0);
}

#[tokio::test]
async fn where_the_vendor_has_no_single_call_a_task_of_one_does_it() {
    let api = TestApi::start().await;
    let placed = api.post("/v1/calls", &call(1)).await;
    assert_eq!(placed.text("/placed"), "emulated");
    api.wait_for(placed.text("/links/contact"), |contact| contact["status"] == "dialing").await;
    assert_eq!(api.vendor.rings().len(), 1);
}
