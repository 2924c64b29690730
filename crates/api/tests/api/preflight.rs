//! What would become of a task, over the API: nothing is stored, and it comes as it was told.

use crate::test_api::{TestApi, people, send, task_with};
use outdial_model::Scope;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/v1/tasks/preflight";

fn outcomes(answer: &Value) -> Vec<(&str, &str)> {
    let contacts = answer["contacts"].as_array().unwrap().iter();
    contacts
        .map(|one| (one["outcome"].as_str().unwrap(), one["reason"].as_str().unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn what_would_become_of_everybody_is_told_and_comes_so() {
    let api = TestApi::start().await;
    // The first number is being dialed, the second is suppressed.
    let mut other = task_with(1);
    other["schedule"] = json!({"start": "immediate"});
    let other = api.post("/v1/tasks", &other).await.text("/id").to_owned();
    api.wait_for(&format!("/v1/tasks/{other}"), |task| task["counts"]["dialing"] == 1).await;
    api.post("/v1/suppressions", &json!({"phone": people(1..2)[0]["phone"]})).await;

    let mut draft = task_with(4);
    draft["pacing"] = json!({"max_concurrent_calls": 2});
    draft["default_country"] = json!("CN");
    let contacts = draft["contacts"].as_array_mut().unwrap();
    contacts[3]["phone"] = json!("13800000003");
    contacts.push(json!({"external_id": "c-3", "phone": "+8613800000009"}));
    let mut asked = draft.clone();
    asked["average_call_seconds"] = json!(20);
    let seen = send(api.request(Method::POST, PATH).header("idempotency-key", "k").json(&asked)).await;
    assert_eq!((seen.status.as_u16(), &seen.body["accepted"]), (200, &json!(true)), "{}", seen.body);
    let expected = [
        ("held", "number_busy"),
        ("skipped", "suppressed"),
        ("dialed", ""),
        ("dialed", ""),
        ("skipped", "duplicate"),
    ];
    assert_eq!(outcomes(&seen.body), expected);
    assert_eq!(seen.text("/contacts/3/phone"), "+8613800000003");
    assert_eq!(
        (&seen.body["dialed"], &seen.body["held"], &seen.body["skipped"]),
        (&json!(3), &json!({"number_busy": 1}), &json!({"duplicate": 1, "suppressed": 1}))
    );
    let estimate = &seen.body["estimate"];
    assert_eq!(estimate["limited_by"], "max_concurrent_calls");
    assert!((40..=42).contains(&estimate["duration_seconds"].as_u64().unwrap()), "two waves: {estimate}");
    let account = &seen.body["accounts"][0];
    assert_eq!((&account["account"], &account["fits"]), (&json!("main"), &json!(true)));

    // Nothing of it is there, and the same comes so.
    assert_eq!(api.get("/v1/tasks").await.body["data"].as_array().unwrap().len(), 1);
    let task = api.post("/v1/tasks", &draft).await;
    assert_eq!((&task.body["counts"]["total"], &task.body["counts"]["cancelled"]), (&json!(4), &json!(1)));
}

#[tokio::test]
async fn why_a_task_would_be_refused_is_told_field_by_field() {
    let api = TestApi::start().await;
    let mut draft = task_with(2);
    draft["contacts"][1]["phone"] = json!("12");
    draft["schedule"] = json!({"not_after": "2020-01-01T00:00:00Z"});
    let seen = api.post(PATH, &draft).await;
    assert_eq!((seen.status.as_u16(), &seen.body["accepted"]), (200, &json!(false)));
    let problems = |answer: &Value| {
        let found = answer.as_array().unwrap().iter();
        found.map(|one| (one["pointer"].clone(), one["code"].clone())).collect::<Vec<_>>()
    };
    let refused = api.post("/v1/tasks", &draft).await.problem(422, "validation_failed");
    assert_eq!(problems(&seen.body["problems"]), problems(&refused.body["errors"]));
    assert_eq!(outcomes(&seen.body), [("skipped", "schedule_over"), ("skipped", "invalid")]);
    assert_eq!(seen.text("/contacts/1/error/pointer"), "#/phone");
    assert_eq!(seen.body["estimate"], Value::Null);

    // A key of the client's that a task has already.
    let mut known = task_with(1);
    known["external_id"] = json!("march");
    assert_eq!(api.post(PATH, &known).await.body["accepted"], true);
    let task = api.post("/v1/tasks", &known).await.text("/id").to_owned();
    let seen = api.post(PATH, &known).await;
    assert_eq!(problems(&seen.body["problems"]), [(json!("#/external_id"), json!("external_id_taken"))]);
    let refused = api.post("/v1/tasks", &known).await.problem(409, "external_id_taken");
    assert_eq!(seen.body["problems"][0]["detail"], refused.body["detail"]);
    assert!(refused.text("/detail").starts_with(&task), "{}", refused.body);

    let mut elsewhere = task_with(1);
    elsewhere["account"] = json!("nowhere");
    let seen = api.post(PATH, &elsewhere).await;
    assert_eq!(problems(&seen.body["problems"]), [(json!("#/account"), json!("unknown_account"))]);
    assert_eq!(seen.body["accounts"][0]["account"], "main", "what else there is");

    let refused = api.post(PATH, &json!({"name": 1})).await.problem(422, "validation_failed");
    assert!(refused.errors().contains(&("#/account", "missing_field")), "{}", refused.body);
    let reader = api.key_with("acme", crate::test_api::good_for(&[Scope::TasksRead])).await;
    let asked = api.bare(Method::POST, PATH).bearer_auth(&reader).json(&task_with(1));
    send(asked).await.problem(403, "insufficient_scope");
}

#[tokio::test]
async fn whoever_would_have_to_wait_for_their_hours_is_told_until_when() {
    let api = TestApi::start().await;
    let mut draft = task_with(1);
    draft["schedule"] = json!({"not_before": "2099-01-01T00:00:00Z", "time_zone": "UTC"});
    let seen = api.post(PATH, &draft).await;
    assert_eq!(outcomes(&seen.body), [("held", "outside_window")]);
    assert_eq!(seen.text("/contacts/0/until"), "2099-01-01T00:00:00.000Z");
    assert_eq!(seen.body["estimate"]["limited_by"], "outside_window");
}
