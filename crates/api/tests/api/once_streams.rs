//! Streams of contacts that are sent again: whole, at the same time, and after they broke off.

use crate::test_api::{Answer, TestApi, send};
use reqwest::{Body, Method};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

const NDJSON: &str = "application/x-ndjson";

/// So many people without keys of their own, a line each; some twice over, for that is the client's business.
fn lines(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, n| {
        writeln!(text, "{{\"phone\": \"+86138{:08}\"}}", n % 2000).unwrap();
        text
    })
}

async fn upload(api: &TestApi, key: &str, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = api.request(Method::POST, path).header("idempotency-key", key);
    send(request.header("content-type", kind).body(body)).await
}

/// Sends until nobody else is sending the same.
async fn upload_when_free(api: &TestApi, key: &str, path: &str, kind: &str, body: &str) -> Answer {
    for _ in 0..200 {
        let answer = upload(api, key, path, kind, body.to_owned()).await;
        if answer.status != 409 {
            return answer;
        }
        answer.problem(409, "idempotency_in_progress");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the key did not become free");
}

fn counts(answer: &Answer) -> [&Value; 3] {
    ["accepted", "existing", "rejected"].map(|name| &answer.body[name])
}

async fn total(api: &TestApi, task: &str) -> Value {
    api.get(&format!("/v1/tasks/{task}")).await.body["counts"]["total"].clone()
}

/// A connection that has sent the head of an upload and `text`, and promises more.
async fn begin(api: &TestApi, key: &str, path: &str, text: &str) -> TcpStream {
    let mut connection = TcpStream::connect(api.url.trim_start_matches("http://")).await.unwrap();
    let token = api.key_of("acme").await;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {NDJSON}\r\ncontent-length: 10000000\r\n\
         idempotency-key: {key}\r\nauthorization: Bearer {token}\r\n\r\n{text}"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection
}

#[tokio::test]
async fn a_stream_sent_again_is_answered_again() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let first = upload(&api, "a", &path, NDJSON, lines(2500)).await;
    assert_eq!(counts(&first), [&json!(2500), &json!(0), &json!(0)], "{}", first.body);
    let again = upload(&api, "a", &path, NDJSON, lines(2500)).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &first.body));
    assert_eq!(again.status, first.status);
    upload(&api, "a", &path, NDJSON, lines(2499)).await.problem(422, "idempotency_key_reused");
    let batch = json!({"contacts": [{"phone": "+8613800000000"}]}).to_string();
    upload(&api, "a", &path, "application/json", batch).await.problem(422, "idempotency_key_reused");
    assert_eq!(total(&api, &id).await, 2500);
    // The answer to a very long stream is as bounded as without a key, and kept like that.
    assert_eq!(again.body["results_truncated"], true);
    assert_eq!(again.body["results"].as_array().unwrap().len(), 1000);
}

#[tokio::test]
async fn contacts_of_a_stream_keep_its_order() {
    let api = TestApi::start().await;
    let path = format!("/v1/tasks/{}/contacts", api.create_task(0).await);
    let answer = upload(&api, "a", &path, NDJSON, lines(1000)).await;
    let ids: Vec<_> = answer.body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 1000);
    assert!(ids.is_sorted(), "in the order of their lines");
    let newest = api.get(&path).await;
    assert_eq!(newest.text("/data/0/id"), ids[999]);
}

#[tokio::test]
async fn a_twin_waits_while_the_stream_is_under_way() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let (feed, pieces) = mpsc::channel::<String>(1);
    let body = futures_util::stream::unfold(pieces, async |mut pieces| {
        pieces.recv().await.map(|piece| (Ok::<_, Infallible>(piece), pieces))
    });
    let request = api.request(Method::POST, &path).header("idempotency-key", "a");
    let first =
        tokio::spawn(send(request.header("content-type", NDJSON).body(Body::wrap_stream(Box::pin(body)))));
    feed.send(lines(1000)).await.unwrap();
    let (done, mut is_done) = tokio::sync::oneshot::channel::<()>();
    let feeding = tokio::spawn(async move {
        while is_done.try_recv().is_err() {
            feed.send("\n".into()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        feed.send(lines(1)).await.unwrap();
    });
    api.wait_for(&format!("/v1/tasks/{id}"), |task| task["counts"]["total"] == 1000).await;
    let twin = upload(&api, "a", &path, NDJSON, lines(1000)).await.problem(409, "idempotency_in_progress");
    assert!(twin.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(twin.body["retryable"], true);
    let other = upload(&api, "b", &path, "text/csv", "phone\n+8613900000000\n").await;
    assert_eq!(counts(&other), [&json!(1), &json!(0), &json!(0)], "another key is free");
    done.send(()).unwrap();
    feeding.await.unwrap();
    let first = first.await.unwrap();
    assert_eq!(counts(&first), [&json!(1001), &json!(0), &json!(0)], "{}", first.body);
    assert_eq!(total(&api, &id).await, 1002);
}

#[tokio::test]
async fn a_stream_that_broke_off_is_sent_again_and_nobody_is_added_twice() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let connection = begin(&api, "a", &path, &lines(1500)).await;
    api.wait_for(&format!("/v1/tasks/{id}"), |task| task["counts"]["total"] == 1000).await;
    drop(connection);
    // Broken again before anything came of it: what was known of the first is not forgotten.
    drop(begin(&api, "a", &path, "").await);
    let whole = upload_when_free(&api, "a", &path, NDJSON, &lines(2500)).await;
    assert_eq!(counts(&whole), [&json!(1500), &json!(1000), &json!(0)], "{}", whole.body);
    assert_eq!(total(&api, &id).await, 2500);
    let again = upload(&api, "a", &path, NDJSON, lines(2500)).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &whole.body));
}

#[tokio::test]
async fn a_stream_that_stalls_is_sent_again_at_once() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let mut text = String::from("phone,city\n");
    for n in 0..1200 {
        writeln!(text, "+86138{n:08},Kunming").unwrap();
    }
    // Too long for the server's patience; what came before is kept and told.
    let (feed, pieces) = mpsc::channel::<String>(1);
    feed.send(text.clone()).await.unwrap();
    let body = futures_util::stream::unfold(pieces, async |mut pieces| {
        pieces.recv().await.map(|piece| (Ok::<_, Infallible>(piece), pieces))
    });
    let stalled = upload(&api, "a", &path, "text/csv", Body::wrap_stream(Box::pin(body))).await;
    assert_eq!((stalled.status.as_u16(), stalled.text("/stopped/code")), (202, "request_timeout"));
    assert_eq!(counts(&stalled), [&json!(1000), &json!(0), &json!(0)]);
    drop(feed);
    let whole = upload(&api, "a", &path, "text/csv", text).await;
    assert_eq!(counts(&whole), [&json!(200), &json!(1000), &json!(0)], "{}", whole.body);
    assert!(!whole.headers.contains_key("idempotent-replayed"), "what broke off was not the answer");
    assert_eq!(total(&api, &id).await, 1200);
}

#[tokio::test]
async fn a_stream_that_is_refused_leaves_the_key_free() {
    let api = TestApi::start().await;
    let path = format!("/v1/tasks/{}/contacts", api.create_task(0).await);
    upload(&api, "a", &path, "text/csv", "number\n1\n").await.problem(422, "validation_failed");
    let batch = json!({"contacts": [{"phone": "+8613800000000"}]}).to_string();
    let added = upload(&api, "a", &path, "application/json", batch).await;
    assert_eq!(counts(&added), [&json!(1), &json!(0), &json!(0)], "{}", added.body);
}
