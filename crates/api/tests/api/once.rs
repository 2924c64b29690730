//! Requests that have their effect once: what a client that got no answer relies on.

use crate::safety::{before_a_blind_vendor, lose};
use crate::test_api::{Answer, TestApi, everything, people, send, task, task_with};
use outdial_engine::KeyTerms;
use outdial_engine::provider::{NextAnswer, Operation};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

fn keyed(api: &TestApi, key: &str, path: &str) -> RequestBuilder {
    api.request(Method::POST, path).header("idempotency-key", key)
}

async fn once(api: &TestApi, key: &str, path: &str, body: &Value) -> Answer {
    send(keyed(api, key, path).json(body)).await
}

/// Asserts that it is an answer that was given before.
fn replayed(answer: Answer) -> Answer {
    assert!(answer.status.is_success(), "{}", answer.body);
    assert_eq!(answer.header("idempotent-replayed"), "true");
    answer
}

/// Asserts that it is an answer to something that was just done.
fn done(answer: Answer) -> Answer {
    assert!(answer.status.is_success(), "{}", answer.body);
    assert!(!answer.headers.contains_key("idempotent-replayed"));
    answer
}

async fn tasks(api: &TestApi) -> usize {
    api.get("/v1/tasks").await.body["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_request_sent_again_is_answered_again_and_does_nothing() {
    let api = TestApi::start().await;
    let post = async || {
        let request = keyed(&api, "order-7", "/v1/tasks").json(&task_with(2));
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, response.bytes().await.unwrap())
    };
    let (first, again) = (post().await, post().await);
    assert_eq!((first.0.as_u16(), again.0), (202, first.0));
    assert_eq!(first.2, again.2, "the same bytes");
    for header in ["location", "etag", "content-type", "cache-control"] {
        assert_eq!(first.1[header], again.1[header], "{header}");
    }
    assert_eq!(again.1["idempotent-replayed"], "true");
    assert!(!first.1.contains_key("idempotent-replayed"));
    assert_ne!(first.1["x-request-id"], again.1["x-request-id"], "the request is another one");
    assert_eq!(tasks(&api).await, 1);
}

