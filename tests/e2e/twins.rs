//! Vendors that carry a creating request out twice: what is there a second time is stopped while it is harmless.
//!
//! Not for: rows that a vendor takes twice into a task that dials already. Nobody can see that in time
//! (docs/safety.md, staging).

use crate::world::{LONG, everybody_rung_once, fault, running};
use outdial_model::Timestamp;
use outdial_testkit::{Setup, StoreKind, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// How far ahead a task that begins by itself begins: as long for the simulated vendor as for us. The second
/// look is after two thirds of it.
const FUSE_SECONDS: u32 = if LONG { 90 } else { 30 };
/// Tasks at each vendor, all of them made twice.
const TASKS: usize = if LONG { 20 } else { 2 };
/// People in each; they are busy, so nobody has to wait for the end of a talk.
const PEOPLE: usize = if LONG { 20 } else { 3 };
const BUSY: &str = "02";
/// How late the lists are about a twin, at most; accounts wait as long before they believe one.
const LATEST_LISTED: u32 = if LONG { 20 } else { 3 };
const PATIENCE: Duration = Duration::from_secs(if LONG { 600 } else { 120 });

/// A vendor's operation that makes a task, and how many twins of it there can be.
const MAKING: [(&str, &str, usize); 3] = [
    // It knows our id, and refuses a second task of it.
    ("nxtele", "createTask", 0),
    ("tencent_ccc", "CreateAutoCalloutTask", 1),
    ("airudder", "createinstance", 1),
];

pub async fn what_a_vendor_makes_twice_is_stopped_before_it_rings(store: StoreKind) {
    stopped_in_time("answered", store, |_, _| Vec::new()).await;
}

pub async fn twins_of_a_request_nobody_answered_are_stopped_before_they_ring(store: StoreKind) {
    let silent = |kind: &str, operation: &str| {
        let late = json!({"seconds": [0, LATEST_LISTED]});
        vec![
            fault(kind, operation, "commit_then_silence", json!({"times": TASKS})),
            fault(kind, operation, "hide_from_lists", late),
        ]
    };
    stopped_in_time("unanswered, lists late", store, silent).await;
}

/// Tasks at every vendor, each made twice there and `more` going wrong with it: nobody is rung by a twin.
async fn stopped_in_time(name: &str, store: StoreKind, more: fn(&str, &str) -> Vec<Value>) {
    let setup = Setup::on(store).at_speed(1.0).account_key("fuse_seconds", FUSE_SECONDS);
    let setup = setup.account_key("settle_seconds", LATEST_LISTED);
    let app = TestApp::with(setup).await;
    let mut tasks = Vec::new();
    for (place, (kind, operation, _)) in MAKING.into_iter().enumerate() {
        app.vendors().add_fault(&fault(kind, operation, "duplicate_create", json!({}))).await;
        for fault in more(kind, operation) {
            app.vendors().add_fault(&fault).await;
        }
        for number in 0..TASKS {
            let first = (place * TASKS + number) * PEOPLE;
            let people: Vec<_> = (first..first + PEOPLE).map(|row| app.contact(kind, row, BUSY)).collect();
            tasks.push((kind, running(&app, app.site(), kind, &people).await));
        }
    }

    for (_, task) in &tasks {
        app.wait_long_until(task, PATIENCE, "it is completed", |task| task["status"] == "completed").await;
    }

    everybody_rung_once(&app.vendors(), MAKING.len() * TASKS * PEOPLE).await;
    for (kind, _, twins) in MAKING {
        let tasks = tasks.iter().filter(|(of, _)| *of == kind).map(|(_, task)| task.as_str());
        let ours = segments(&app, tasks.clone()).await;
        let known: BTreeSet<_> = ours.iter().map(|segment| segment["vendor_ref"].as_str().unwrap()).collect();
        let found = others(&app, kind, &known).await;
        assert_eq!(found.len(), twins * TASKS, "{kind}: {found:#?}");
        assert!(found.iter().all(|twin| twin["status"] == "stopped"), "{kind}: {found:#?}");
        for task in tasks {
            rung_by(&app, task, &known).await;
        }
        if kind == "tencent_ccc" {
            assert!(found.iter().all(|twin| twin["contacts"] == PEOPLE), "they would have rung: {found:#?}");
            let early = stopped_early(&app, &ours).await;
            assert!(early > 0.0, "a twin was stopped {early} s before a fuse ended");
            println!(
                "twins: {}: {name}: {} stopped, {early:.1} s before a fuse ended",
                store.name(),
                found.len()
            );
        }
    }
    app.shut_down().await;
}

/// What we know of these tasks' segments.
async fn segments(app: &TestApp, tasks: impl Iterator<Item = &str>) -> Vec<Value> {
    let mut segments = Vec::new();
    for task in tasks {
        let some = app.get(&format!("/v1/tasks/{task}/segments")).await.expect(200);
        segments.extend(some["data"].as_array().unwrap().iter().cloned());
    }
    segments
}

/// What the vendor has beside what we know.
async fn others(app: &TestApp, kind: &str, known: &BTreeSet<&str>) -> Vec<Value> {
    let mut all = app.all(&format!("/v1/accounts/{kind}-demo/vendor_tasks?limit=100")).await;
    all.retain(|task| !known.contains(task["ref"].as_str().unwrap()));
    all
}

/// Everybody in the task was rung by a vendor's task we know.
async fn rung_by(app: &TestApp, task: &str, known: &BTreeSet<&str>) {
    for contact in app.contacts(task).await {
        for ring in app.vendors().rings_of(contact["phone"].as_str().unwrap()).await {
            assert!(known.contains(ring["task"].as_str().unwrap()), "rung by a twin: {ring:#}");
        }
    }
}

/// How many seconds before the first fuse of these segments ended the last twin was stopped.
async fn stopped_early(app: &TestApp, segments: &[Value]) -> f64 {
    let begins = segments.iter().map(|segment| {
        let begin: Timestamp = segment["not_before"].as_str().unwrap().parse().unwrap();
        begin.as_millisecond()
    });
    let requests = app.vendors().requests().await;
    let stops = requests.iter().filter(|request| request["operation"] == "StopAutoCalloutTask");
    let last = stops.map(|stop| stop["at_ms"].as_i64().unwrap()).max().unwrap();
    (begins.min().unwrap() - last) as f64 / 1000.0
}
