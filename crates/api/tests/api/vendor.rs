//! Accounts, catalogs and the vendor's own tasks.

use crate::test_api::{INGRESS_SECRET, TestApi, people, send, task, task_with};
use outdial_engine::provider::{NextAnswer, Operation, Support};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_account_tells_how_it_fares_and_what_it_can_do() {
    let api = TestApi::start().await;
    let account = api.get("/v1/accounts/main").await;
    assert_eq!(account.text("/provider"), "memory");
    assert_eq!(account.text("/operations/pause"), "native");
    assert_eq!(account.text("/operations/recording"), "unsupported");
    assert!(!account.text("/notes/recording").is_empty());
    assert_eq!(account.text("/breaker/state"), "closed");
    assert_eq!(account.text("/ingress_url"), format!("http://127.0.0.1/ingress/main/{INGRESS_SECRET}"));
    let listed = api.get("/v1/accounts").await;
    assert_eq!(listed.text("/data/0/id"), "main");
    assert_eq!(listed.text("/data/0/ingress_url"), "http://127.0.0.1/ingress/main/****");
    let checked = api.post("/v1/accounts/main/check", &json!({})).await;
    assert_eq!((checked.status.as_u16(), &checked.body["ok"]), (200, &json!(true)));
    let catalog = api.get("/v1/accounts/main/catalog").await;
    assert_eq!((catalog.text("/templates/0/id"), &catalog.body["callers"]), ("script-1", &json!(null)));
}

#[tokio::test]
async fn every_provider_is_listed_with_its_operations() {
    let api = TestApi::start().await;
    let providers = api.get("/v1/providers").await;
    let listed = providers.body["data"].as_array().unwrap();
    assert!(listed.len() >= 3);
    for provider in listed {
        let one = api.get(&format!("/v1/providers/{}", provider["id"].as_str().unwrap())).await;
        assert_eq!(&one.body, provider);
        let operations = one.body["operations"].as_object().unwrap();
        assert_eq!(operations.len(), Operation::ALL.len());
        assert!(
            operations
                .values()
                .all(|word| ["native", "emulated", "unsupported"].contains(&word.as_str().unwrap()))
        );
    }
}

#[tokio::test]
async fn the_vendor_s_tasks_are_read_live_and_taken_over_once() {
    let api = TestApi::start().await;
    for n in 0..3 {
        let mut task = task();
        task["contacts"] = people(n..n + 1).into();
        task["schedule"] = json!({"start": "immediate"});
        let id = api.post("/v1/tasks", &task).await.text("/id").to_owned();
        api.wait_for(&format!("/v1/tasks/{id}"), |task| task["counts"]["dialing"] == 1).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/accounts/main/vendor_tasks?limit=2".to_owned());
    loop {
        let page = api.get(&path).await;
        for task in page.body["data"].as_array().unwrap() {
            seen.push(task["ref"].as_str().unwrap().to_owned());
        }
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        path = format!("/v1/accounts/main/vendor_tasks?limit=2&cursor={next}");
    }
    assert_eq!(seen.len(), 3);
    let found = api.get(&format!("/v1/accounts/main/vendor_tasks/{}", seen[0])).await;
    assert_eq!(found.text("/ref"), seen[0]);
    assert_eq!(found.body["contacts"], 1);
    let taken = api.post(&format!("/v1/accounts/main/vendor_tasks/{}/adopt", seen[0]), &json!({})).await;
    taken.problem(409, "external_id_taken");
    api.get("/v1/accounts/main/vendor_tasks/nothing").await.problem(404, "not_found");
    api.get("/v1/accounts/main/vendor_tasks?limit=101").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn a_task_made_elsewhere_is_taken_over() {
    let elsewhere = TestApi::start().await;
    let api = TestApi::start_before(elsewhere.provider.clone()).await;
    let mut task = task_with(1);
    task["schedule"] = json!({"start": "immediate"});
    let id = elsewhere.post("/v1/tasks", &task).await.text("/id").to_owned();
    elsewhere.wait_for(&format!("/v1/tasks/{id}"), |task| task["counts"]["dialing"] == 1).await;
    let path = "/v1/accounts/main/vendor_tasks";
    let reference = api.get(path).await.text("/data/0/ref").to_owned();
    let adopted = api.post(&format!("{path}/{reference}/adopt"), &json!({})).await;
    assert_eq!((adopted.status.as_u16(), adopted.text("/status")), (202, "running"));
    assert_eq!(adopted.body["segments"][0]["adopted"], true);
    let location = adopted.header("location").to_owned();
    assert_eq!(api.get(&location).await.text("/segments/0/vendor_ref"), reference);
    let again = api.post(&format!("{path}/{reference}/adopt"), &json!({})).await;
    again.problem(409, "external_id_taken");
    let paused =
        send(api.request(Method::POST, &format!("{location}/pause")).header("prefer", "wait=20")).await;
    assert_eq!(paused.text("/status"), "paused");
}

#[tokio::test]
async fn a_vendor_that_fails_while_a_client_waits_is_named() {
    let api = TestApi::start().await;
    api.vendor.script(Operation::Catalog, NextAnswer::NotSent);
    let answer = api.get("/v1/accounts/main/catalog").await.problem(504, "provider_unavailable");
    assert_eq!(answer.text("/provider/id"), "memory");
    assert_eq!(answer.body["retryable"], true);
}

#[tokio::test]
async fn what_the_provider_cannot_do_is_said_before_anything_is_sent() {
    let why = Support::Unsupported("the vendor lists nothing");
    let api = TestApi::start_with(|options| options.with(Operation::ListVendorTasks, why)).await;
    let answer = api.get("/v1/accounts/main/vendor_tasks").await.problem(422, "unsupported_by_provider");
    assert!(answer.text("/detail").contains("the vendor lists nothing"));
    assert_eq!(api.vendor.requests(Operation::ListVendorTasks), 0);
}
