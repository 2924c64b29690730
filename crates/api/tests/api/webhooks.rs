//! Webhook endpoints over HTTP: what is taken in, what is shown, what can be asked of them.

use crate::test_api::{Answer, TestApi, send, task};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::Duration;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const PATH: &str = "/v1/webhook_endpoints";

/// Somebody who takes everything.
async fn receiver() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_string("thanks"))
        .mount(&server)
        .await;
    server
}

async fn create(api: &TestApi, body: &Value) -> Answer {
    let made = api.post(PATH, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made
}

/// The path of an endpoint that hears of everything.
async fn endpoint(api: &TestApi, server: &MockServer) -> String {
    format!("{PATH}/{}", create(api, &json!({"url": server.uri()})).await.text("/id"))
}

/// Waits until so many deliveries are over; answers the log.
async fn told(api: &TestApi, path: &str, count: usize) -> Vec<Value> {
    let log = format!("{path}/deliveries?status=delivered");
    let lines = |log: &Value| log["data"].as_array().cloned().unwrap_or_default();
    lines(&api.wait_for(&log, |log| lines(log).len() >= count).await)
}

async fn delete(api: &TestApi, path: &str) -> Answer {
    send(api.request(Method::DELETE, path)).await
}

#[tokio::test]
async fn an_endpoint_is_made_read_changed_and_deleted() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let body = json!({"url": server.uri(), "event_types": ["contact.completed"], "description": "CRM", "pii": "masked"});
    let made = create(&api, &body).await;
    let path = format!("{PATH}/{}", made.text("/id"));
    assert_eq!(made.header("location"), path);
    assert!(made.text("/secret").starts_with("whsec_") && made.text("/id").starts_with("whe_"));
    assert_eq!((&made.body["status"], &made.body["pii"]), (&json!("enabled"), &json!("masked")));

    let read = api.get(&path).await;
    assert_eq!(read.body.get("secret"), None, "it was shown once");
    let listed = api.get(PATH).await;
    assert_eq!(listed.body["data"], json!([read.body]));

    let tag = read.header("etag").to_owned();
    let change = json!({"event_types": null, "description": null, "status": "disabled"});
    let patch =
        |tag: &str| send(api.request(Method::PATCH, &path).header("if-match", tag.to_owned()).json(&change));
    let changed = patch(&tag).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.body["event_types"], json!([]));
    assert_eq!((changed.text("/status"), changed.text("/disabled_reason")), ("disabled", "requested"));
    assert_eq!((&changed.body["pii"], &changed.body["url"]), (&json!("masked"), &made.body["url"]));
    patch(&tag).await.problem(412, "stale");

    assert_eq!(delete(&api, &path).await.status, 204);
    api.get(&path).await.problem(404, "not_found");
    delete(&api, &path).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_pointer() {
    let api = TestApi::start().await;
    let refused = |body: Value| {
        let api = &api;
        async move {
            let answer = api.post(PATH, &body).await.problem(422, "validation_failed");
            let errors = answer.errors();
            errors.into_iter().map(|(place, code)| format!("{place} {code}")).collect::<Vec<_>>().join(", ")
        }
    };
    assert_eq!(refused(json!({})).await, "#/url missing_field");
    assert_eq!(refused(json!({"url": 7, "secret": "x"})).await, "#/url wrong_type, #/secret unknown_field");
    let odd = json!({"url": "http://127.0.0.1/", "event_types": ["contact.finished"], "pii": "some", "task_id": "x"});
    assert_eq!(
        refused(odd).await,
        "#/event_types/0 unknown_value, #/task_id unknown_task, #/pii unknown_value"
    );
    let nobodys = json!({"url": "http://127.0.0.1:1024/", "task_id": "tsk_0000000000000000000000000a"});
    assert_eq!(refused(nobodys).await, "#/task_id unknown_task");
    for (url, code) in [
        ("nonsense", "url_refused"),
        ("ftp://127.0.0.1/", "url_refused"),
        ("http://user:secret@127.0.0.1/", "url_refused"),
        ("http://127.0.0.1:22/", "url_refused"),
        ("http://10.0.0.1/", "address_refused"),
        ("http://0xA9FEA9FE/latest/meta-data", "address_refused"),
        ("http://[::ffff:127.0.0.1]:8080/", "address_refused"),
        ("http://nobody.invalid/", "unresolvable"),
    ] {
        assert_eq!(refused(json!({"url": url})).await, format!("#/url {code}"), "{url}");
    }
}

#[tokio::test]
async fn a_url_is_looked_at_again_when_it_changes() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let path = endpoint(&api, &server).await;
    let answer =
        api.patch(&path, &json!({"url": "http://192.168.0.1/"})).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/url", "address_refused")]);
    let answer = api.patch(&path, &json!({"url": null, "uri": "x"})).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/uri", "unknown_field")]);
    let answer = api.patch(&path, &json!({"url": null})).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/url", "missing_field")]);
}

