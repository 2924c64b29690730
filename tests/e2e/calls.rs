//! Calls to one person, at each vendor's real wire: rung once, and told to their end, whatever becomes of the answer.

use crate::world::{VENDORS, fault};
use outdial_testkit::{Setup, StoreKind, TestApp, until_within};
use serde_json::{Value, json};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// The vendors, with the operation by which a single call rings somebody there.
const RINGING: [(&str, &str); 4] = [
    ("nxtele", "addBatchCall"),
    ("tencent_ccc", "CreateIVRSession"),
    ("tencent_ccc", "CreateAIAgentCall"),
    ("airudder", "uploaddetails"),
];

/// A call at a vendor, to the person of a row.
fn call(app: &TestApp, kind: &str, operation: &str, row: usize) -> Value {
    let task = app.task(kind, &[]);
    let mut call = json!({
        "account": task["account"], "script": task["script"], "phone": app.contact(kind, row, "02")["phone"],
        "expires_seconds": 600,
    });
    if operation == "CreateAIAgentCall" {
        call["script"] = json!({"template_id": "agent:12"});
    }
    call
}

async fn ended(app: &TestApp, placed: &Value) -> Value {
    let path = placed["links"]["contact"].as_str().unwrap().to_owned();
    let look = async || app.get(&path).await.expect(200);
    until_within(PATIENCE, "the call is told to its end", look, |contact| contact["status"] == "completed")
        .await
}

/// A call is rung once and told to its end although its ringing request ends in `mode`.
async fn lives_through(store: StoreKind, mode: Option<&str>) {
    let app = TestApp::with(Setup::on(store)).await;
    for (row, (kind, operation)) in RINGING.into_iter().enumerate() {
        if let Some(mode) = mode {
            app.vendors().add_fault(&fault(kind, operation, mode, json!({"times": 1}))).await;
        }
        let placed = app.post("/v1/calls", &call(&app, kind, operation, row)).await.expect(202);
        assert_eq!(placed["placed"], if kind == "tencent_ccc" { "native" } else { "emulated" }, "{kind}");
        let done = ended(&app, &placed).await;
        assert_eq!(
            (&done["disposition"], &done["calls"]),
            (&json!("busy"), &json!(1)),
            "{operation}: {done:#}"
        );
        app.wait_for_status(placed["task_id"].as_str().unwrap(), "completed").await;
    }
    let rings = app.vendors().rings().await;
    println!("calls: {}: {mode:?}: second rings {}", store.name(), rings.total - rings.numbers);
    assert_eq!((rings.numbers, rings.max_per_number), (RINGING.len() as u64, 1), "{rings:?}");
    app.shut_down().await;
}

pub async fn a_call_rings_once_and_is_told_to_its_end(store: StoreKind) {
    lives_through(store, None).await;
}

pub async fn a_call_that_was_placed_in_silence_is_found_and_not_placed_again(store: StoreKind) {
    lives_through(store, Some("commit_then_silence")).await;
    lives_through(store, Some("reset_mid_body")).await;
}

pub async fn a_call_nobody_can_tell_of_stays_unknown_and_is_not_placed_again(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    app.vendors().add_fault(&fault("tencent_ccc", "CreateIVRSession", "silence", json!({"times": 1}))).await;
    let mut order = call(&app, "tencent_ccc", "CreateIVRSession", 0);
    order["expires_seconds"] = json!(10);
    let placed = app.post("/v1/calls", &order).await.expect(202);
    let task = placed["task_id"].as_str().unwrap();
    app.wait_until(task, "nobody knows", |task| task["counts"]["unknown"] == 1).await;
    let is_late = async || app.get("/v1/tasks").await.expect(200)["data"][0]["schedule"]["not_after"].clone();
    assert_eq!(is_late().await, placed["expires_at"]);
    crate::world::passes(Duration::from_secs(11)).await;
    let still = app.get(&format!("/v1/tasks/{task}")).await.expect(200);
    assert_eq!(still["counts"]["unknown"], 1, "no record proves nothing: {still:#}");
    assert_eq!(app.vendors().rings().await.total, 0);
    let contact = placed["links"]["contact"].as_str().unwrap();
    app.post(&format!("{contact}/resolve"), &json!({"decision": "cancel"})).await.expect(200);
    app.wait_for_status(task, "completed").await;
    app.shut_down().await;
}

pub async fn a_gateway_that_dies_while_a_call_is_placed_places_it_once(store: StoreKind) {
    let mut app = TestApp::with(Setup::on(store)).await;
    for (row, (kind, operation)) in RINGING.into_iter().enumerate() {
        app.vendors().add_fault(&fault(kind, operation, "commit_then_silence", json!({"times": 1}))).await;
        let placed = app.post("/v1/calls", &call(&app, kind, operation, row)).await.expect(202);
        let task = placed["task_id"].as_str().unwrap();
        app.wait_until(task, "it is under way", |task| task["counts"]["queued"] == 0).await;
        app.restart().await;
        ended(&app, &placed).await;
    }
    assert_eq!(app.vendors().rings().await.max_per_number, 1);
    assert!(VENDORS.len() < RINGING.len(), "every vendor is among them");
    app.shut_down().await;
}
