//! The feed: pulled from the beginning or from where a reader stopped, whole or filtered.

use crate::test_api::{TestApi, people, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reads on from a cursor until there is no more; answers the events and where to go on.
async fn read(api: &TestApi, filter: &str, cursor: Option<String>) -> (Vec<Value>, String) {
    let (mut events, mut cursor) = (Vec::new(), cursor);
    loop {
        let after = cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = api.get(&format!("/v1/events?limit=3{filter}{after}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        events.extend(page.body["data"].as_array().unwrap().iter().cloned());
        cursor = Some(page.text("/next_cursor").to_owned());
        if page.body["has_more"] == false {
            return (events, cursor.unwrap());
        }
    }
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_reader_goes_on_where_it_stopped() {
    let api = TestApi::start().await;
    let empty = api.get("/v1/events").await;
    assert_eq!((&empty.body["data"], &empty.body["has_more"]), (&json!([]), &json!(false)));
    let begin = empty.text("/next_cursor").to_owned();

    let task = api.create_task(2).await;
    let (events, cursor) = read(&api, "", Some(begin)).await;
    assert_eq!(types(&events), ["task.created", "contact.accepted", "contact.accepted"]);
    let (nothing, same) = read(&api, "", Some(cursor.clone())).await;
    assert!(nothing.is_empty());
    assert_eq!(same, cursor, "a place to go on from, also when nothing is new");

    api.post(&format!("/v1/tasks/{task}/contacts"), &json!({"contacts": people(5..6)})).await;
    let (more, _) = read(&api, "", Some(cursor)).await;
    assert_eq!(types(&more), ["contact.accepted"]);
    let (all, _) = read(&api, "", None).await;
    assert_eq!(all.len(), 4, "without a cursor from the beginning");
}

#[tokio::test]
async fn an_event_says_whose_it_is_and_what_came_before_it() {
    let api = TestApi::start().await;
    let mut draft = crate::test_api::task_with(1);
    draft["metadata"] = json!({"team": "billing"});
    let task = api.post("/v1/tasks", &draft).await.text("/id").to_owned();
    let contact = api.get(&format!("/v1/tasks/{task}/contacts")).await.text("/data/0/id").to_owned();
    send(api.request(Method::POST, &format!("/v1/contacts/{contact}/cancel"))).await;
    let (events, _) = read(&api, &format!("&contact_id={contact}"), None).await;
    assert_eq!(types(&events), ["contact.accepted", "contact.cancelled"]);
    let cancelled = &events[1];
    for (field, value) in [
        ("api_version", json!("v1")),
        ("tenant_id", json!("acme")),
        ("task_id", json!(task)),
        ("contact_id", json!(contact)),
        ("sequence", json!(2)),
        ("previous_sequence", json!(1)),
    ] {
        assert_eq!(cancelled[field], value, "{field}");
    }
    assert_eq!(cancelled["data"]["metadata"], json!({"team": "billing"}));
    assert_eq!(cancelled["data"]["status"], "cancelled");
    let text = json!(events).to_string();
    assert!(!text.contains("+86138"), "no numbers: {text}");
    let timeline = api.get(&format!("/v1/contacts/{contact}/timeline")).await;
    assert_eq!(timeline.body["data"], json!(events), "the timeline says the same");
}

#[tokio::test]
async fn a_feed_is_filtered_by_task_contact_and_type() {
    let api = TestApi::start().await;
    let (one, other) = (api.create_task(2).await, api.create_task(1).await);
    let (of_one, _) = read(&api, &format!("&task_id={one}"), None).await;
    assert_eq!(types(&of_one), ["task.created", "contact.accepted", "contact.accepted"]);
    let (created, _) = read(&api, "&types=task.created,task.started", None).await;
    assert_eq!(types(&created), ["task.created", "task.created"]);
    let (both, _) = read(&api, &format!("&types=contact.accepted&task_id={other}"), None).await;
    assert_eq!(both.len(), 1);

    let wrong = api.get("/v1/events?types=task.exploded&task_id=con_1&since=yesterday").await;
    let wrong = wrong.problem(422, "validation_failed");
    assert_eq!(
        wrong.errors(),
        [("types", "unknown_value"), ("task_id", "invalid_id"), ("since", "unknown_field")]
    );
}

#[tokio::test]
async fn a_cursor_belongs_to_its_tenant_and_filters() {
    let api = TestApi::start().await;
    api.create_task(1).await;
    let cursor = api.get("/v1/events?limit=1").await.text("/next_cursor").to_owned();
    let path = format!("/v1/events?cursor={cursor}");
    assert_eq!(api.get(&path).await.status, 200);
    api.get(&format!("{path}&types=task.created")).await.problem(400, "invalid_cursor");
    let foreign = api.key_of("globex").await;
    let request = api.bare(Method::GET, &path).bearer_auth(&foreign);
    send(request).await.problem(400, "invalid_cursor");
    let nothing = send(api.bare(Method::GET, "/v1/events").bearer_auth(&foreign)).await;
    assert_eq!(nothing.body["data"], json!([]));
}

#[tokio::test]
async fn nothing_is_missing_between_two_events_of_anybody() {
    let api = TestApi::start().await;
    let task = api.create_task(5).await;
    let path = format!("/v1/tasks/{task}");
    send(api.request(Method::POST, &format!("{path}/start"))).await;
    api.wait_for(&path, |task| task["counts"]["dialing"] == 5).await;
    api.vendor.finish_all(outdial_model::Disposition::AnsweredHuman);
    api.wait_for(&path, |task| task["status"] == "completed").await;
    let (events, _) = read(&api, "", None).await;
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for event in &events {
        let whose = event["contact_id"].as_str().or(event["task_id"].as_str()).unwrap();
        let seen = last.insert(whose, event["sequence"].as_u64().unwrap());
        assert_eq!(event["previous_sequence"], seen.unwrap_or(0), "{event}");
    }
    assert_eq!(last.len(), 6);
    assert_eq!(types(&events).last(), Some(&"task.completed"));
    crate::document::are_told_as_described(&events);
}
