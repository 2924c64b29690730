//! Pushes of the vendor: who may push what, and what comes of it.

use crate::test_api::{Answer, INGRESS_SECRET, TestApi, send};
use outdial_engine::provider::MemoryPush;
use outdial_model::{Clock, Disposition, SystemClock};
use reqwest::Method;
use std::time::Duration;

/// Delivers a push to a place below `/ingress`.
async fn deliver(api: &TestApi, place: &str, push: &MemoryPush) -> Answer {
    let mut request = api.bare(Method::POST, &format!("/ingress/{place}")).body(push.body.clone());
    for (name, value) in &push.headers {
        request = request.header(name, value);
    }
    send(request).await
}

fn own_place(kind: &str) -> String {
    format!("main/{INGRESS_SECRET}/{kind}")
}

#[tokio::test]
async fn a_push_ends_a_call_and_is_acknowledged_in_the_vendor_s_words() {
    let api = TestApi::start().await;
    let task = api.create_task(1).await;
    api.post(&format!("/v1/tasks/{task}/start"), &serde_json::json!({})).await;
    let contacts = format!("/v1/tasks/{task}/contacts");
    let dialing = api.wait_for(&contacts, |page| page["data"][0]["status"] == "dialing").await;
    let id = dialing["data"][0]["id"].as_str().unwrap();
    api.vendor.finish(&id.parse().unwrap(), Disposition::Answered);
    let push = api.vendor.push(&id.parse().unwrap()).unwrap();

    let answer = deliver(&api, &own_place(push.kind), &push).await;

    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let contact = api.get(&format!("/v1/contacts/{id}")).await;
    assert_eq!((contact.text("/status"), contact.text("/disposition")), ("completed", "answered"));
}

#[tokio::test]
async fn who_does_not_know_the_secret_finds_nothing() {
    let api = TestApi::start().await;
    let push = MemoryPush::proven(b"{}".to_vec(), SystemClock.now());
    for place in ["main/hush/contact", "main/hush-hush!/contact", "other/hush-hush/contact", "%20/x/contact"]
    {
        deliver(&api, place, &push).await.problem(404, "not_found");
    }
    let unknown_kind = deliver(&api, &own_place("weather"), &push).await;
    unknown_kind.problem(404, "not_found");
    let asked = send(api.bare(Method::GET, &format!("/ingress/{}", own_place("contact")))).await;
    assert_eq!(asked.problem(405, "method_not_allowed").header("allow"), "POST");
}

#[tokio::test]
async fn what_is_unproven_unreadable_or_too_large_is_refused() {
    let api = TestApi::start().await;
    let place = own_place("contact");
    let now = SystemClock.now();
    let bare = MemoryPush { headers: Vec::new(), ..MemoryPush::proven(b"{}".to_vec(), now) };
    deliver(&api, &place, &bare).await.problem(401, "unproven_push");
    let stale = MemoryPush::proven(b"{}".to_vec(), now - Duration::from_secs(3600));
    deliver(&api, &place, &stale).await.problem(401, "unproven_push");
    let broken = MemoryPush::proven(b"{broken".to_vec(), now);
    deliver(&api, &place, &broken).await.problem(400, "unreadable_body");
    let large = MemoryPush::proven(vec![b' '; 1024 * 1024 + 1], now);
    deliver(&api, &place, &large).await.problem(413, "body_too_large");
}
