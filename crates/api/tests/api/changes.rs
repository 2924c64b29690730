//! Changing a task: merge patch, ETag, what stays as it is.

use crate::test_api::{TestApi, send, task};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn what_a_patch_leaves_out_stays() {
    let api = TestApi::start().await;
    let mut task = task();
    task["metadata"] = json!({"team": "billing", "wave": "1"});
    task["callers"] = json!(["+862155550000"]);
    task["schedule"] = json!({
        "not_before": "2030-01-01T09:00:00+08:00",
        "windows": [{"days": ["mon", "fri"], "from": "09:00", "to": "24:00"}],
    });
    let created = api.post("/v1/tasks", &task).await;
    assert_eq!(created.text("/schedule/not_before"), "2030-01-01T01:00:00.000Z");
    let path = format!("/v1/tasks/{}", created.text("/id"));
    let change =
        json!({"name": "April", "metadata": {"team": null, "wave": "2"}, "retry": {"max_attempts": 3}});
    let request = api.request(Method::PATCH, &path).header("content-type", "application/merge-patch+json");
    let patched = send(request.body(change.to_string())).await;
    assert_eq!(patched.status, 202, "{}", patched.body);
    assert_eq!(patched.text("/name"), "April");
    assert_eq!(patched.body["metadata"], json!({"wave": "2"}));
    assert_eq!(patched.body["retry"], json!({"max_attempts": 3, "interval_seconds": 600}));
    for kept in ["schedule", "callers", "script", "account", "pacing"] {
        assert_eq!(patched.body[kept], created.body[kept], "{kept}");
    }
    let reset = api.patch(&path, &json!({"retry": null, "callers": null})).await;
    assert_eq!(reset.body["retry"], json!({"max_attempts": 1, "interval_seconds": 600}));
    assert_eq!(reset.body["callers"], json!([]));
}

#[tokio::test]
async fn a_change_meant_for_an_older_revision_is_not_made() {
    let api = TestApi::start().await;
    let created = api.post("/v1/tasks", &task()).await;
    let path = format!("/v1/tasks/{}", created.text("/id"));
    let (first, name) = (created.header("etag"), |name: &str| json!({"name": name}));
    let patch = |tag: String, name: serde_json::Value| {
        send(api.request(Method::PATCH, &path).header("if-match", tag).json(&name))
    };
    let changed = patch(first.to_owned(), name("one")).await;
    assert_eq!(changed.status, 202);
    assert_ne!(changed.header("etag"), first);
    patch(first.to_owned(), name("two")).await.problem(412, "stale");
    patch("\"nonsense\"".to_owned(), name("two")).await.problem(412, "stale");
    assert_eq!(api.get(&path).await.text("/name"), "one");
    assert_eq!(patch("*".to_owned(), name("three")).await.status, 202);
    let either = format!("\"x\", {}", api.get(&path).await.header("etag"));
    assert_eq!(patch(either, name("four")).await.text("/name"), "four");
}

#[tokio::test]
async fn what_a_task_keeps_is_refused_with_a_pointer() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}");
    let change = json!({"account": "other", "contacts": [], "external_id": "x", "status": "running"});
    let answer = api.patch(&path, &change).await.problem(422, "validation_failed");
    assert_eq!(
        answer.errors(),
        [
            ("#/account", "immutable_field"),
            ("#/external_id", "immutable_field"),
            ("#/contacts", "immutable_field"),
            ("#/status", "unknown_field"),
        ]
    );
    let change = json!({"retry": {"max_attempts": "many"}, "script": {"template_id": null}});
    let answer = api.patch(&path, &change).await.problem(422, "validation_failed");
    assert_eq!(
        answer.errors(),
        [("#/script/template_id", "missing_field"), ("#/retry/max_attempts", "wrong_type")]
    );
    let answer = api.patch(&path, &json!({"provider_options": {"memory": {"x": 1}}})).await;
    assert_eq!(
        answer.problem(422, "validation_failed").errors(),
        [("#/provider_options/memory/x", "unknown_field")]
    );
}
