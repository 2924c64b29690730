//! What was said in calls, told some time after they ended.

use crate::world::fault;
use outdial_testkit::{Setup, StoreKind, TestApp, until, until_within};
use serde_json::{Value, json};
use std::time::Duration;

const KIND: &str = "tencent_ccc";
const READ: &str = "DescribeTelRecordAsr";
/// A transcript may be asked for a while after it is there.
const PATIENCE: Duration = Duration::from_secs(90);

/// Runs a task with one call that is answered and one that is not; their calls, in this order.
async fn two_calls(app: &TestApp) -> [Value; 2] {
    let task = app.create_task(&app.task(KIND, &["00", "02"])).await;
    app.start(&task).await;
    app.wait_for_status(&task, "completed").await;
    let calls = app.all(&format!("/v1/calls?task_id={task}&limit=50")).await;
    let of =
        |disposition: &str| calls.iter().find(|call| call["disposition"] == disposition).unwrap().clone();
    [of("answered"), of("busy")]
}

/// How often a vendor was asked what was said.
async fn asked(app: &TestApp) -> usize {
    app.vendors().requests().await.iter().filter(|request| request["operation"] == READ).count()
}

/// Waits for what was said in it: who speaks, what, and when.
async fn said(app: &TestApp, call: &Value) -> Vec<(String, String, i64)> {
    let path = format!("/v1/calls/{}", call["id"].as_str().unwrap());
    let look = async || app.get(&path).await.expect(200);
    let is_told = |call: &Value| call["insights"].as_array().is_some_and(|all| !all.is_empty());
    let call = until_within(PATIENCE, "it is told what was said", look, is_told).await;
    let word = |insight: &Value, name: &str| insight[name].as_str().unwrap().to_owned();
    let turn = |insight: &Value| {
        assert_eq!(insight["kind"], "transcript", "{insight:#}");
        (word(insight, "name"), word(insight, "value"), insight["level"].as_i64().unwrap())
    };
    call["insights"].as_array().unwrap().iter().map(turn).collect()
}

pub async fn what_was_said_is_told_when_it_is_there(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    app.vendors().set(&json!({"tencent.asr_delay_seconds": 1_000_000_000})).await;
    let [answered, busy] = two_calls(&app).await;
    assert_eq!((&answered["insights"], &busy["insights"]), (&json!([]), &json!([])), "nobody waited for it");
    until("the vendor is asked", async || asked(&app).await, |times| *times > 0).await;

    app.vendors().set(&json!({"tencent.asr_delay_seconds": 0})).await;

    let turns = said(&app, &answered).await;
    let told: Vec<_> = turns.iter().map(|(_, words, start)| (words.as_str(), *start)).collect();
    let expected = [
        ("Good morning, this is about your payment. Can you pay this week?", 0),
        ("Yes.", 4500),
        ("On Friday?", 5200),
        ("Yes.", 6400),
    ];
    assert_eq!(told, expected);
    assert_eq!((&turns[0].0, &turns[1].0), (&turns[2].0, &turns[3].0), "two speak");
    let path = format!("/v1/calls/{}", busy["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.expect(200)["insights"], json!([]), "nobody spoke there");
    let told = app.get("/v1/events?types=call.updated&limit=50").await.expect(200);
    assert_eq!(told["data"].as_array().unwrap().len(), 1, "{told:#}");
    app.shut_down().await;
}

pub async fn a_vendor_that_does_not_tell_what_was_said_holds_up_nothing(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    app.vendors().set(&json!({"tencent.asr_delay_seconds": 0})).await;
    app.vendors().add_fault(&fault(KIND, READ, "silence", json!({}))).await;
    let [silent, _] = two_calls(&app).await;
    until("the vendor is asked", async || asked(&app).await, |times| *times > 0).await;
    let [other, _] = two_calls(&app).await;
    assert_eq!((&silent["disposition"], &other["disposition"]), (&json!("answered"), &json!("answered")));
    let account = app.get(&format!("/v1/accounts/{KIND}-demo")).await.expect(200);
    assert_eq!(account["breaker"]["state"], "closed", "it is about dialing: {account:#}");

    app.vendors().clear_faults().await;
    for call in [silent, other] {
        assert_eq!(said(&app, &call).await.len(), 4, "{call:#}");
    }
    app.shut_down().await;
}
