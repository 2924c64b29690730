//! Metrics: what whoever runs the server can watch.

use crate::safety::{before_a_blind_vendor, lose};
use crate::test_api::{TestApi, send};
use reqwest::Method;
use serde_json::{Value, json};

/// The value of a sample, by its name and labels.
fn value(page: &str, sample: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {sample} in:\n{page}")).parse().unwrap()
}

async fn page(api: &TestApi) -> String {
    let answer = api.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    answer.body.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn metrics_are_for_those_with_a_key() {
    let api = TestApi::start().await;
    send(api.bare(Method::GET, "/metrics")).await.problem(401, "unauthenticated");
    for line in page(&api).await.lines() {
        assert!(line.starts_with("# ") || line.starts_with("outdial_"), "{line}");
    }
}

#[tokio::test]
async fn doubts_are_counted_until_they_are_settled() {
    let api = before_a_blind_vendor().await;
    let before = page(&api).await;
    assert_eq!(value(&before, "outdial_dispatch_unknown{account=\"main\"}"), 0.0);
    assert_eq!(value(&before, "outdial_reconcile_lag_seconds{account=\"main\"}"), 0.0);
    assert_eq!(value(&before, "outdial_gate_held{reason=\"outside_window\"}"), 0.0);
    assert_eq!(value(&before, "outdial_breaker_state{account=\"main\"}"), 0.0);

    let path = lose(&api, 1).await;
    let doubtful = page(&api).await;
    assert_eq!(value(&doubtful, "outdial_dispatch_unknown{account=\"main\"}"), 1.0);
    assert!(value(&doubtful, "outdial_reconcile_lag_seconds{account=\"main\"}") >= 0.0);
    let endings = |kind: &str, outcome: &str| {
        let labels = format!("account=\"main\",provider=\"memory\",kind=\"{kind}\",outcome=\"{outcome}\"");
        value(&doubtful, &format!("outdial_dispatches_total{{{labels}}}"))
    };
    assert_eq!(endings("open_segment", "accepted"), 1.0);
    assert_eq!(endings("add_contacts", "unknown"), 1.0);
    assert_eq!(endings("add_contacts", "accepted"), 0.0);

    let contact = api.get(&format!("{path}/contacts")).await.text("/data/0/id").to_owned();
    let decision = json!({"decision": "cancel"});
    assert_eq!(api.post(&format!("/v1/contacts/{contact}/resolve"), &decision).await.status, 200);
    let metrics =
        |page: &Value| page.as_str().map(|page| value(page, "outdial_dispatch_unknown{account=\"main\"}"));
    api.wait_for("/metrics", |page| metrics(page) == Some(0.0)).await;
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_path() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    api.get(&format!("/v1/tasks/{id}")).await;
    api.get("/v1/tasks/tsk_0000000000000000000000000a").await.problem(404, "not_found");
    send(api.bare(Method::GET, "/v1/tasks")).await.problem(401, "unauthenticated");
    api.get("/nowhere/+8613800000000").await.problem(404, "not_found");
    let page = page(&api).await;
    let count = |route: &str, method: &str, status: u16| {
        let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
        value(&page, &format!("outdial_http_requests_total{{{labels}}}"))
    };
    assert_eq!(count("/v1/tasks", "POST", 202), 1.0);
    assert_eq!(count("/v1/tasks/{id}", "GET", 200), 1.0);
    assert_eq!(count("/v1/tasks/{id}", "GET", 404), 1.0);
    assert_eq!(count("/v1/tasks", "GET", 401), 1.0);
    assert_eq!(count("none", "GET", 404), 1.0);
    let within = |bound: &str| {
        let labels = format!("route=\"/v1/tasks/{{id}}\",method=\"GET\",le=\"{bound}\"");
        value(&page, &format!("outdial_http_request_duration_seconds_bucket{{{labels}}}"))
    };
    assert!(within("0.005") <= within("10") && within("10") <= within("+Inf"));
    assert_eq!(within("+Inf"), 2.0, "whatever the status");
    assert!(!page.contains(&id) && !page.contains("+86"), "{page}");
}
