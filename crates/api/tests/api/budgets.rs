//! Calls that a day has none left for, over the API.

use crate::test_api::{ACCOUNT, TestApi, people, send, task_with};
use outdial_engine::provider::{MemoryOptions, Staging};
use outdial_model::{Disposition, Rules, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

async fn api(rules: Rules) -> TestApi {
    let options = |_| MemoryOptions::staged(Staging::WholeWithFuse, Arc::new(SystemClock));
    let api = TestApi::start_with(options).await;
    api.rule(rules);
    api
}

fn immediate(contacts: usize) -> Value {
    let mut task = task_with(contacts);
    task["schedule"] = json!({"start": "immediate"});
    task
}

#[tokio::test]
async fn whoever_asks_for_more_than_a_day_has_is_told_what_and_until_when() {
    let api = api(Rules { client_dials_per_day: Some(2), ..Rules::default() }).await;
    let created = api.post("/v1/tasks", &immediate(3)).await;
    let task = format!("/v1/tasks/{}", created.text("/id"));
    api.wait_for(&task, |task| task["counts"]["dialing"] == 2).await;
    let blocked = format!("{task}/blockers");
    let seen = api.wait_for(&blocked, |seen| seen["blockers"][0]["reason"] == "budget_exhausted").await;
    assert_eq!(seen["blockers"][0]["contacts"], 1, "{seen}");
    assert!(seen["blockers"][0]["until"].as_str().unwrap().ends_with("T00:00:00.000Z"), "{seen}");

    let call = json!({"account": ACCOUNT, "script": {"template_id": "script-1"}, "phone": "+8613800000077"});
    for (path, body) in [
        ("/v1/tasks".to_owned(), immediate(1)),
        ("/v1/calls".to_owned(), call.clone()),
        (format!("{task}/contacts"), json!({"contacts": people(7..8)})),
    ] {
        let refused = api.post(&path, &body).await.problem(429, "budget_exhausted");
        assert_eq!(refused.body["violated_policies"], json!(["client_dials_per_day"]), "{path}");
        let pause: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=86_400).contains(&pause), "{path}: until midnight, not {pause} s");
    }
    assert_eq!(api.get("/v1/tasks").await.body["data"].as_array().unwrap().len(), 1, "nothing was stored");
    assert_eq!(api.post("/v1/tasks", &task_with(1)).await.status, 202, "a draft dials nobody today");

    let colleague = api.key_of("acme").await;
    let theirs = api.bare(Method::POST, "/v1/calls").bearer_auth(&colleague).json(&call);
    assert_eq!(send(theirs).await.status, 202, "another key has dials of its own");
}

#[tokio::test]
async fn a_stream_of_people_says_where_the_dials_ended_and_keeps_what_came_before() {
    let api = api(Rules { dials_per_day: Some(1), ..Rules::default() }).await;
    let created = api.post("/v1/tasks", &immediate(1)).await;
    let task = format!("/v1/tasks/{}", created.text("/id"));
    api.wait_for(&task, |task| task["counts"]["dialing"] == 1).await;
    let line = people(5..6)[0].to_string();
    let told = api.upload(&format!("{task}/contacts"), "application/x-ndjson", line).await;
    assert!(told.body.to_string().contains("budget_exhausted"), "{} {}", told.status, told.body);
}

#[tokio::test]
async fn a_preflight_counts_the_days() {
    let api = api(Rules { dials_per_day: Some(2), ..Rules::default() }).await;
    let mut asked = task_with(5);
    asked["average_call_seconds"] = json!(20);
    let seen = api.post("/v1/tasks/preflight", &asked).await;
    let estimate = &seen.body["estimate"];
    assert_eq!(estimate["limited_by"], "budget_exhausted", "{estimate}");
    let (took, day) = (estimate["duration_seconds"].as_u64().unwrap(), 86_400);
    assert!((day..=2 * day + 60).contains(&took), "two today, two tomorrow, one on the day after: {took}");
}

#[tokio::test]
async fn a_call_beside_as_many_as_may_be_is_refused_and_one_after_them_is_not() {
    let api = api(Rules { concurrent_calls: Some(1), ..Rules::default() }).await;
    let call = |number: usize| json!({"account": ACCOUNT, "script": {"template_id": "script-1"}, "phone": format!("+86138{number:08}")});
    let first = api.post("/v1/calls", &call(1)).await;
    let contact = first.text("/links/contact").to_owned();
    api.wait_for(&contact, |contact| contact["status"] == "dialing").await;
    let refused = api.post("/v1/calls", &call(2)).await.problem(429, "budget_exhausted");
    assert_eq!(refused.body["violated_policies"], json!(["concurrent_calls"]));
    api.vendor.finish_all(Disposition::Answered);
    api.wait_for(&contact, |contact| contact["status"] == "completed").await;
    assert_eq!(api.post("/v1/calls", &call(2)).await.status, 202);
}
