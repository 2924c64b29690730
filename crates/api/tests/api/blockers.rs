//! Why a task is not dialing, over the API.

use crate::test_api::{TestApi, task_with};
use outdial_engine::provider::{NextAnswer, Operation};
use outdial_model::Disposition;
use serde_json::{Value, json};

async fn blockers(api: &TestApi, task: &str) -> Value {
    let seen = api.get(&format!("/v1/tasks/{task}/blockers")).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

/// What stands in the way, and how many people it concerns.
fn reasons(seen: &Value) -> Vec<(&str, u64)> {
    let all = seen["blockers"].as_array().unwrap().iter();
    all.map(|one| (one["reason"].as_str().unwrap(), one["contacts"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn whatever_was_asked_for_or_not_is_told() {
    let api = TestApi::start().await;
    let draft = api.create_task(3).await;
    let seen = blockers(&api, &draft).await;
    assert_eq!((reasons(&seen), &seen["waiting"]), (vec![("not_started", 3)], &json!(3)));
    assert_eq!(seen["changes_at"], Value::Null);
    let mut empty = task_with(0);
    empty["external_id"] = json!("empty");
    let empty = api.post("/v1/tasks", &empty).await;
    let seen = blockers(&api, empty.text("/id")).await;
    assert_eq!(reasons(&seen), [], "nobody waits");

    api.post(&format!("/v1/tasks/{draft}/start"), &json!({})).await;
    api.wait_for(&format!("/v1/tasks/{draft}"), |task| task["counts"]["dialing"] == 3).await;
    let seen = blockers(&api, &draft).await;
    assert_eq!((reasons(&seen), &seen["at_vendor"]), (vec![], &json!(3)));
    assert_eq!(seen["segments"][0]["status"], "running");
    api.vendor.finish_all(Disposition::AnsweredHuman);
    api.wait_for(&format!("/v1/tasks/{draft}"), |task| task["status"] == "completed").await;
    assert_eq!(reasons(&blockers(&api, &draft).await), []);
    api.get("/v1/tasks/tsk_01k3xk5v8qe9yt4m2n7b6c5d4f/blockers").await.problem(404, "not_found");
}

#[tokio::test]
async fn the_hour_is_told_and_when_it_comes() {
    let api = TestApi::start().await;
    let mut task = task_with(2);
    task["schedule"] =
        json!({"start": "immediate", "not_before": "2099-01-01T09:00:00Z", "time_zone": "Asia/Shanghai"});
    let task = api.post("/v1/tasks", &task).await.text("/id").to_owned();
    let seen = blockers(&api, &task).await;
    assert_eq!(reasons(&seen), [("outside_window", 2)]);
    assert_eq!(
        (&seen["blockers"][0]["until"], &seen["changes_at"]),
        (&json!("2099-01-01T09:00:00.000Z"), &json!("2099-01-01T09:00:00.000Z"))
    );
    api.post(&format!("/v1/tasks/{task}/pause"), &json!({})).await;
    assert_eq!(reasons(&blockers(&api, &task).await), [("paused", 2), ("outside_window", 2)]);
}

#[tokio::test]
async fn a_vendor_that_does_not_answer_is_told_with_when_it_is_tried_again() {
    let api = TestApi::start().await;
    for _ in 0..10 {
        api.vendor.script(Operation::Check, NextAnswer::NotSent);
        api.post("/v1/accounts/main/check", &json!({})).await.problem(504, "provider_unavailable");
    }
    assert_eq!(api.get("/v1/accounts/main").await.text("/breaker/state"), "open");
    let mut task = task_with(2);
    task["schedule"] = json!({"start": "immediate"});
    let task = api.post("/v1/tasks", &task).await.text("/id").to_owned();
    let seen = blockers(&api, &task).await;
    assert_eq!(reasons(&seen), [("vendor_unavailable", 2)]);
    assert!(seen["changes_at"].is_string(), "{seen}");
}
