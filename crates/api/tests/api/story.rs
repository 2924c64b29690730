//! The main story: create, add, start, pause, resume, read what happened, stop.

use crate::test_api::{TestApi, people, send, task_with};
use outdial_model::Disposition;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_task_from_its_draft_to_what_happened_to_each_person() {
    let api = TestApi::start().await;
    let created = api.post("/v1/tasks", &task_with(2)).await;
    assert_eq!(created.status, 202);
    assert_eq!(created.body["status"], "draft");
    assert_eq!(created.body["provider"], "memory");
    assert_eq!(created.body["counts"]["total"], 2);
    assert_eq!(created.body["counts"]["queued"], 2);
    assert_eq!(created.body["counts"]["unknown"], 0);
    assert_eq!(created.body["segments"], json!([]));
    let path = created.header("location").to_owned();
    assert_eq!(path, format!("/v1/tasks/{}", created.text("/id")));

    let added = api.post(&format!("{path}/contacts"), &json!({"contacts": people(1..3)})).await;
    assert_eq!(added.status, 202);
    assert_eq!((&added.body["accepted"], &added.body["existing"]), (&json!(1), &json!(1)));

    let started = send(api.request(Method::POST, &format!("{path}/start")).header("prefer", "wait=20")).await;
    assert_eq!(started.header("preference-applied"), "wait=20");
    assert_eq!((started.text("/status"), started.text("/desired_status")), ("running", "running"));
    api.wait_for(&path, |task| task["counts"]["dialing"] == 3).await;

    let paused = send(api.request(Method::POST, &format!("{path}/pause")).header("prefer", "wait=20")).await;
    assert_eq!(paused.text("/status"), "paused");
    let resumed =
        send(api.request(Method::POST, &format!("{path}/resume")).header("prefer", "wait=20")).await;
    assert_eq!(resumed.text("/status"), "running");

    assert_eq!(api.vendor.finish_all(Disposition::AnsweredHuman), 3);
    let done = api.wait_for(&path, |task| task["status"] == "completed").await;
    assert_eq!(done["counts"]["completed"], 3);
    assert_eq!(done["dispositions"]["answered_human"], 3);
    assert_eq!(done["segments"][0]["status"], "completed");

    let stats = api.get(&format!("{path}/stats")).await;
    assert_eq!((&stats.body["finished"], &stats.body["answer_rate"]), (&json!(3), &json!(1.0)));
    let segments = api.get(&format!("{path}/segments")).await;
    assert_eq!(segments.body["data"].as_array().unwrap().len(), 1);

    let contacts = api.get(&format!("{path}/contacts?disposition=answered_human&limit=1")).await;
    let contact = &contacts.body["data"][0];
    assert_eq!(contact["phone"], "+8613800000002");
    let id = contact["id"].as_str().unwrap();
    let timeline = api.get(&format!("/v1/contacts/{id}/timeline")).await;
    let types: Vec<_> = timeline.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types.first(), Some(&"contact.accepted"));
    assert!(types.contains(&"contact.completed") && types.contains(&"call.ended"), "{types:?}");

    let calls = api.get(&format!("/v1/calls?contact_id={id}")).await;
    let call = &calls.body["data"][0];
    assert_eq!(call["disposition"], "answered_human");
    let call = api.get(&format!("/v1/calls/{}", call["id"].as_str().unwrap())).await;
    assert_eq!(call.text("/contact_id"), id);
}

#[tokio::test]
async fn what_is_over_stays_over() {
    let api = TestApi::start().await;
    let id = api.create_task(1).await;
    let stopped =
        send(api.request(Method::POST, &format!("/v1/tasks/{id}/stop")).header("prefer", "wait=20")).await;
    assert_eq!(stopped.text("/status"), "stopped");
    assert_eq!(stopped.body["counts"]["cancelled"], 1);
    api.post(&format!("/v1/tasks/{id}/start"), &json!({})).await.problem(409, "wrong_state");
    let more = json!({"contacts": people(5..6)});
    api.post(&format!("/v1/tasks/{id}/contacts"), &more).await.problem(409, "wrong_state");
    api.patch(&format!("/v1/tasks/{id}"), &json!({"name": "x"})).await.problem(409, "wrong_state");
    assert_eq!(api.get(&format!("/v1/tasks/{id}/stats")).await.body["counts"]["total"], 1);
}

#[tokio::test]
async fn a_contact_is_taken_back_while_it_is_with_us() {
    let api = TestApi::start().await;
    let id = api.create_task(1).await;
    let contacts = api.get(&format!("/v1/tasks/{id}/contacts?status=queued")).await;
    let contact = contacts.text("/data/0/id");
    let cancelled = api.post(&format!("/v1/contacts/{contact}/cancel"), &json!({})).await;
    assert_eq!((cancelled.status.as_u16(), cancelled.text("/status")), (202, "cancelled"));
    api.post(&format!("/v1/contacts/{contact}/cancel"), &json!({})).await.problem(409, "wrong_state");
    assert_eq!(api.get(&format!("/v1/contacts/{contact}")).await.text("/status"), "cancelled");
}

#[tokio::test]
async fn the_same_external_id_is_no_second_task() {
    let api = TestApi::start().await;
    let mut task = task_with(0);
    task["external_id"] = json!("crm-1");
    let first = api.post("/v1/tasks", &task).await;
    let second = api.post("/v1/tasks", &task).await.problem(409, "external_id_taken");
    assert!(second.text("/detail").contains(first.text("/id")), "{}", second.body);
    let found = api.get("/v1/tasks?external_id=crm-1").await;
    assert_eq!(found.body["data"].as_array().unwrap().len(), 1);
}
