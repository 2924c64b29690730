//! What a preflight tells, against what comes of the same task.

use crate::world::{PATIENCE, VENDORS};
use outdial_testkit::{Setup, StoreKind, TestApp};
use serde_json::json;
use std::time::Instant;

const PEOPLE: usize = 20;
const LINES: u64 = 5;
/// Simulated seconds in a real one.
const SPEED: f64 = 5.0;
/// An answered call at the simulator, on average: a second to connect, five of ringing, twenty of talk, that much faster.
const CALL_SECONDS: u64 = 5;

pub async fn a_preflight_tells_who_is_skipped_and_how_long_the_others_take(store: StoreKind) {
    for (kind, _) in VENDORS {
        let app = TestApp::with(Setup::on(store).at_speed(SPEED)).await;
        let mut draft = app.task(kind, &vec!["00"; PEOPLE]);
        // The others dial as many at a time as they have.
        if kind == "nxtele" {
            draft["pacing"] = json!({"max_concurrent_calls": LINES});
        }
        draft["schedule"] = json!({"start": "immediate"});
        let contacts = draft["contacts"].as_array_mut().unwrap();
        for (place, contact) in contacts.iter_mut().enumerate() {
            contact["external_id"] = json!(format!("c-{place}"));
        }
        // Of every ten one is suppressed, and one comes twice.
        let suppressed: Vec<_> =
            contacts.iter().step_by(10).map(|contact| json!({"phone": contact["phone"]})).collect();
        let twice: Vec<_> = contacts.iter().skip(1).step_by(10).cloned().collect();
        contacts.extend(twice.iter().cloned());
        app.post("/v1/suppressions/import", &json!({"suppressions": suppressed})).await.expect(200);

        let mut asked = draft.clone();
        asked["average_call_seconds"] = json!(CALL_SECONDS);
        let told = app.post("/v1/tasks/preflight", &asked).await.expect(200);
        assert_eq!(told["accepted"], true, "{told:#}");
        assert_eq!(told["skipped"], json!({"duplicate": twice.len(), "suppressed": suppressed.len()}));

        let begin = Instant::now();
        let task = app.create_task(&draft).await;
        let done = app
            .wait_long_until(&task, PATIENCE, "everybody is done", |task| task["status"] == "completed")
            .await;
        let took = begin.elapsed().as_secs_f64();
        let skipped = |reason: &str| told["skipped"][reason].as_u64().unwrap();
        assert_eq!(done["counts"]["cancelled"], skipped("suppressed"));
        assert_eq!(done["counts"]["completed"], told["dialed"]);
        let total = draft["contacts"].as_array().unwrap().len() as u64;
        assert_eq!(done["counts"]["total"].as_u64().unwrap(), total - skipped("duplicate"));
        for contact in app.contacts(&task).await.iter().filter(|one| one["status"] == "cancelled") {
            let id = contact["id"].as_str().unwrap();
            let events = app.all(&format!("/v1/contacts/{id}/timeline?limit=200")).await;
            assert_eq!(events.last().map(|event| event["data"]["cause"].clone()), Some(json!("suppressed")));
        }
        let foreseen = told["estimate"]["duration_seconds"].as_f64().unwrap();
        println!(
            "preflight: {kind}, {}: {foreseen:.0} s foreseen ({}), {took:.1} s taken: {:+.0} %",
            store.name(),
            told["estimate"]["limited_by"].as_str().unwrap(),
            (foreseen / took - 1.0) * 100.0
        );
        app.shut_down().await;
    }
}