#[tokio::test]
async fn a_request_sent_again_makes_no_second_endpoint_and_shows_the_same_secret() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let again = async |path: &str, body: Value| {
        send(api.request(Method::POST, path).header("idempotency-key", "one").json(&body)).await
    };
    let body = json!({"url": server.uri()});
    let (first, second) = (again(PATH, body.clone()).await, again(PATH, body).await);
    assert_eq!((first.status.as_u16(), &first.body), (201, &second.body));
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(first.header("location"), second.header("location"));
    assert!(!second.headers.contains_key("sealed"));
    assert_eq!(api.get(PATH).await.body["data"].as_array().unwrap().len(), 1);
    let rotate = format!("{PATH}/{}/rotate_secret", first.text("/id"));
    let (rotated, same) = (again(&rotate, json!({})).await, again(&rotate, json!({})).await);
    assert_eq!((rotated.status.as_u16(), &rotated.body), (200, &same.body));
    assert_ne!(rotated.text("/secret"), first.text("/secret"));
    assert!(rotated.text("/old_secret_until") > rotated.text("/updated_at"));
}

#[tokio::test]
async fn other_tenants_endpoints_do_not_exist() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let path = endpoint(&api, &server).await;
    let stranger = api.key_of("globex").await;
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::GET, format!("{path}/deliveries")),
        (Method::POST, format!("{path}/test")),
        (Method::POST, format!("{path}/rotate_secret")),
    ] {
        let request = api.bare(method, &path).bearer_auth(&stranger).json(&json!({}));
        send(request).await.problem(404, "not_found");
    }
    let replay = api.bare(Method::POST, &format!("{path}/replay")).bearer_auth(&stranger);
    send(replay.json(&json!({"since": "2026-01-01T00:00:00Z"}))).await.problem(404, "not_found");
    let list = send(api.bare(Method::GET, PATH).bearer_auth(&stranger)).await;
    assert_eq!(list.body["data"], json!([]));
}

#[tokio::test]
async fn a_test_is_answered_with_what_the_endpoint_said() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let path = endpoint(&api, &server).await;
    let test = api.post(&format!("{path}/test"), &json!({})).await;
    assert_eq!(test.status, 200, "{}", test.body);
    assert_eq!((&test.body["delivered"], &test.body["http_status"]), (&json!(true), &json!(200)));
    assert_eq!(test.text("/answer"), "thanks");
    let message = server.received_requests().await.unwrap().remove(0);
    assert_eq!(message.headers["webhook-id"], test.text("/id"));
    let told: Value = serde_json::from_slice(&message.body).unwrap();
    assert_eq!((&told["type"], &told["id"]), (&json!("webhook_endpoint.test"), &test.body["id"]));
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    api.patch(&path, &json!({"url": format!("http://{gone}/")})).await;
    let test = api.post(&format!("{path}/test"), &json!({})).await;
    assert_eq!((test.status.as_u16(), &test.body["delivered"]), (200, &json!(false)));
    assert_eq!(test.text("/error"), "no connection");
}

#[tokio::test]
async fn the_delivery_log_is_paged_and_filtered() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let path = endpoint(&api, &server).await;
    api.create_task(4).await;
    let log = told(&api, &path, 5).await;
    assert_eq!(log.len(), 5, "a task and four people");
    let mut seen = Vec::new();
    let mut next = format!("{path}/deliveries?limit=2");
    loop {
        let page = api.get(&next).await;
        seen.extend(page.body["data"].as_array().unwrap().iter().map(|line| line["event_id"].clone()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        next = format!("{path}/deliveries?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, log.iter().map(|line| line["event_id"].clone()).collect::<Vec<_>>(), "newest first");
    assert_eq!(api.get(&format!("{path}/deliveries?status=failed,pending")).await.body["data"], json!([]));
    let answer = api.get(&format!("{path}/deliveries?status=lost")).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("status", "unknown_value")]);
}

#[tokio::test]
async fn the_past_can_be_had_again_in_one_of_four_ways() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let path = endpoint(&api, &server).await;
    let first = api.create_task(2).await;
    api.create_task(1).await;
    told(&api, &path, 5).await;
    let replay = format!("{path}/replay");
    for (which, count) in [
        (json!({"task_id": first}), 3),
        (json!({"event_type": "task.created"}), 2),
        (json!({"since": "2020-01-01T00:00:00Z"}), 5),
    ] {
        let before = server.received_requests().await.unwrap().len();
        let asked = api.post(&replay, &which).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        while server.received_requests().await.unwrap().len() < before + count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        told(&api, &path, 5).await;
        assert_eq!(server.received_requests().await.unwrap().len(), before + count, "{which}");
    }
    for bad in [json!({}), json!({"task_id": first, "event_type": "task.created"})] {
        let answer = api.post(&replay, &bad).await.problem(422, "validation_failed");
        assert_eq!(answer.errors(), [("#", "one_of")]);
    }
    api.patch(&path, &json!({"status": "disabled"})).await;
    let refused = api.post(&replay, &json!({"task_id": first})).await.problem(409, "wrong_state");
    assert!(refused.text("/detail").contains("enable it first"));
}

#[tokio::test]
async fn metrics_tell_how_much_waits() {
    let (api, server) = (TestApi::start().await, receiver().await);
    let path = endpoint(&api, &server).await;
    api.post("/v1/tasks", &task()).await;
    told(&api, &path, 1).await;
    let metrics = api.get("/metrics").await;
    let text = metrics.body.as_str().unwrap();
    for line in [
        "outdial_webhook_backlog{state=\"pending\"} 0",
        "outdial_webhook_backlog{state=\"unplanned\"} 0",
        "outdial_webhook_attempts_total{outcome=\"delivered\"} 1",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("whe_"));
}
