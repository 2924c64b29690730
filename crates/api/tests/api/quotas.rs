//! How many requests a client and its tenant may send.

use crate::test_api::{Answer, Place, TestApi, everything, send};
use outdial_api::Quotas;
use outdial_engine::provider::{MemoryOptions, MemoryProvider, Staging};
use outdial_model::SystemClock;
use reqwest::Method;
use serde_json::json;
use std::num::NonZeroU32;
use std::sync::Arc;

async fn with(client: u32, tenant: u32) -> TestApi {
    let quotas = Quotas { client: NonZeroU32::new(client), tenant: NonZeroU32::new(tenant) };
    let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
    TestApi::start_at(MemoryProvider::new(options), Place { quotas, ..Place::default() }).await
}

async fn ask(api: &TestApi, key: &str) -> Answer {
    send(api.bare(Method::GET, "/v1/tasks").bearer_auth(key)).await
}

#[tokio::test]
async fn every_answer_tells_what_is_left_and_one_too_many_is_turned_away() {
    let api = with(3, 100).await;
    let key = api.key_with("acme", everything()).await;
    for left in ["2", "1", "0"] {
        let answer = ask(&api, &key).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), "\"default\";q=3;w=60, \"tenant\";q=100;w=60");
        let told = answer.header("ratelimit");
        assert!(told.starts_with(&format!("\"default\";r={left};t=")), "{told}");
    }
    let refused = ask(&api, &key).await.problem(429, "quota_exceeded");
    assert_eq!(refused.body["violated_policies"], json!(["default"]));
    let pause: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&pause), "{pause}");
    assert!(refused.header("ratelimit").starts_with("\"default\";r=0;t="));
    // A change that was turned away did not happen, and a colleague is not concerned.
    let made = send(api.bare(Method::POST, "/v1/tasks").bearer_auth(&key).json(&json!({}))).await;
    made.problem(429, "quota_exceeded");
    let colleague = api.key_with("acme", everything()).await;
    assert_eq!(ask(&api, &colleague).await.status, 200);
}

#[tokio::test]
async fn whoever_has_used_up_a_quota_can_still_stop_everything() {
    let api = with(1, 0).await;
    let key = api.key_of("acme").await;
    assert_eq!(ask(&api, &key).await.status, 200);
    ask(&api, &key).await.problem(429, "quota_exceeded");
    let stop = api.bare(Method::POST, "/v1/emergency_stop").bearer_auth(&key);
    assert_eq!(send(stop).await.status, 202);
}

#[tokio::test]
async fn the_clients_of_a_tenant_share_its_quota() {
    let api = with(100, 3).await;
    let (one, other) = (api.key_with("acme", everything()).await, api.key_with("acme", everything()).await);
    for key in [&one, &other, &one] {
        assert_eq!(ask(&api, key).await.status, 200);
    }
    let refused = ask(&api, &other).await.problem(429, "quota_exceeded");
    assert_eq!(refused.body["violated_policies"], json!(["tenant"]));
    let stranger = api.key_with("globex", everything()).await;
    assert_eq!(ask(&api, &stranger).await.status, 200);
}

#[tokio::test]
async fn without_a_quota_nothing_is_told() {
    let api = with(0, 0).await;
    let key = api.key_of("acme").await;
    assert!(ask(&api, &key).await.headers.get("ratelimit").is_none());
}
