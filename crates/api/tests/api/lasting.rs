//! What lasts longer than a request: streams end with the key they came with, and whoever waits is in nobody's way.

use crate::following::Stream;
use crate::test_api::{Place, TestApi, people, send, task};
use futures_util::stream;
use outdial_engine::provider::{MemoryOptions, MemoryProvider, Staging};
use outdial_model::SystemClock;
use reqwest::{Body, Method};
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// A key of its own, and its id.
async fn another_key(api: &TestApi) -> (String, String) {
    let key = api.key_of("acme").await;
    let newest = api.get("/v1/api_keys?limit=1").await;
    (key, newest.text("/data/0/id").to_owned())
}

async fn revoke(api: &TestApi, id: &str) {
    let revoked = api.request(Method::DELETE, &format!("/v1/api_keys/{id}")).send().await.unwrap();
    assert_eq!(revoked.status(), 204);
}

#[tokio::test]
async fn who_follows_events_with_a_revoked_key_is_told_nothing_more() {
    let api = TestApi::start().await;
    let (key, id) = another_key(&api).await;
    let followed = api.bare(Method::GET, "/v1/events/stream").bearer_auth(&key).send().await.unwrap();
    let mut stream = Stream::of(followed);
    stream.next().await.unwrap();
    api.create_task(0).await;
    assert_eq!(stream.event().await.1, "task.created");
    revoke(&api, &id).await;
    api.create_task(0).await;
    while let Some(block) = stream.next().await {
        assert!(block.event.is_none(), "{block:?}");
    }
    assert_eq!(send(api.bare(Method::GET, "/v1/events/stream").bearer_auth(&key)).await.status, 401);
}

#[tokio::test]
async fn a_stream_of_contacts_stops_when_its_key_is_revoked_and_tells_what_it_took() {
    let api = TestApi::start_patiently(Duration::from_secs(20)).await;
    let (key, id) = another_key(&api).await;
    let task = api.create_task(0).await;
    let (feed, pieces) = mpsc::channel::<String>(1);
    let body = stream::unfold(pieces, async |mut pieces| {
        pieces.recv().await.map(|piece| (Ok::<_, Infallible>(piece), pieces))
    });
    let path = format!("/v1/tasks/{task}/contacts");
    let request =
        api.bare(Method::POST, &path).bearer_auth(&key).header("content-type", "application/x-ndjson");
    let answer = tokio::spawn(send(request.body(Body::wrap_stream(Box::pin(body)))));
    let lines =
        |from: usize| people(from..from + 1000).iter().map(|one| format!("{one}\n")).collect::<String>();
    feed.send(lines(0)).await.unwrap();
    api.wait_for(&format!("/v1/tasks/{task}"), |task| task["counts"]["total"] == 1000).await;
    revoke(&api, &id).await;
    feed.send(lines(1000)).await.unwrap();
    let answer = answer.await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body["accepted"]), (202, &json!(1000)), "{}", answer.body);
    assert_eq!(
        (answer.text("/stopped/code"), &answer.body["stopped"]["line"]),
        ("unauthenticated", &json!(1001))
    );
    assert_eq!(api.get(&format!("/v1/tasks/{task}")).await.body["counts"]["total"], 1000);
}

#[tokio::test]
async fn whoever_waits_takes_nobodys_place() {
    let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
    let narrow = Place { requests_at_once: 2, ..Place::default() };
    let api = TestApi::start_at(MemoryProvider::new(options), narrow).await;
    let mut held = Vec::new();
    // Beside the first there is room for a look. Beside both there is not, if those who wait were counted.
    for _ in 0..2 {
        let mut later = task();
        later["schedule"] = json!({"not_before": "2099-01-01T00:00:00Z"});
        let id = api.post("/v1/tasks", &later).await.text("/id").to_owned();
        let start = api.request(Method::POST, &format!("/v1/tasks/{id}/start")).header("prefer", "wait=5");
        held.push(tokio::spawn(send(start)));
        api.wait_for(&format!("/v1/tasks/{id}"), |task| task["desired_status"] == "running").await;
    }
    assert_eq!(api.get("/v1/tasks").await.status, 200);
    assert!(held.iter().all(|start| !start.is_finished()), "they are held");
    for start in held {
        let started = start.await.unwrap();
        assert_eq!((started.status.as_u16(), started.header("preference-applied")), (202, "wait=5"));
    }
}
