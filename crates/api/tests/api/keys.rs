//! API keys and the audit log, over the API.

use crate::test_api::{TestApi, good_for, send, task_with};
use outdial_model::Scope;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const PATH: &str = "/v1/api_keys";

async fn status_with(api: &TestApi, key: &str, path: &str) -> u16 {
    send(api.bare(Method::GET, path).bearer_auth(key)).await.status.as_u16()
}

#[tokio::test]
async fn a_key_is_made_used_seen_and_revoked() {
    let api = TestApi::start().await;
    let form = json!({"name": "CRM", "scopes": ["tasks:read"], "expires_at": "2099-01-01T00:00:00Z"});
    let made = api.post(PATH, &form).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let key = made.text("/key");
    assert!(key.starts_with("odk_live_"), "{key}");
    assert_eq!(status_with(&api, key, "/v1/tasks").await, 200);
    assert_eq!(status_with(&api, key, "/v1/calls").await, 403);
    let path = made.header("location").to_owned();
    let seen = api.get(&path).await;
    assert_eq!((seen.text("/name"), seen.text("/mode"), &seen.body["key"]), ("CRM", "live", &Value::Null));
    let list = api.get(PATH).await.body.to_string();
    assert!(list.contains(seen.text("/id")) && !list.contains(key), "{list}");

    assert_eq!(send(api.request(Method::DELETE, &path)).await.status, 204);
    assert_eq!(status_with(&api, key, "/v1/tasks").await, 401);
    assert_ne!(api.get(&path).await.body["revoked_at"], Value::Null);
}

#[tokio::test]
async fn a_request_sent_again_makes_no_second_key_and_shows_no_text() {
    let api = TestApi::start().await;
    let form = json!({"name": "CRM", "scopes": ["tasks:read"]});
    let again =
        async || send(api.request(Method::POST, PATH).header("idempotency-key", "one").json(&form)).await;
    let (first, second) = (again().await, again().await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.text("/id"), second.text("/id"));
    assert!(first.body["key"].is_string() && second.body["key"].is_null(), "{}", second.body);
    assert_eq!(api.get(PATH).await.body["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_pointer() {
    let api = TestApi::start().await;
    for (form, place, code) in [
        (json!({"scopes": ["tasks:read"]}), "#/name", "missing_field"),
        (json!({"name": "x", "scopes": []}), "#/scopes", "required"),
        (json!({"name": "x", "scopes": ["everything"]}), "#/scopes/0", "unknown_value"),
        (json!({"name": "x", "scopes": ["admin"], "mode": "dry"}), "#/mode", "unknown_value"),
        (
            json!({"name": "x", "scopes": ["admin"], "expires_at": "2020-01-01T00:00:00Z"}),
            "#/expires_at",
            "in_the_past",
        ),
        (json!({"name": "a\u{7}b", "scopes": ["admin"]}), "#/name", "invalid_name"),
        (json!({"name": "x", "scopes": ["admin"], "tenant": "globex"}), "#/tenant", "unknown_field"),
    ] {
        let answer = api.post(PATH, &form).await.problem(422, "validation_failed");
        assert_eq!(answer.errors(), [(place, code)], "{form}");
    }
}

#[tokio::test]
async fn a_test_key_makes_test_keys_only() {
    let api = TestApi::start().await;
    let made = api.post(PATH, &json!({"name": "trial", "scopes": ["admin"], "mode": "test"})).await;
    let key = made.text("/key");
    let with_it = |form: Value| send(api.bare(Method::POST, PATH).bearer_auth(key).json(&form));
    let child = with_it(json!({"name": "child", "scopes": ["tasks:read"]})).await;
    assert_eq!((child.status.as_u16(), child.text("/mode")), (201, "test"));
    let refused = with_it(json!({"name": "child", "scopes": ["admin"], "mode": "live"})).await;
    assert_eq!(refused.problem(422, "validation_failed").errors(), [("#/mode", "test_only")]);
    let seen = send(api.bare(Method::GET, PATH).bearer_auth(key)).await;
    assert_eq!(seen.body["data"].as_array().unwrap().len(), 2, "{}", seen.body);
    assert_eq!(api.get(PATH).await.body["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn who_did_what_to_what_is_written_down() {
    let api = TestApi::start().await;
    let task = api.create_task(1).await;
    api.post(&format!("/v1/tasks/{task}/start"), &json!({})).await;
    let reader = api.key_with("acme", good_for(&[Scope::TasksRead])).await;
    let stop = format!("/v1/tasks/{task}/stop");
    let refused =
        send(api.bare(Method::POST, &stop).bearer_auth(&reader)).await.problem(403, "insufficient_scope");
    api.get(&format!("/v1/tasks/{task}")).await;

    let log = api.get(&format!("/v1/audit?target={task}")).await.body;
    let told: Vec<_> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["operation"].as_str().unwrap(), entry["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, [("stop_task", 403), ("start_task", 202), ("create_task", 202)], "{log}");
    assert_eq!(log["data"][0]["request_id"], refused.body["request_id"]);
    let actors: Vec<_> =
        log["data"].as_array().unwrap().iter().map(|entry| entry["actor"].as_str().unwrap()).collect();
    assert!(actors.iter().all(|actor| actor.starts_with("key_")) && actors[0] != actors[1], "{actors:?}");
    let stranger = api.key_of("globex").await;
    let theirs = send(api.bare(Method::GET, "/v1/audit").bearer_auth(&stranger)).await;
    assert_eq!(theirs.body["data"], json!([]));
}

#[tokio::test]
async fn what_names_nothing_is_not_written_down() {
    let api = TestApi::start().await;
    for path in ["/v1/contacts/+8613800001234/cancel", "/v1/accounts/8613800001234/check"] {
        assert_eq!(api.post(path, &json!({})).await.status, 404, "{path}");
    }
    let log = api.get("/v1/audit").await.body;
    assert_eq!(log["data"].as_array().unwrap().len(), 2, "{log}");
    assert!(!log.to_string().contains("13800001234"), "{log}");
}

#[tokio::test]
async fn whoever_leaves_in_the_middle_is_written_down_all_the_same() {
    let api = TestApi::start().await;
    let mut task = task_with(1);
    task["schedule"] = json!({"start": "immediate"});
    let task = api.post("/v1/tasks", &task).await.text("/id").to_owned();
    api.wait_for(&format!("/v1/tasks/{task}"), |task| task["counts"]["dialing"] == 1).await;
    // Somebody talks, so the answer is held for as long as the client is willing to wait.
    let key = api.key_of("acme").await;
    let mut client = TcpStream::connect(api.url.strip_prefix("http://").unwrap()).await.unwrap();
    let request = format!(
        "POST /v1/emergency_stop HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\nprefer: wait=30\r\n\
         content-length: 0\r\n\r\n"
    );
    client.write_all(request.as_bytes()).await.unwrap();
    api.wait_for("/v1/emergency_stop", |stop| stop["tasks"] == 1).await;
    client.set_zero_linger().unwrap();
    drop(client);
    let log = api.wait_for("/v1/audit", |log| log["data"][0]["operation"] == "stop_everything").await;
    assert_eq!(log["data"][0]["status"], 499, "{log}");
}
