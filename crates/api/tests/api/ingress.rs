//! Pushes of the vendor: who may push what, and what comes of it.

use crate::test_api::{Answer, INGRESS_SECRET, TestApi, send};
use outdial_engine::provider::MemoryPush;
use outdial_model::{Clock, Disposition, SystemClock};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

/// Delivers a push to a place below `/ingress`.
async fn deliver(api: &TestApi, place: &str, push: &MemoryPush) -> Answer {
    let mut request = api.bare(Method::POST, &format!("/ingress/{place}")).body(push.body.clone());
    for (name, value) in &push.headers {
        request = request.header(name, value);
    }
    send(request).await
}

fn own_place(kind: &str) -> String {
    format!("main/{INGRESS_SECRET}/{kind}")
}

#[tokio::test]
async fn a_push_ends_a_call_and_is_acknowledged_in_the_vendor_s_words() {
    let api = TestApi::start().await;
    let task = api.create_task(1).await;
    api.post(&format!("/v1/tasks/{task}/start"), &serde_json::json!({})).await;
    let contacts = format!("/v1/tasks/{task}/contacts");
    let dialing = api.wait_for(&contacts, |page| page["data"][0]["status"] == "dialing").await;
    let id = dialing["data"][0]["id"].as_str().unwrap();
    api.vendor.finish(&id.parse().unwrap(), Disposition::Answered);
    let push = api.vendor.push(&id.parse().unwrap()).unwrap();

    let answer = deliver(&api, &own_place(push.kind), &push).await;

    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let path = format!("/v1/contacts/{id}");
    let contact = api.wait_for(&path, |contact| contact["status"] == "completed").await;
    assert_eq!(contact["disposition"], "answered");
}

#[tokio::test]
async fn who_does_not_know_the_secret_finds_nothing() {
    let api = TestApi::start().await;
    let push = MemoryPush::proven(b"{}".to_vec(), SystemClock.now());
    for place in ["main/hush/contact", "main/hush-hush!/contact", "other/hush-hush/contact", "%20/x/contact"]
    {
        deliver(&api, place, &push).await.problem(404, "not_found");
    }
    // A vendor that signs is granted no tokens.
    for place in [own_place("weather"), own_place("token")] {
        deliver(&api, &place, &push).await.problem(404, "not_found");
    }
    let asked = send(api.bare(Method::GET, &format!("/ingress/{}", own_place("contact")))).await;
    assert_eq!(asked.problem(405, "method_not_allowed").header("allow"), "POST");
}

#[tokio::test]
async fn what_is_unproven_or_too_large_is_refused() {
    let api = TestApi::start().await;
    let place = own_place("contact");
    let now = SystemClock.now();
    let bare = MemoryPush { headers: Vec::new(), ..MemoryPush::proven(b"{}".to_vec(), now) };
    deliver(&api, &place, &bare).await.problem(401, "unproven_push");
    let stale = MemoryPush::proven(b"{}".to_vec(), now - Duration::from_secs(3600));
    deliver(&api, &place, &stale).await.problem(401, "unproven_push");
    let large = MemoryPush::proven(vec![b' '; 1024 * 1024 + 1], now);
    deliver(&api, &place, &large).await.problem(413, "body_too_large");
}

#[tokio::test]
async fn what_is_of_no_use_is_kept_counted_and_listed() {
    let api = TestApi::start().await;
    let (place, now) = (own_place("contact"), SystemClock.now());
    let broken = MemoryPush::proven(b"{broken".to_vec(), now);
    for _ in 0..3 {
        let answer = deliver(&api, &place, &broken).await;
        assert_eq!(answer.status, 200, "the vendor cannot mend it by sending it again");
    }
    let bare = MemoryPush { headers: Vec::new(), ..MemoryPush::proven(b"{}".to_vec(), now) };
    deliver(&api, &place, &bare).await.problem(401, "unproven_push");

    let list = api.get("/v1/accounts/main/pushes").await;
    let told = |n: usize, field: &str| list.body["data"][n][field].clone();
    assert_eq!((told(0, "state"), told(0, "deliveries")), (json!("refused"), json!(1)));
    assert_eq!((told(1, "state"), told(1, "deliveries")), (json!("unusable"), json!(3)));
    assert_eq!(told(1, "reason"), "the push cannot be read");
    assert_eq!((told(1, "kind"), told(1, "bytes")), (json!("contact"), json!(7)));
    assert!(!list.body.to_string().contains("broken"), "what it says is not shown");
    let refused = api.get("/v1/accounts/main/pushes?state=refused&limit=1").await;
    assert_eq!(refused.body["data"][0]["id"], told(0, "id"));
    assert_eq!(api.get("/v1/accounts/main/pushes?state=new,used").await.body["data"], json!([]));
    api.get("/v1/accounts/main/pushes?state=lost").await.problem(422, "validation_failed");
    api.get("/v1/accounts/other/pushes").await.problem(404, "not_found");

    let page = api.get("/metrics").await.body;
    for (outcome, count) in [("unreadable", 3), ("refused", 1)] {
        let labels = format!("provider=\"memory\",account=\"main\",kind=\"contact\",outcome=\"{outcome}\"");
        let sample = format!("outdial_ingress_pushes_total{{{labels}}} {count}");
        assert!(page.as_str().unwrap().contains(&sample), "no {sample} in {page}");
    }
}

#[tokio::test]
async fn a_report_says_what_pushes_told_and_what_only_polling_found() {
    let api = TestApi::start().await;
    let report = api.get("/v1/accounts/main/reconciliation").await;
    assert_eq!((report.text("/verdict"), report.body["days"].as_array().unwrap().len()), ("quiet", 7));
    let task = api.create_task(3).await;
    api.post(&format!("/v1/tasks/{task}/start"), &json!({})).await;
    let contacts = format!("/v1/tasks/{task}/contacts");
    let all = |page: &serde_json::Value, status: &str| {
        page["data"].as_array().unwrap().iter().all(|contact| contact["status"] == status)
    };
    let dialing = api.wait_for(&contacts, |page| all(page, "dialing")).await;
    for contact in dialing["data"].as_array().unwrap() {
        let id = contact["id"].as_str().unwrap().parse().unwrap();
        api.vendor.finish(&id, Disposition::Answered);
        deliver(&api, &own_place("contact"), &api.vendor.push(&id).unwrap()).await;
    }
    let done = api.wait_for(&contacts, |page| all(page, "completed")).await;
    assert_eq!(done["data"][0]["confidence"], "confirmed");
    let told = |report: &serde_json::Value| {
        let outcomes = &report["outcomes"];
        let of = |name: &str| outcomes[name].as_u64().unwrap();
        of("by_push") + of("by_push_and_polling") + of("pushed_later")
    };
    let report = api.wait_for("/v1/accounts/main/reconciliation", |report| {
        told(report) == 3 && report["pushes"]["used"] == 3
    });
    let report = report.await;
    assert_eq!((&report["verdict"], &report["outcomes"]["only_by_polling"]), (&json!("arriving"), &json!(0)));
    assert!(report["last_push_at_by_kind"]["contact"].is_string(), "{report:#}");
    api.get("/v1/accounts/other/reconciliation").await.problem(404, "not_found");
}
