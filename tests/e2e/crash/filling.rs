//! The gateway dies while it takes people over who are called again.

use super::dying_store::{Deed, DyingStore, Fate, Moment, PORTION};
use crate::world::{everybody_rung_once, everything_was_told};
use outdial_testkit::{Setup, Site, StoreKind, TestApp, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

/// Nobody answers, but for one.
const ENDINGS: [&str; 6] = ["01", "01", "01", "00", "01", "01"];
const MISSED: usize = 5;

pub async fn whoever_is_called_again_is_taken_over_once_whoever_dies_of_it(store: StoreKind) {
    for last in [Moment::BeforeResult, Moment::AfterResult] {
        let site = Site::set(Setup::on(store)).await;
        // The first portion is taken over; it dies of the second, before it is durable or after.
        let times = AtomicU32::new(0);
        let fate: Box<Fate> = Box::new(move |deed, moment| {
            (deed, moment) == (Deed::TakingOver, last) && times.fetch_add(1, Ordering::SeqCst) == 1
        });
        let mut dying = None;
        let mut app = TestApp::standing_on(site, |store| {
            let store = DyingStore::before(store, fate);
            dying = Some(std::sync::Arc::clone(&store));
            store
        })
        .await;
        let dying = dying.unwrap();
        let first = app.create_task(&app.task("nxtele", &ENDINGS)).await;
        app.start(&first).await;
        app.wait_for_status(&first, "completed").await;
        everybody_rung_once(&app.vendors(), ENDINGS.len()).await;

        let form = json!({"dispositions": ["no_answer"], "schedule": {"start": "immediate"}});
        let accepted = app.post(&format!("/v1/tasks/{first}/redial"), &form).await.expect(202);
        let again = accepted["id"].as_str().unwrap().to_owned();
        until("the worker dies", async || dying.has_struck(), |struck| *struck).await;
        let left = app.get(&format!("/v1/tasks/{again}")).await.expect(200);
        let durable = if last == Moment::AfterResult { 2 * PORTION } else { PORTION };
        assert_eq!(left["filling"], json!({"taken": durable, "people": MISSED}));
        app.abandon_gateway().await;
        app.start_gateway().await;

        let done = app.wait_for_status(&again, "completed").await;
        assert_eq!((&done["counts"]["total"], &done["filling"]), (&json!(MISSED), &Value::Null));
        everything_was_told(&app, &again).await;
        let phones =
            |contacts: Vec<Value>| contacts.iter().map(|one| one["phone"].clone()).collect::<Vec<_>>();
        let numbers: BTreeSet<_> =
            phones(app.contacts(&again).await).iter().map(ToString::to_string).collect();
        assert_eq!(numbers.len(), MISSED);
        // Twice: once in each of the tasks.
        let rings = app.vendors().rings().await;
        assert_eq!((rings.total, rings.max_per_number), ((ENDINGS.len() + MISSED) as u64, 2), "{rings:?}");
        app.shut_down().await;
    }
}
