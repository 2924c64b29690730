//! Bad input: every one gets a problem that says what to do, and nothing is stored.

use crate::test_api::{TestApi, people, send, task, task_with};
use reqwest::Method;
use serde_json::{Value, json};

impl TestApi {
    /// Sends a task with `field` set to `value`; it must be refused as a whole.
    async fn refused(&self, field: &str, value: Value) -> crate::test_api::Answer {
        let mut task = task();
        task[field] = value;
        let answer = self.post("/v1/tasks", &task).await.problem(422, "validation_failed");
        assert_eq!(self.get("/v1/tasks").await.body["data"], json!([]), "something was stored");
        answer
    }
}

#[tokio::test]
async fn unreadable_json_is_located_and_not_repeated() {
    let api = TestApi::start().await;
    let body = "{\"name\": \"Ann\",\n \"phone\": +8613800000000}";
    let answer = api.upload("/v1/tasks", "application/json", body).await.problem(400, "invalid_json");
    assert!(answer.text("/detail").contains("line 2, column 11"), "{}", answer.body);
    assert!(!answer.body.to_string().contains("Ann"));
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(40), "]".repeat(40));
    api.upload("/v1/tasks", "application/json", deep).await.problem(400, "invalid_json");
    api.upload("/v1/tasks", "application/json", "").await.problem(400, "invalid_json");
    api.post("/v1/tasks", &json!([])).await.problem(422, "validation_failed");
}

#[tokio::test]
async fn an_unknown_field_is_answered_with_the_nearest_one() {
    let api = TestApi::start().await;
    let answer = api.refused("pacng", json!({})).await;
    assert_eq!(answer.errors(), [("#/pacng", "unknown_field")]);
    assert!(answer.text("/errors/0/detail").contains("`pacing`"), "{}", answer.body);
    let answer = api.refused("schedule", json!({"windows": [{"day": "mon"}]})).await;
    assert_eq!(
        answer.errors(),
        [
            ("#/schedule/windows/0/days", "missing_field"),
            ("#/schedule/windows/0/from", "missing_field"),
            ("#/schedule/windows/0/to", "missing_field"),
            ("#/schedule/windows/0/day", "unknown_field"),
        ]
    );
}

#[tokio::test]
async fn all_fields_at_fault_are_told_at_once() {
    let api = TestApi::start().await;
    let bad = json!({
        "account": 7, "script": {"template_id": null}, "callers": ["+86138"], "default_country": "QQ",
        "schedule": {"start": "later", "not_before": "tomorrow", "time_zone": "Mars/Base"},
        "retry": {"max_attempts": 0}, "metadata": {"team": 1}, "keep_open": "yes",
        "contacts": [{"phone": 138}]
    });
    let answer = api.post("/v1/tasks", &bad).await.problem(422, "validation_failed");
    assert_eq!(
        answer.errors(),
        [
            ("#/name", "missing_field"),
            ("#/account", "wrong_type"),
            ("#/script/template_id", "missing_field"),
            ("#/default_country", "unknown_country"),
            ("#/callers/0", "invalid_phone"),
            ("#/schedule/start", "unknown_value"),
            ("#/schedule/not_before", "invalid_time"),
            ("#/schedule/time_zone", "unknown_time_zone"),
            ("#/retry/max_attempts", "out_of_range"),
            ("#/metadata/team", "wrong_type"),
            ("#/keep_open", "wrong_type"),
            ("#/contacts/0/phone", "wrong_type"),
        ]
    );
}

#[tokio::test]
async fn a_schedule_must_make_sense() {
    let api = TestApi::start().await;
    let answer = api.refused("schedule", json!({"start": "scheduled"})).await;
    assert_eq!(answer.errors(), [("#/schedule/not_before", "missing_field")]);
    let backwards = json!({"not_before": "2030-01-02T00:00:00Z", "not_after": "2030-01-01T00:00:00+08:00"});
    assert_eq!(api.refused("schedule", backwards).await.errors(), [("#/schedule/not_after", "out_of_range")]);
    let past = json!({"not_after": "2020-01-01T00:00:00Z"});
    assert_eq!(api.refused("schedule", past).await.errors(), [("#/schedule/not_after", "in_the_past")]);
    let night = json!({"windows": [{"days": ["mon"], "from": "22:00", "to": "06:00"}]});
    assert_eq!(api.refused("schedule", night).await.errors(), [("#/schedule/windows/0/to", "out_of_range")]);
}

#[tokio::test]
async fn a_thousand_and_one_contacts_are_sent_to_the_stream() {
    let api = TestApi::start().await;
    let answer = api.post("/v1/tasks", &task_with(1001)).await.problem(422, "too_many_contacts");
    assert_eq!(answer.errors(), [("#/contacts", "too_many")]);
    assert!(answer.text("/errors/0/detail").contains("application/x-ndjson"));
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    api.post(&path, &json!({"contacts": people(0..1001)})).await.problem(422, "too_many_contacts");
    assert_eq!(api.get(&format!("/v1/tasks/{id}")).await.body["counts"]["total"], 0);
}

