//! Answers that leave doubt, at each vendor's real wire: nobody is rung twice, nobody is forgotten.

use crate::world::{VENDORS, provider};
use outdial_testkit::{Setup, StoreKind, TestApp};
use serde_json::{Value, json};

const ENDINGS: [&str; 6] = ["00", "01", "02", "03", "05", "00"];

/// Everybody comes to an end although `fault` strikes the request that hands people over.
async fn lives_through(store: StoreKind, kind: &str, operation: &str, fault: Value) -> Value {
    let app = TestApp::with(Setup::on(store)).await;
    let mut whole = json!({"provider": provider(kind), "operation": operation, "times": 1});
    whole.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
    app.vendors().add_fault(&whole).await;
    let task = app.create_task(&app.task(kind, &ENDINGS)).await;
    app.start(&task).await;

    let done = app.wait_for_status(&task, "completed").await;

    assert_eq!(done["counts"]["completed"], ENDINGS.len(), "{kind} {fault}: {done:#}");
    let rings = app.vendors().rings().await;
    assert_eq!((rings.numbers, rings.max_per_number), (6, 1), "{kind} {fault}");
    app.shut_down().await;
    done
}

pub async fn taken_and_then_silence(store: StoreKind) {
    for (kind, operation) in VENDORS {
        lives_through(store, kind, operation, json!({"mode": "commit_then_silence"})).await;
    }
}

pub async fn silence_without_being_taken(store: StoreKind) {
    for (kind, operation) in VENDORS {
        lives_through(store, kind, operation, json!({"mode": "silence"})).await;
    }
}

pub async fn an_answer_cut_short_or_garbled(store: StoreKind) {
    for (kind, operation) in VENDORS {
        lives_through(store, kind, operation, json!({"mode": "reset_mid_body"})).await;
        lives_through(store, kind, operation, json!({"mode": "garbage"})).await;
    }
}

pub async fn a_gateway_that_fails_or_refuses_connections(store: StoreKind) {
    for (kind, operation) in VENDORS {
        lives_through(store, kind, operation, json!({"mode": "status", "code": 503})).await;
        lives_through(store, kind, operation, json!({"mode": "refuse_connection"})).await;
    }
}

pub async fn the_gateway_is_restarted_while_an_answer_is_awaited(store: StoreKind) {
    for (kind, operation) in VENDORS {
        let mut app = TestApp::with(Setup::on(store)).await;
        let fault = json!({"provider": provider(kind), "operation": operation, "mode": "commit_then_silence", "times": 1});
        app.vendors().add_fault(&fault).await;
        let task = app.create_task(&app.task(kind, &ENDINGS)).await;
        app.start(&task).await;
        app.wait_until(&task, "people are on their way", |task| task["counts"]["queued"] == 0).await;

        app.restart().await;

        let done = app.wait_for_status(&task, "completed").await;
        assert_eq!(done["counts"]["completed"], ENDINGS.len(), "{kind}: {done:#}");
        assert_eq!(app.vendors().rings().await.max_per_number, 1, "{kind}");
        app.shut_down().await;
    }
}

pub async fn a_timeline_tells_that_the_outcome_was_unknown_and_then_found(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    app.vendors()
        .add_fault(&json!({"provider": "nxtele", "operation": "addBatchCall", "mode": "commit_then_silence", "times": 1}))
        .await;
    let task = app.create_task(&app.task("nxtele", &["00"])).await;
    app.start(&task).await;
    app.wait_for_status(&task, "completed").await;
    let contact = app.contacts(&task).await[0]["id"].as_str().unwrap().to_owned();

    let timeline = app.get(&format!("/v1/contacts/{contact}/timeline")).await.expect(200);

    let told: Vec<_> =
        timeline["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    let at = |word: &str| {
        told.iter().position(|kind| *kind == word).unwrap_or_else(|| panic!("no {word} in {told:?}"))
    };
    assert!(at("contact.accepted") < at("contact.submitting"), "{told:?}");
    assert!(at("contact.submitting") < at("contact.outcome_unknown"), "{told:?}");
    assert!(at("contact.outcome_unknown") < at("contact.completed"), "{told:?}");
    app.shut_down().await;
}
