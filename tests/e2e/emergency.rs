//! Everything stops, at every vendor at once.

use crate::world::VENDORS;
use outdial_testkit::{Setup, StoreKind, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

pub async fn an_emergency_stop_ends_every_task_at_every_vendor(store: StoreKind) {
    let app = TestApp::with(Setup::on(store).at_speed(5.0)).await;
    let mut tasks = Vec::new();
    for (kind, _) in VENDORS {
        let mut task = app.task(kind, &["07"; 120]);
        task["schedule"] = json!({"start": "immediate"});
        tasks.push(app.create_task(&task).await);
    }
    for task in &tasks {
        let is_out = |task: &Value| task["counts"]["queued"] != 120;
        app.wait_until(task, "somebody is handed over", is_out).await;
    }

    let stop = app.request(Method::POST, "/v1/emergency_stop").header("Prefer", "wait=30");
    let stopped = app.send(stop).await.expect(202);
    assert_eq!((&stopped["tasks"], &stopped["is_confirmed"]), (&json!(3), &json!(true)), "{stopped:#}");
    let rung = app.vendors().rings().await.numbers;
    for task in &tasks {
        let task = app.get(&format!("/v1/tasks/{task}")).await.expect(200);
        assert_eq!(task["status"], "stopped");
        assert!(task["counts"]["cancelled"].as_u64().unwrap() >= 10, "{:#}", task["counts"]);
    }
    // A task made afterwards is not concerned, and while it is called nobody of the others is.
    let mut later = app.task("nxtele", &["00"]);
    later["schedule"] = json!({"start": "immediate"});
    later["contacts"] = json!([app.contact("nxtele", 900, "00")]);
    let later = app.create_task(&later).await;
    app.wait_for_status(&later, "completed").await;
    let rings = app.vendors().rings().await;
    assert_eq!((rings.numbers, rings.max_per_number), (rung + 1, 1));
    app.shut_down().await;
}
