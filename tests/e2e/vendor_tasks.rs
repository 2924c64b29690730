//! The vendor's own tasks, seen live and taken over.

use crate::world::VENDORS;
use outdial_testkit::{Setup, StoreKind, TestApp};
use serde_json::json;

pub async fn every_segment_is_a_task_the_vendor_shows(store: StoreKind) {
    for (kind, _) in VENDORS {
        let app = TestApp::with(Setup::on(store)).await;
        let task = app.create_task(&app.task(kind, &["00", "01"])).await;
        app.start(&task).await;
        app.wait_for_status(&task, "completed").await;
        let segments = app.get(&format!("/v1/tasks/{task}/segments")).await.expect(200);
        let vendor_ref = segments["data"][0]["vendor_ref"].as_str().unwrap().to_owned();

        let listed = app.get(&format!("/v1/accounts/{kind}-demo/vendor_tasks")).await.expect(200);
        let shown = app.get(&format!("/v1/accounts/{kind}-demo/vendor_tasks/{vendor_ref}")).await.expect(200);

        assert!(
            listed["data"].as_array().unwrap().iter().any(|task| task["ref"] == *vendor_ref),
            "{kind}: {listed:#}"
        );
        assert_eq!(shown["ref"], *vendor_ref);
        assert!(!shown.to_string().contains("8613"), "{kind}: numbers are masked: {shown:#}");
        let missing = app.get(&format!("/v1/accounts/{kind}-demo/vendor_tasks/99999")).await;
        assert_eq!(missing.status.as_u16(), 404, "{kind}: {:#}", missing.body);
        app.shut_down().await;
    }
}

pub async fn a_task_of_one_installation_is_adopted_by_another_tenant_only_once_and_stopped(store: StoreKind) {
    let app = TestApp::with(Setup::on(store).at_speed(1.0)).await;
    let task = app.create_task(&app.task("nxtele", &["07", "07"])).await;
    app.start(&task).await;
    app.wait_for_status(&task, "running").await;
    let segments = app.get(&format!("/v1/tasks/{task}/segments")).await.expect(200);
    let vendor_ref = segments["data"][0]["vendor_ref"].as_str().unwrap();

    let taken =
        app.post(&format!("/v1/accounts/nxtele-demo/vendor_tasks/{vendor_ref}/adopt"), &json!({})).await;

    assert_eq!(
        (taken.status.as_u16(), &taken.body["code"]),
        (409, &json!("external_id_taken")),
        "{:#}",
        taken.body
    );
    app.shut_down().await;
}
