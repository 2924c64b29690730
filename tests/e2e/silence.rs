//! Answers that never come, by chance and at every vendor at once, while the vendors' lists lag behind: nobody is
//! rung twice, nobody is forgotten, and hardly anybody is left to an operator.

use crate::world::{CREATING, LONG, VENDORS, everybody_rung_once, fault, people, provider, running_as};
use outdial_testkit::{Setup, StoreKind, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

/// People of each vendor.
const PEOPLE: usize = if LONG { 1_667 } else { 60 };
/// Simulated seconds in a real one.
const SPEED: f64 = if LONG { 20.0 } else { 40.0 };
/// Lists show what is new after up to thirty simulated seconds; accounts wait longer before they believe one.
const LATEST_LISTED: f64 = 30.0 / SPEED;
const SETTLE_SECONDS: u32 = if LONG { 2 } else { 3 };
/// How long a request is waited for. Beside other stories whatever goes well may take its time, too.
const TIMEOUT_SECONDS: u32 = if LONG { 1 } else { 3 };
/// How often a creating request goes wrong.
const CHANCE: f64 = 0.3;
/// Whoever is unknown for so many seconds is left to an operator.
const HORIZON_SECONDS: u64 = 60;
/// Of a thousand people, as many may be.
const MOST_LEFT_OF_1000: u64 = 5;
const PATIENCE: Duration = Duration::from_secs(if LONG { 3_600 } else { 120 });

pub async fn requests_carried_out_in_silence_while_lists_lag(store: StoreKind) {
    lives_through("carried out, then silence", store, &["commit_then_silence"]).await;
}

pub async fn requests_lost_in_silence_while_lists_lag(store: StoreKind) {
    lives_through("silence", store, &["silence"]).await;
}

pub async fn answers_that_fail_in_every_way_at_once(store: StoreKind) {
    let modes = ["reset_mid_body", "garbage", "slow_body", "wrong_signature", "status", "refuse_connection"];
    lives_through("every way to fail", store, &modes).await;
}

/// A task at each vendor comes to its end although creating requests go wrong by chance, in one of `modes`.
async fn lives_through(name: &str, store: StoreKind, modes: &[&str]) {
    let setup = Setup::on(store).at_speed(SPEED);
    let setup = setup.account_key("settle_seconds", SETTLE_SECONDS);
    let setup = setup.account_key("timeout_seconds", TIMEOUT_SECONDS);
    let app = TestApp::with(setup).await;
    let mut tasks = Vec::new();
    for (place, (kind, hands_over)) in VENDORS.into_iter().enumerate() {
        goes_wrong(&app, kind, hands_over, modes).await;
        let mut draft = app.task(kind, &[]);
        draft["unknown_horizon_seconds"] = json!(HORIZON_SECONDS);
        let people = people(app.site(), kind, place * PEOPLE..(place + 1) * PEOPLE);
        tasks.push(running_as(&app, draft, &people).await);
    }

    let mut left = 0;
    for task in &tasks {
        let done = app.wait_long_until(task, PATIENCE, "nobody is under way any more", is_over).await;
        assert_eq!(number(&done, "completed") + number(&done, "unknown"), PEOPLE as u64, "{done:#}");
        left += number(&done, "unknown");
    }

    let everybody = PEOPLE * VENDORS.len();
    let rings = app.vendors().rings().await;
    println!(
        "silence: {}: {name}: {everybody} people, {} requests in doubt: second rings {}, \
         left to an operator {left} ({:.2} %)",
        store.name(),
        doubts(&app).await,
        rings.total - rings.numbers,
        left as f64 * 100.0 / everybody as f64,
    );
    assert!(
        left * 1000 <= MOST_LEFT_OF_1000 * everybody as u64,
        "{left} of {everybody} are left to an operator"
    );
    if left == 0 {
        everybody_rung_once(&app.vendors(), everybody).await;
    } else {
        assert_eq!(rings.max_per_number, 1, "{rings:?}");
    }
    app.shut_down().await;
}

/// Creating requests of a vendor go wrong by chance, the first that hands people over for certain; what they
/// make is listed late.
async fn goes_wrong(app: &TestApp, kind: &str, hands_over: &str, modes: &[&str]) {
    let possible = |mode: &&&str| **mode != "wrong_signature" || provider(kind) == "nxtele";
    let modes: Vec<_> = modes.iter().filter(possible).collect();
    let vendors = app.vendors();
    vendors.add_fault(&fault(kind, hands_over, modes[0], json!({"times": 1}))).await;
    for operation in CREATING {
        let late = json!({"seconds": [0.0, LATEST_LISTED]});
        vendors.add_fault(&fault(kind, operation, "hide_from_lists", late)).await;
        // Each mode has its turn at what those before it left alone, so that together they come to the chance.
        for (before, mode) in modes.iter().enumerate() {
            let each = CHANCE / modes.len() as f64;
            let mut more = json!({"probability": each / (1.0 - each * before as f64)});
            if **mode == "slow_body" {
                more["seconds"] = json!([0, 2 * TIMEOUT_SECONDS]);
            }
            vendors.add_fault(&fault(kind, operation, mode, more)).await;
        }
    }
}

/// Everybody came to an end, or waits for an operator.
fn is_over(task: &Value) -> bool {
    let asks = task["trouble"].as_str().is_some_and(|trouble| trouble.contains("/resolve"));
    let decided = number(task, "completed") + number(task, "unknown") == PEOPLE as u64;
    task["status"] == "completed" || (asks && decided)
}

fn number(task: &Value, status: &str) -> u64 {
    task["counts"][status].as_u64().unwrap_or(0)
}

/// Creating requests that left the gateway in doubt.
async fn doubts(app: &TestApp) -> u64 {
    let mut doubts = 0;
    for (kind, _) in VENDORS {
        let account = app.get(&format!("/v1/accounts/{kind}-demo")).await.expect(200);
        doubts += account["health"]["unknown_outcomes"].as_u64().unwrap();
    }
    doubts
}
