//! Pause, resume, stop and cancel at each vendor's real wire.

use crate::world::VENDORS;
use outdial_testkit::{Setup, StoreKind, TestApp, until};
use reqwest::Method;
use serde_json::{Value, json};

/// People whose phones ring for a minute: at this pace, long enough to steer in between.
fn slow(store: StoreKind) -> Setup {
    Setup::on(store).at_speed(20.0)
}

async fn people(app: &TestApp, kind: &str, how_many: usize) -> String {
    let mut task = app.task(kind, &vec!["07"; how_many]);
    task["keep_open"] = json!(true);
    let task = app.create_task(&task).await;
    let start = app.request(Method::POST, &format!("/v1/tasks/{task}/start")).header("Prefer", "wait=20");
    let started = app.send(start).await.expect(202);
    assert_eq!(started["status"], "running", "{started:#}");
    until("somebody is rung", async || app.vendors().rings().await, |rings| rings.numbers > 0).await;
    task
}

pub async fn a_paused_task_rings_nobody_new_until_it_is_resumed(store: StoreKind) {
    for (kind, _) in VENDORS {
        let app = TestApp::with(slow(store)).await;
        let task = people(&app, kind, 60).await;

        app.pause(&task).await;
        app.wait_for_status(&task, "paused").await;
        let settled = |task: &Value| task["counts"]["dialing"] == 0;
        if kind != "airudder" {
            app.wait_until(&task, "the calls in progress are over", settled).await;
        }
        let rung = app.vendors().rings().await.numbers;
        assert!(rung < 60, "{kind}: {rung} people were rung although most never left");
        let resumed = app.resume(&task).await;
        assert_eq!(resumed["desired_status"], "running");

        let done = app.wait_until(&task, "everybody is done", |task| task["counts"]["completed"] == 60).await;
        assert_eq!(done["status"], "running", "{kind}: it was to stay open");
        let rings = app.vendors().rings().await;
        assert_eq!((rings.numbers, rings.max_per_number), (60, 1), "{kind}");
        app.shut_down().await;
    }
}

pub async fn a_stopped_task_ends_and_cannot_be_started_or_given_people(store: StoreKind) {
    for (kind, _) in VENDORS {
        let app = TestApp::with(slow(store)).await;
        let task = people(&app, kind, 60).await;

        app.stop(&task).await;
        let stopped = app.wait_for_status(&task, "stopped").await;

        let counts = &stopped["counts"];
        assert_eq!(counts["total"], 60);
        assert!(counts["cancelled"].as_u64().unwrap() >= 10, "{kind}: {counts:#}");
        let rings = app.vendors().rings().await;
        assert_eq!(rings.max_per_number, 1);
        assert_eq!(
            counts["completed"], rings.numbers,
            "{kind}: everybody who was rung is told of: {counts:#}"
        );
        let again = app.post(&format!("/v1/tasks/{task}/start"), &json!({})).await;
        assert_eq!((again.status.as_u16(), &again.body["code"]), (409, &json!("wrong_state")));
        let late = app.add_contacts(&task, json!([app.contact(kind, 200, "00")])).await;
        assert_eq!(late.status.as_u16(), 409, "{:#}", late.body);
        app.shut_down().await;
    }
}

pub async fn somebody_cancelled_in_time_is_never_rung(store: StoreKind) {
    for (kind, _) in VENDORS {
        let app = TestApp::with(slow(store)).await;
        let mut draft = app.task(kind, &["00", "00"]);
        draft["keep_open"] = json!(true);
        let task = app.create_task(&draft).await;
        let contact = app.contacts(&task).await.remove(0);
        let id = contact["id"].as_str().unwrap();

        let cancelled = app.post(&format!("/v1/contacts/{id}/cancel"), &json!({})).await.expect(202);

        assert_eq!(cancelled["status"], "cancelled");
        app.start(&task).await;
        app.wait_until(&task, "the other one is done", |task| task["counts"]["completed"] == 1).await;
        assert_eq!(
            app.vendors().rings_of(contact["phone"].as_str().unwrap()).await,
            Vec::<Value>::new(),
            "{kind}"
        );
        app.shut_down().await;
    }
}

pub async fn another_tenant_sees_nothing_of_it(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let task = app.create_task(&app.task("nxtele", &["00"])).await;
    let contact = app.contacts(&task).await[0]["id"].as_str().unwrap().to_owned();
    let stranger = app.client_of("somebody-else").await;
    for path in
        [format!("/v1/tasks/{task}"), format!("/v1/tasks/{task}/contacts"), format!("/v1/contacts/{contact}")]
    {
        assert_eq!(stranger.get(&path).await.status.as_u16(), 404, "{path}");
    }
    for path in [format!("/v1/tasks/{task}/start"), format!("/v1/contacts/{contact}/cancel")] {
        assert_eq!(stranger.post(&path, &json!({})).await.status.as_u16(), 404, "{path}");
    }
    assert_eq!(stranger.get("/v1/tasks").await.expect(200)["data"], json!([]));
    app.shut_down().await;
}
