//! The main job at each vendor: create, start, add more while it dials, and learn what happened.

use outdial_testkit::{Setup, StoreKind, TestApp};
use serde_json::{Value, json};

const ENDINGS: [&str; 7] = ["00", "01", "02", "03", "04", "05", "00"];

async fn main_job_at(store: StoreKind, kind: &str) {
    let app = TestApp::with(Setup::on(store)).await;
    let task = app.create_task(&app.task(kind, &ENDINGS)).await;
    app.start(&task).await;
    app.wait_until(&task, "somebody is with the vendor", |task| task["counts"]["queued"] == 0).await;
    let late = json!([app.contact(kind, 100, "00"), app.contact(kind, 101, "02")]);
    let added = app.add_contacts(&task, late).await;
    assert_eq!(added.body["accepted"], 2, "{:#}", added.body);

    let done = app.wait_for_status(&task, "completed").await;

    assert_eq!(done["counts"]["total"], 9, "{done:#}");
    assert_eq!(done["counts"]["completed"], 9, "{done:#}");
    let contacts = app.contacts(&task).await;
    assert_eq!(contacts.len(), 9);
    let answered = |contact: &&Value| contact["disposition"].as_str().unwrap().starts_with("answered");
    assert!(contacts.iter().filter(answered).count() >= 3, "{contacts:#?}");
    let rings = app.vendors().rings().await;
    assert_eq!((rings.total, rings.numbers, rings.max_per_number), (9, 9, 1));
    app.shut_down().await;
}

pub async fn nxtele_does_the_main_job(store: StoreKind) {
    main_job_at(store, "nxtele").await;
}

pub async fn tencent_ccc_does_the_main_job(store: StoreKind) {
    main_job_at(store, "tencent_ccc").await;
}

pub async fn airudder_does_the_main_job(store: StoreKind) {
    main_job_at(store, "airudder").await;
}

pub async fn a_restart_in_the_middle_changes_nothing_for_anybody(store: StoreKind) {
    let mut app = TestApp::with(Setup::on(store)).await;
    let task = app.create_task(&app.task("nxtele", &ENDINGS)).await;
    app.start(&task).await;
    app.wait_until(&task, "somebody is with the vendor", |task| task["counts"]["queued"] == 0).await;

    app.restart().await;

    let done = app.wait_for_status(&task, "completed").await;
    assert_eq!(done["counts"]["completed"], ENDINGS.len(), "{done:#}");
    assert_eq!(app.vendors().rings().await.max_per_number, 1);
    app.shut_down().await;
}
