//! Calling people of a task again, over the API.

use crate::test_api::{TestApi, people, send, task_with};
use outdial_model::{ContactId, Disposition};
use reqwest::Method;
use serde_json::{Value, json};

/// A task whose people ended so, one by one; whoever has no end is being dialed.
async fn ended(api: &TestApi, ends: &[Option<Disposition>]) -> String {
    let mut task = task_with(ends.len());
    task["contacts"] = people(0..ends.len())
        .into_iter()
        .map(|mut person| {
            person["variables"] = json!({"due": "12 March"});
            person["name"] = json!("Ada");
            person
        })
        .collect();
    task["metadata"] = json!({"team": "billing"});
    task["schedule"] = json!({"start": "immediate"});
    let task = api.post("/v1/tasks", &task).await.text("/id").to_owned();
    let path = format!("/v1/tasks/{task}");
    api.wait_for(&path, |task| task["counts"]["dialing"] == ends.len()).await;
    for (contact, end) in contacts(api, &task).await.iter().zip(ends) {
        let id: ContactId = contact["id"].as_str().unwrap().parse().unwrap();
        assert!(end.is_none_or(|end| api.vendor.finish(&id, end)));
    }
    let done = ends.iter().flatten().count();
    api.wait_for(&path, |task| task["counts"]["completed"] == done).await;
    task
}

/// Oldest first.
async fn contacts(api: &TestApi, task: &str) -> Vec<Value> {
    let mut found = api.get(&format!("/v1/tasks/{task}/contacts")).await.body["data"].take();
    found.as_array_mut().unwrap().reverse();
    found.as_array().unwrap().clone()
}

#[tokio::test]
async fn whoever_was_missed_is_called_again_and_nobody_else() {
    let api = TestApi::start().await;
    let (missed, busy, human) = (Disposition::NoAnswer, Disposition::Busy, Disposition::AnsweredHuman);
    let first = ended(&api, &[Some(missed), Some(human), Some(busy), None]).await;
    let path = format!("/v1/tasks/{first}/redial");
    let form =
        json!({"dispositions": ["busy", "no_answer"], "external_id": "again", "retry": {"max_attempts": 1}});
    let accepted = send(api.request(Method::POST, &path).header("idempotency-key", "k1").json(&form)).await;
    assert_eq!(accepted.status, 202, "{}", accepted.body);
    let again = accepted.text("/id").to_owned();
    assert_eq!(accepted.header("location"), format!("/v1/tasks/{again}"));
    assert_eq!(accepted.body["filling"], json!({"taken": 0, "people": 2}));
    assert_eq!(accepted.body["redial_of"], first);
    assert_eq!(accepted.body["redial_dispositions"], json!(["no_answer", "busy"]));
    // What is not said is as before.
    assert_eq!(accepted.body["retry"]["max_attempts"], 1);
    let [name, metadata, external_id] =
        ["name", "metadata", "external_id"].map(|field| accepted.body[field].clone());
    assert_eq!((name, metadata), (json!("March reminders"), json!({"team": "billing"})));
    assert_eq!(external_id, "again");
    let twin = send(api.request(Method::POST, &path).header("idempotency-key", "k1").json(&form)).await;
    assert_eq!((twin.text("/id"), twin.header("idempotent-replayed")), (again.as_str(), "true"));

    let full = api.wait_for(&format!("/v1/tasks/{again}"), |task| task["filling"].is_null()).await;
    assert_eq!(full["counts"]["total"], 2);
    let (before, after) = (contacts(&api, &first).await, contacts(&api, &again).await);
    for (copy, contact) in after.iter().zip([&before[0], &before[2]]) {
        for field in ["external_id", "phone", "name", "variables"] {
            assert_eq!(copy[field], contact[field]);
        }
    }
    api.wait_for(&format!("/v1/tasks/{again}"), |task| task["counts"]["dialing"] == 2).await;
    for contact in &after {
        let id: ContactId = contact["id"].as_str().unwrap().parse().unwrap();
        assert!(api.vendor.finish(&id, human));
    }
    api.wait_for(&format!("/v1/tasks/{again}"), |task| task["status"] == "completed").await;

    let listed = api.get(&format!("/v1/tasks?redial_of={first}")).await;
    let ids: Vec<_> = listed.body["data"].as_array().unwrap().iter().map(|task| &task["id"]).collect();
    assert_eq!(ids, [&json!(again)]);
    assert_eq!(api.get(&format!("/v1/tasks/{first}")).await.body["redial_of"], Value::Null);
}

#[tokio::test]
async fn a_redial_that_makes_no_sense_is_refused_with_a_pointer() {
    let api = TestApi::start().await;
    let task = ended(&api, &[Some(Disposition::Busy)]).await;
    let path = format!("/v1/tasks/{task}/redial");
    let over = json!({"not_after": "2020-01-01T00:00:00Z"});
    for (form, place, code) in [
        (json!({}), "#/dispositions", "missing_field"),
        (json!({"dispositions": []}), "#/dispositions", "too_few"),
        (json!({"dispositions": ["unknown"]}), "#/dispositions/0", "unknown_value"),
        (json!({"dispositions": ["no_answer"]}), "#/dispositions", "nobody"),
        (json!({"dispositions": ["busy"], "schedule": over}), "#/schedule/not_after", "in_the_past"),
        (json!({"dispositions": ["busy"], "name": ""}), "#/name", "wrong_length"),
        (json!({"dispositions": ["busy"], "account": "main"}), "#/account", "unknown_field"),
        (json!({"dispositions": ["busy"], "contacts": []}), "#/contacts", "unknown_field"),
    ] {
        let refused = api.post(&path, &form).await.problem(422, "validation_failed");
        assert_eq!(refused.errors(), [(place, code)], "{form}");
    }
    api.post(
        "/v1/tasks",
        &json!({"external_id": "taken", "name": "n", "account": "main",
        "script": {"template_id": "s"}}),
    )
    .await;
    let taken = json!({"dispositions": ["busy"], "external_id": "taken"});
    api.post(&path, &taken).await.problem(409, "external_id_taken");
    let form = json!({"dispositions": ["busy"]});
    let stranger = api.key_of("globex").await;
    let asked = api.bare(Method::POST, &path).bearer_auth(&stranger).json(&form);
    send(asked).await.problem(404, "not_found");
    assert_eq!(api.get(&format!("/v1/tasks?redial_of={task}")).await.body["data"], json!([]));
}

#[tokio::test]
async fn a_redial_that_found_nobody_left_is_over() {
    let api = TestApi::start().await;
    let task = ended(&api, &[Some(Disposition::Busy)]).await;
    let contact = contacts(&api, &task).await[0]["id"].as_str().unwrap().to_owned();
    let form = json!({"dispositions": ["busy"], "schedule": {"start": "immediate"}});
    api.post("/v1/erasures", &json!({"contact_id": contact})).await;
    let again = api.post(&format!("/v1/tasks/{task}/redial"), &form).await.text("/id").to_owned();
    let done = api.wait_for(&format!("/v1/tasks/{again}"), |task| task["status"] == "completed").await;
    assert_eq!((&done["counts"]["total"], &done["filling"]), (&json!(0), &Value::Null));
}
