//! Tasks that go on with another account in the middle, at each vendor: nobody is rung by both, nobody is forgotten.

use crate::world::{VENDORS, everybody_rung_once, people, ready};
use outdial_testkit::{Setup, Site, StoreKind, TestApp, Wire};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const PEOPLE: usize = 120;
const PATIENCE: Duration = Duration::from_secs(120);

/// A gateway with two accounts at the vendor, the first of which is reached by a line that can go dead.
async fn with_two_accounts(store: StoreKind, kind: &str) -> (TestApp, Wire) {
    let setup = Setup::on(store).at_speed(30.0).account_key("window", 12);
    let setup = setup.account_key("timeout_seconds", 1);
    let site = Site::set(setup).await;
    let wire = Wire::to(&site.vendors_url()).await;
    let site = site.with_a_second_account(kind, &wire.url());
    (TestApp::standing_on(site, |store| store).await, wire)
}

/// A task of an account or a route, in the middle: some are done, some are out, some wait.
async fn in_the_middle(app: &TestApp, kind: &str, account: &str) -> String {
    let mut draft = app.task(kind, &[]);
    draft["account"] = json!(account);
    let task = ready(app, draft, &people(app.site(), kind, 0..PEOPLE)).await;
    app.start(&task).await;
    let is_half_way = |task: &Value| {
        let count = |status: &str| task["counts"][status].as_u64().unwrap();
        count("completed") > 0 && count("queued") > 40
    };
    app.wait_long_until(&task, PATIENCE, "some are done and some wait", is_half_way).await;
    task
}

/// People by the account that has or had them, by their segments.
async fn by_account(app: &TestApp, task: &str) -> BTreeMap<String, u64> {
    let segments = app.get(&format!("/v1/tasks/{task}/segments")).await.expect(200);
    let mut people = BTreeMap::new();
    for segment in segments["data"].as_array().unwrap() {
        *people.entry(segment["account"].as_str().unwrap().to_owned()).or_default() +=
            segment["contacts"].as_u64().unwrap();
    }
    people
}

pub async fn a_task_moved_by_its_owner_rings_everybody_once(store: StoreKind) {
    for (kind, _) in VENDORS {
        let (app, _wire) = with_two_accounts(store, kind).await;
        let task = in_the_middle(&app, kind, &format!("{kind}-demo")).await;

        let second = json!({"account": format!("{kind}-second")});
        let moved = app.post(&format!("/v1/tasks/{task}/move"), &second).await.expect(202);
        assert_eq!((&moved["account"], &moved["route"]), (&second["account"], &Value::Null));
        app.post(&format!("/v1/tasks/{task}/move"), &second).await.expect(202);

        let is_over = |task: &Value| task["status"] == "completed";
        let done = app.wait_long_until(&task, PATIENCE, "everybody is done", is_over).await;
        assert_eq!(done["counts"]["completed"], PEOPLE, "{kind}: {done:#}");
        everybody_rung_once(&app.vendors(), PEOPLE).await;
        let people = by_account(&app, &task).await;
        println!("moving: {kind}, {}: handed over {people:?}, second rings 0", store.name());
        assert!(people[&format!("{kind}-second")] >= 40, "whoever waited went along: {people:?}");
        let told = app.all_events().await;
        let moves: Vec<_> = told.iter().filter(|event| event["type"] == "task.moved").collect();
        assert_eq!(moves.len(), 1, "asked for twice, done once");
        assert_eq!(moves[0]["data"]["account"], second["account"]);
        app.shut_down().await;
    }
}

pub async fn an_account_that_goes_down_in_the_middle_is_left_and_those_in_doubt_stay(store: StoreKind) {
    for (kind, _) in VENDORS {
        let (app, wire) = with_two_accounts(store, kind).await;
        let task = in_the_middle(&app, kind, &format!("{kind}-both")).await;
        let (first, second) = (format!("{kind}-demo"), format!("{kind}-second"));
        let at_first = app.get(&format!("/v1/tasks/{task}")).await.expect(200);
        assert_eq!(
            (&at_first["account"], &at_first["route"]["considered"][0]["chosen"]),
            (&json!(first), &json!(true))
        );

        // What is asked for is still done there, and nobody hears of it.
        let went_down = Instant::now();
        wire.answers().goes_dead();
        let has_left = |task: &Value| task["account"] == second.as_str();
        let moved = app.wait_long_until(&task, PATIENCE, "the task leaves the account", has_left).await;
        let left_after = went_down.elapsed();
        wire.requests().goes_dead();
        assert_eq!(moved["route"]["left"], json!([first]), "{moved:#}");
        let in_doubt = |task: &Value| {
            let count = |status: &str| task["counts"][status].as_u64().unwrap();
            (count("unknown"), count("submitted") + count("dialing") + count("submitting"))
        };
        let nobody_waits = |task: &Value| task["counts"]["queued"] == 0 && task["counts"]["held"] == 0;
        let emptied = app.wait_long_until(&task, PATIENCE, "nobody waits any more", nobody_waits).await;
        let (unknown, _) = in_doubt(&emptied);
        let rings = app.vendors().rings().await;
        assert_eq!(rings.max_per_number, 1, "{kind}: {rings:?}");
        for contact in app.contacts(&task).await.iter().filter(|one| one["status"] == "unknown") {
            let segments = app.get(&format!("/v1/tasks/{task}/segments")).await.expect(200);
            let segments = segments["data"].as_array().unwrap();
            let its = segments.iter().find(|one| one["id"] == contact["segment_id"]).unwrap();
            assert_eq!(its["account"], first.as_str(), "{kind}: whoever is in doubt is not moved");
        }

        wire.answers().works_again();
        wire.requests().works_again();
        let is_over = |task: &Value| task["status"] == "completed";
        let done = app.wait_long_until(&task, PATIENCE, "everybody is done", is_over).await;
        assert_eq!(done["counts"]["completed"], PEOPLE, "{kind}: {done:#}");
        everybody_rung_once(&app.vendors(), PEOPLE).await;
        let people = by_account(&app, &task).await;
        println!(
            "failover: {kind}, {}: left after {:.1} s with {unknown} in doubt; handed over {people:?}; second rings 0",
            store.name(),
            left_after.as_secs_f64()
        );
        assert!(people[&second] >= 20, "{people:?}");
        app.shut_down().await;
    }
}