#[tokio::test]
async fn neither_quotes_nor_the_order_of_fields_make_another_request() {
    let api = TestApi::start().await;
    let post = async |key: &str, body: &str| {
        let request = keyed(&api, key, "/v1/tasks").header("content-type", "application/json");
        send(request.body(body.to_owned())).await
    };
    let first = done(post("a", r#"{"name":"x","account":"main","script":{"template_id":"s"}}"#).await);
    let other = r#"{ "script": {"template_id": "s"}, "account": "main", "name": "\u0078" }"#;
    assert_eq!(replayed(post("\"a\"", other).await).body, first.body);
    assert_eq!(tasks(&api).await, 1);
}

#[tokio::test]
async fn a_key_is_good_for_one_request() {
    let api = TestApi::start().await;
    let first = done(once(&api, "a", "/v1/tasks", &task()).await).text("/id").to_owned();
    once(&api, "a", "/v1/tasks", &task_with(1)).await.problem(422, "idempotency_key_reused");
    let second = done(once(&api, "b", "/v1/tasks", &task()).await).text("/id").to_owned();
    assert_eq!(tasks(&api).await, 2);
    // Another route is another scope, another path on it another request.
    let start = |id: &str| format!("/v1/tasks/{id}/start");
    done(once(&api, "a", &start(&first), &json!({})).await);
    once(&api, "a", &start(&second), &json!({})).await.problem(422, "idempotency_key_reused");
    assert_eq!(api.get(&format!("/v1/tasks/{second}")).await.text("/status"), "draft");
    // Another tenant's key is another key.
    let stranger = api.key_of("globex").await;
    let request = api.bare(Method::POST, "/v1/tasks").bearer_auth(&stranger);
    let other = done(send(request.header("idempotency-key", "a").json(&task())).await);
    assert_ne!(other.text("/id"), first);
    assert_eq!(tasks(&api).await, 2);
}

#[tokio::test]
async fn a_failure_leaves_the_key_free() {
    let api = TestApi::start().await;
    let mut bad = task_with(1);
    bad["contacts"][0]["phone"] = json!("+86138");
    once(&api, "a", "/v1/tasks", &bad).await.problem(422, "validation_failed");
    let broken = keyed(&api, "a", "/v1/tasks").header("content-type", "application/json").body("{");
    send(broken).await.problem(400, "invalid_json");
    send(keyed(&api, "a", "/v1/tasks").body("text")).await.problem(415, "unsupported_media_type");
    let id = done(once(&api, "a", "/v1/tasks", &task_with(1)).await).text("/id").to_owned();

    let resume = format!("/v1/tasks/{id}/resume");
    once(&api, "b", &resume, &json!({})).await.problem(409, "wrong_state");
    api.post(&format!("/v1/tasks/{id}/start"), &json!({})).await;
    api.post(&format!("/v1/tasks/{id}/pause"), &json!({})).await;
    done(once(&api, "b", &resume, &json!({})).await);

    let check = "/v1/accounts/main/check";
    api.vendor.script(Operation::Check, NextAnswer::NotSent);
    once(&api, "c", check, &json!({})).await.problem(504, "provider_unavailable");
    let checked = done(once(&api, "c", check, &json!({})).await);
    assert_eq!(replayed(once(&api, "c", check, &json!({})).await).body, checked.body);
    assert_eq!(api.vendor.requests(Operation::Check), 1, "the first did not arrive, the third was not made");
}

#[tokio::test]
async fn what_was_accepted_is_answered_even_if_it_would_be_refused_now() {
    let api = TestApi::start().await;
    let id = api.create_task(1).await;
    let verb = |verb: &str| format!("/v1/tasks/{id}/{verb}");
    let started = done(once(&api, "a", &verb("start"), &json!({})).await);
    // Nothing to do, and answered: that is kept too.
    let idle = done(once(&api, "b", &verb("start"), &json!({})).await);
    done(once(&api, "c", &verb("stop"), &json!({})).await);
    api.wait_for(&format!("/v1/tasks/{id}"), |task| task["status"] == "stopped").await;
    once(&api, "d", &verb("start"), &json!({})).await.problem(409, "wrong_state");
    assert_eq!(replayed(once(&api, "a", &verb("start"), &json!({})).await).body, started.body);
    assert_eq!(replayed(once(&api, "b", &verb("start"), &json!({})).await).body, idle.body);
    let waiting = keyed(&api, "c", &verb("stop")).header("prefer", "wait=20");
    assert_eq!(replayed(send(waiting).await).text("/status"), "stopping", "as it was accepted");
}

#[tokio::test]
async fn contacts_without_a_key_of_their_own_are_added_once() {
    let api = TestApi::start().await;
    let path = format!("/v1/tasks/{}/contacts", api.create_task(0).await);
    let body =
        json!({"contacts": [{"phone": "+8613800000000"}, {"phone": "1"}, {"phone": "+8613800000001"}]});
    let first = done(once(&api, "a", &path, &body).await);
    let statuses = ["/results/0/status", "/results/1/status", "/results/2/status"].map(|at| first.text(at));
    assert_eq!(statuses, ["accepted", "rejected", "accepted"]);
    assert_eq!(replayed(once(&api, "a", &path, &body).await).body, first.body);
    assert_eq!(api.get(&path).await.body["data"].as_array().unwrap().len(), 2);
    once(&api, "a", &path, &json!({"contacts": people(0..1)})).await.problem(422, "idempotency_key_reused");

    let contact = first.text("/results/2/id");
    let cancel = format!("/v1/contacts/{contact}/cancel");
    let cancelled = done(once(&api, "a", &cancel, &json!({})).await);
    assert_eq!(replayed(once(&api, "a", &cancel, &json!({})).await).body, cancelled.body);
    once(&api, "b", &cancel, &json!({})).await.problem(409, "wrong_state");
}

#[tokio::test]
async fn an_operator_decides_once() {
    let api = before_a_blind_vendor().await;
    let path = lose(&api, 1).await;
    let contact = api.get(&format!("{path}/contacts")).await.text("/data/0/id").to_owned();
    let resolve = format!("/v1/contacts/{contact}/resolve");
    let decided = done(once(&api, "a", &resolve, &json!({"decision": "assume_dialed"})).await);
    let again = replayed(once(&api, "a", &resolve, &json!({"decision": "assume_dialed"})).await);
    assert_eq!(again.body, decided.body);
    let other = once(&api, "a", &resolve, &json!({"decision": "redial"})).await;
    other.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_vendor_s_task_is_taken_over_once() {
    let elsewhere = TestApi::start().await;
    let api = TestApi::start_before(elsewhere.provider.clone()).await;
    let mut task = task_with(1);
    task["schedule"] = json!({"start": "immediate"});
    let id = elsewhere.post("/v1/tasks", &task).await.text("/id").to_owned();
    elsewhere.wait_for(&format!("/v1/tasks/{id}"), |task| task["counts"]["dialing"] == 1).await;
    let path = "/v1/accounts/main/vendor_tasks";
    let adopt = format!("{path}/{}/adopt", api.get(path).await.text("/data/0/ref"));
    let first = done(once(&api, "a", &adopt, &json!({})).await);
    assert_eq!(first.body["segments"][0]["adopted"], true);
    let asked = api.vendor.requests(Operation::GetVendorTask);
    let again = replayed(once(&api, "a", &adopt, &json!({})).await);
    assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
    assert_eq!(api.vendor.requests(Operation::GetVendorTask), asked, "the vendor is not asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_at_the_same_time_make_one_task() {
    let api = TestApi::start().await;
    let twins = (0..100).map(|_| tokio::spawn(send(keyed(&api, "a", "/v1/tasks").json(&task_with(3)))));
    let mut answers = Vec::new();
    for twin in twins.collect::<Vec<_>>() {
        answers.push(twin.await.unwrap());
    }
    let first: Vec<_> =
        answers.iter().filter(|answer| !answer.headers.contains_key("idempotent-replayed")).collect();
    assert_eq!(first.len(), 1, "one did it");
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.body), (202, &first[0].body));
    }
    assert_eq!(tasks(&api).await, 1);
}

/// What has its effect as often as it is sent, or none.
fn each_time_anew(path: &str) -> bool {
    ["/v1/emergency_stop", "/v1/tasks/preflight"].contains(&path)
}

#[tokio::test]
async fn every_documented_post_takes_a_key() {
    let api = TestApi::start().await;
    let strict = KeyTerms { requires_idempotency_key: true, ..everything() };
    let strict = api.key_with("acme", strict).await;
    let document = api.get("/openapi.json").await.body;
    let parameter = json!({"$ref": "#/components/parameters/IdempotencyKey"});
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(operation) = item.get("post").filter(|_| !each_time_anew(path)) else { continue };
        assert!(operation["parameters"].as_array().unwrap().contains(&parameter), "{path}");
        for (status, code) in
            [("400", "key_invalid"), ("400", "key_missing"), ("409", "in_progress"), ("422", "key_reused")]
        {
            let problems = &operation["responses"][status]["content"]["application/problem+json"]["examples"];
            assert!(problems[format!("idempotency_{code}")].is_object(), "{path}: {code}");
        }
        let path = path
            .replace("tasks/{id}", "tasks/tsk_0000000000000000000000000a")
            .replace("contacts/{id}", "contacts/con_0000000000000000000000000a")
            .replace("webhook_endpoints/{id}", "webhook_endpoints/whe_0000000000000000000000000a")
            .replace("{account}", "main");
        for bad in ["two words", "", "a,b", &"k".repeat(256)] {
            once(&api, bad, &path, &json!({})).await.problem(400, "idempotency_key_invalid");
        }
        let request = api.bare(Method::POST, &path).bearer_auth(&strict).json(&json!({}));
        send(request).await.problem(400, "idempotency_key_missing");
        asked += 1;
    }
    assert!(asked >= 10, "{asked} operations are too few to be all");
    let twice = keyed(&api, "a", "/v1/tasks").header("idempotency-key", "b").json(&task());
    send(twice).await.problem(400, "idempotency_key_invalid");
    // With a key, and without writing, a strict API key is as good as any.
    let with = |method, path| api.bare(method, path).bearer_auth(&strict);
    assert_eq!(send(with(Method::GET, "/v1/tasks")).await.status, 200);
    done(send(with(Method::POST, "/v1/tasks").header("idempotency-key", "a").json(&task())).await);
}