#[tokio::test]
async fn a_phone_that_cannot_be_one_is_pointed_at() {
    let api = TestApi::start().await;
    let people = json!([{"phone": "+8613800000000"}, {"phone": "12"}, {}]);
    let answer = api.refused("contacts", people.clone()).await;
    assert_eq!(
        answer.errors(),
        [("#/contacts/1/phone", "invalid_phone"), ("#/contacts/2/phone", "invalid_phone")]
    );
    let id = api.create_task(0).await;
    let batch = api.post(&format!("/v1/tasks/{id}/contacts"), &json!({"contacts": people})).await;
    assert_eq!((&batch.body["accepted"], &batch.body["rejected"]), (&json!(1), &json!(2)));
    assert_eq!(batch.text("/results/0/status"), "accepted");
    assert_eq!(batch.text("/results/1/error/pointer"), "#/phone");
    assert_eq!(batch.text("/results/1/error/code"), "invalid_phone");
    assert_eq!(api.get(&format!("/v1/tasks/{id}")).await.body["counts"]["queued"], 1);
}

#[tokio::test]
async fn a_batch_of_the_wrong_shape_is_refused_whole() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let batch = json!({"contacts": [{"phone": "+8613800000000"}, {"phone": "+8613800000001", "fone": 1}]});
    let answer = api.post(&path, &batch).await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/contacts/1/fone", "unknown_field")]);
    api.post(&path, &json!({})).await.problem(422, "validation_failed");
    assert_eq!(api.get(&format!("/v1/tasks/{id}")).await.body["counts"]["total"], 0);
}

#[tokio::test]
async fn what_the_account_or_its_vendor_refuses_is_pointed_at_too() {
    let api = TestApi::start().await;
    let answer = api.refused("account", json!("nobody")).await;
    assert_eq!(answer.errors(), [("#/account", "unknown_account")]);
    assert!(answer.text("/errors/0/detail").contains("main"));
    let answer = api.refused("account", json!("Not A Name")).await;
    assert_eq!(answer.errors(), [("#/account", "unknown_account")]);
    let answer = api.refused("script", json!({"template_id": " "})).await;
    assert_eq!(answer.errors(), [("#/script/template_id", "invalid_template_id")]);
    let answer = api.refused("provider_options", json!({"other": {}})).await;
    assert_eq!(answer.errors(), [("#/provider_options/other", "wrong_provider_options")]);
    let answer = api.refused("provider_options", json!({"memory": 1})).await;
    assert_eq!(answer.errors(), [("#/provider_options/memory", "wrong_type")]);
}

#[tokio::test]
async fn a_body_of_another_size_or_type_is_told_the_limits() {
    let api = TestApi::start().await;
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(8 * 1024 * 1024));
    api.upload("/v1/tasks", "application/json", large).await.problem(413, "body_too_large");
    let answer = api.upload("/v1/tasks", "text/plain", "{}").await.problem(415, "unsupported_media_type");
    assert!(answer.text("/detail").contains("application/json"));
    send(api.request(Method::POST, "/v1/tasks").body("{}")).await.problem(415, "unsupported_media_type");
    let id = api.create_task(0).await;
    let answer = api.upload(&format!("/v1/tasks/{id}/contacts"), "text/tab-separated-values", "x").await;
    let answer = answer.problem(415, "unsupported_media_type");
    assert!(answer.text("/detail").contains("text/csv"));
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let api = TestApi::start().await;
    let answer =
        api.get("/v1/tasks?statsu=running&limit=0&created_after=x").await.problem(422, "validation_failed");
    assert_eq!(
        answer.errors(),
        [("created_after", "invalid_time"), ("limit", "out_of_range"), ("statsu", "unknown_field")]
    );
    let answer =
        api.get("/v1/calls?disposition=busy,angry&task_id=x").await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("task_id", "invalid_id"), ("disposition", "unknown_value")]);
    let answer = api.get("/v1/tasks?limit=1&limit=2").await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("limit", "duplicate_parameter")]);
    api.get("/v1/tasks?limit=201").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn what_does_not_exist_is_told_apart_from_what_is_asked_wrongly() {
    let api = TestApi::start().await;
    for path in [
        "/v1/tasks/tsk_0000000000000000000000000a",
        "/v1/tasks/nonsense",
        "/v1/contacts/con_0000000000000000000000000a",
        "/v1/calls/cal_0000000000000000000000000a",
        "/v1/accounts/nobody",
        "/v1/accounts/No%20Name",
        "/v1/providers/nobody",
        "/v1/nothing",
        "/nothing",
        "/problems/nothing",
    ] {
        api.get(path).await.problem(404, "not_found");
    }
    let answer = send(api.request(Method::DELETE, "/v1/tasks")).await.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    let answer = send(api.request(Method::POST, "/livez")).await.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, HEAD");
}
