//! Numbers are suppressed while their people are being dialed.

use crate::world::{VENDORS, people, ready};
use outdial_testkit::{Setup, StoreKind, TestApp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const PEOPLE: usize = 200;
/// People a vendor holds at a time.
const IN_FLIGHT: usize = if cfg!(feature = "long") { 10_000 } else { 200 };
/// Calls at a time, few enough that most of them wait.
const LINES: usize = if cfg!(feature = "long") { 20 } else { 5 };
const LONGEST: Duration = Duration::from_secs(if cfg!(feature = "long") { 1_800 } else { 120 });

pub async fn nobody_is_handed_over_once_their_number_is_suppressed(store: StoreKind) {
    for (kind, _) in VENDORS {
        let app = TestApp::with(Setup::on(store).at_speed(20.0)).await;
        let mut task = app.task(kind, &vec!["00"; PEOPLE]);
        task["schedule"] = json!({"start": "immediate"});
        let task = app.create_task(&task).await;
        let half_way = |task: &Value| {
            let count = |status: &str| task["counts"][status].as_u64().unwrap();
            count("submitted") + count("dialing") + count("completed") > 0 && count("queued") > 20
        };
        app.wait_until(&task, "some are out and some wait", half_way).await;

        // Every second of those who are not done, wherever they are.
        let contacts = app.contacts(&task).await;
        let open = contacts.iter().filter(|one| one["status"] != "completed").step_by(2);
        let phones: Vec<_> = open.map(|one| json!({"phone": one["phone"]})).collect();
        let imported =
            app.post("/v1/suppressions/import", &json!({"suppressions": phones})).await.expect(200);
        assert_eq!(imported["accepted"], phones.len());
        let at_commit: BTreeMap<_, _> =
            app.contacts(&task).await.iter().map(|one| (text(one, "phone"), text(one, "status"))).collect();
        let suppressed: BTreeSet<_> = phones.iter().map(|one| text(one, "phone")).collect();
        let waits = |phone: &&String| ["queued", "held"].contains(&at_commit[*phone].as_str());
        assert_eq!(suppressed.iter().filter(waits).count(), 0, "{kind}: whoever waited is cancelled by then");

        app.wait_for_status(&task, "completed").await;
        let (mut never_rung, mut were_out) = (0, 0);
        for contact in app.contacts(&task).await.iter().filter(|one| suppressed.contains(&text(one, "phone")))
        {
            match at_commit[&text(contact, "phone")].as_str() {
                "cancelled" => {
                    assert_eq!((&contact["status"], &contact["calls"]), (&json!("cancelled"), &json!(0)));
                    assert_eq!(contact["reason"], "the number is suppressed");
                    never_rung += 1;
                }
                // Whoever was out is cancelled there, or had been rung by then.
                _ => were_out += 1,
            }
        }
        let rings = app.vendors().rings().await;
        println!(
            "suppression: {kind}, {}: {never_rung} were with us, {were_out} with the vendor",
            store.name()
        );
        assert_eq!(rings.max_per_number, 1);
        assert!(never_rung > 0 && rings.numbers <= (PEOPLE - never_rung) as u64, "{kind}: {}", rings.numbers);
        app.shut_down().await;
    }
}

/// However many are with a vendor: nobody is handed over after the commit, and whoever the vendor has is taken back or listed.
pub async fn whoever_a_vendor_holds_is_taken_back_or_listed(store: StoreKind) {
    for (kind, _) in VENDORS {
        let app = TestApp::with(Setup::on(store).at_speed(20.0)).await;
        let mut task = app.task(kind, &[]);
        task["delivery"] = json!("direct");
        // The others call as many at a time as they have lines.
        if kind == "nxtele" {
            task["pacing"] = json!({"max_concurrent_calls": LINES});
        }
        let task = ready(&app, task, &people(app.site(), kind, 0..IN_FLIGHT)).await;
        app.start(&task).await;
        let everybody_is_out = |task: &Value| {
            let count = |status: &str| task["counts"][status].as_u64().unwrap();
            count("submitted") + count("dialing") + count("completed") == IN_FLIGHT as u64
        };
        app.wait_long_until(&task, LONGEST, "everybody is out", everybody_is_out).await;

        let contacts = app.contacts(&task).await;
        let out = contacts.iter().filter(|one| one["status"] == "submitted").step_by(2);
        let phones: Vec<_> = out.map(|one| json!({"phone": one["phone"]})).collect();
        let rung_before = app.vendors().rings().await.numbers;
        for some in phones.chunks(1_000) {
            let imported =
                app.post("/v1/suppressions/import", &json!({"suppressions": some})).await.expect(200);
            assert_eq!(imported["accepted"], some.len());
        }
        // They are asked back within a minute; until each is done it is in this list.
        let listed = format!("/v1/tasks/{task}/contacts?cancel_requested=true&limit=1");
        app.wait_long_until(&task, LONGEST, "nobody waits to be taken back", |task| {
            task["status"] == "completed"
        })
        .await;
        assert_eq!(app.get(&listed).await.expect(200)["data"], json!([]), "{kind}");
        let suppressed: BTreeSet<_> = phones.iter().map(|one| text(one, "phone")).collect();
        let contacts = app.contacts(&task).await;
        let theirs = contacts.iter().filter(|one| suppressed.contains(&text(one, "phone")));
        let mut ended = BTreeMap::<String, usize>::new();
        theirs.for_each(|one| *ended.entry(text(one, "status")).or_default() += 1);
        let rings = app.vendors().rings().await;
        println!(
            "suppression: {kind}, {}: {} of {IN_FLIGHT} that a vendor held were suppressed; {ended:?}; {rung_before} rung before, {} in all",
            store.name(),
            phones.len(),
            rings.numbers
        );
        assert_eq!(rings.max_per_number, 1);
        let known = ["cancelled", "completed"].map(|status| ended.get(status).copied().unwrap_or(0));
        assert_eq!(known.iter().sum::<usize>(), phones.len(), "{kind}: {ended:?}");
        app.shut_down().await;
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}
