//! Why something happened to somebody: each step of a timeline has a word for it.

use crate::test_api::{TestApi, people, send, task_with};
use outdial_model::{Clock, ContactId, Disposition, SystemClock, Weekday};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The only contact of a task.
async fn contact(api: &TestApi, task: &str) -> String {
    api.get(&format!("/v1/tasks/{task}/contacts")).await.text("/data/0/id").to_owned()
}

/// What happened to somebody, and why.
async fn told(api: &TestApi, contact: &str) -> Vec<(String, String)> {
    let timeline = api.get(&format!("/v1/contacts/{contact}/timeline")).await;
    let events = timeline.body["data"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let about = events.filter(|event| text(&event["type"]).starts_with("contact."));
    about.map(|event| (text(&event["type"]), text(&event["data"]["cause"]))).collect()
}

#[tokio::test]
async fn every_step_to_the_end_of_a_call_has_its_cause() {
    let api = TestApi::start().await;
    let mut task = task_with(1);
    task["schedule"] = json!({"start": "immediate"});
    let task = api.post("/v1/tasks", &task).await.text("/id").to_owned();
    let path = format!("/v1/tasks/{task}");
    api.wait_for(&path, |task| task["counts"]["dialing"] == 1).await;
    let contact = contact(&api, &task).await;
    assert!(api.vendor.finish(&contact.parse::<ContactId>().unwrap(), Disposition::Busy));
    api.wait_for(&path, |task| task["counts"]["completed"] == 1).await;
    let told = told(&api, &contact).await;
    let told: Vec<_> = told.iter().map(|(kind, cause)| (kind.as_str(), cause.as_str())).collect();
    let expected = [
        ("contact.accepted", "requested"),
        ("contact.submitting", "turn"),
        ("contact.submitted", "vendor"),
        ("contact.dialing", "vendor"),
        ("contact.completed", "vendor"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn whoever_is_not_dialed_is_told_why() {
    let api = TestApi::start().await;
    let phone = people(0..1)[0]["phone"].clone();
    for (way, cause) in [
        ("cancel", "requested"),
        ("stop", "stopping"),
        ("emergency", "emergency_stop"),
        ("erase", "erased"),
        ("over", "schedule_over"),
        // Last, for the number is suppressed from then on.
        ("suppress", "suppressed"),
    ] {
        let mut draft = task_with(1);
        if way == "over" {
            // Its only hour is on another day.
            let soon = SystemClock.now() + Duration::from_secs(2);
            let today = soon.to_zoned(jiff::tz::TimeZone::UTC).weekday().to_monday_zero_offset();
            let day = Weekday::ALL[usize::try_from((today + 3) % 7).unwrap()];
            let window = json!({"days": [day], "from": "09:00", "to": "10:00"});
            draft["schedule"] =
                json!({"start": "immediate", "not_after": soon.to_string(), "windows": [window]});
        }
        let task = api.post("/v1/tasks", &draft).await.text("/id").to_owned();
        let contact = contact(&api, &task).await;
        let post = async |path: String, body: Value| {
            let done = send(api.request(Method::POST, &path).json(&body)).await;
            assert!(done.status.is_success(), "{way}: {}", done.body);
        };
        match way {
            "cancel" => post(format!("/v1/contacts/{contact}/cancel"), json!({})).await,
            "stop" => post(format!("/v1/tasks/{task}/stop"), json!({})).await,
            "emergency" => post("/v1/emergency_stop".into(), json!({})).await,
            "erase" => post("/v1/erasures".into(), json!({"contact_id": contact})).await,
            "suppress" => post("/v1/suppressions".into(), json!({"phone": phone})).await,
            _ => {}
        }
        api.wait_for(&format!("/v1/tasks/{task}"), |task| task["counts"]["queued"] == 0).await;
        let told = told(&api, &contact).await;
        assert_eq!(told.last().unwrap().1, cause, "{way}: {told:?}");
    }
}
