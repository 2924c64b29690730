//! Many endpoints, some of them dead, some slow, and a steady stream of events.

use super::{Endpoint, each_lane_is_in_order};
use crate::world::LONG;
use futures_util::future::join_all;
use outdial_model::{Clock, SystemClock, Timestamp};
use outdial_testkit::{Received, Receiver, Reply, Setup, StoreKind, TestApp, until_within};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Endpoints, each for a task of its own; a tenth of them dead and a twentieth slow.
const ENDPOINTS: usize = if LONG { 1_000 } else { 40 };
/// Events, and how many of them happen at once; there are so many in a second. Half of them are that somebody is
/// accepted, the others that somebody accepted before is cancelled.
const EVENTS: usize = if LONG { 30_000 } else { 1_200 };
const AT_ONCE: usize = 10;
const A_SECOND: usize = 500;
/// How long a slow one takes to answer; in the long form as long as it takes to be too late.
const SLOWLY: Duration = Duration::from_secs(if LONG { 15 } else { 14 });
/// From what happened to its arrival, for 95 of 100 messages to healthy ones.
const SOON: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn the_dead_and_the_slow_hold_up_nobody(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let [healthy, dead, slow] = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    dead.answers(|_| Reply::Never);
    slow.answers(|_| Reply::Late(200, SLOWLY));
    let mut tasks = Vec::new();
    for number in 0..ENDPOINTS {
        let task = app.create_task(&app.task("nxtele", &[])).await;
        let receiver = [&dead, &slow, &dead].get(number % 20).copied().unwrap_or(&healthy);
        let wanted = json!({"task_id": task, "event_types": ["contact.accepted", "contact.cancelled"]});
        Endpoint::at(&app, receiver, wanted).await;
        tasks.push(task);
    }
    let people: Vec<_> = (0..EVENTS / 2).map(|row| app.contact("nxtele", row % 9_000, "00")).collect();

    let (begun, mut told, mut accepted) = (Instant::now(), 0, Vec::new());
    let mut pace = tokio::time::interval(Duration::from_secs(1) * AT_ONCE as u32 / A_SECOND as u32);
    for (some, number) in people.chunks(AT_ONCE / 2).zip((0..ENDPOINTS).cycle()) {
        pace.tick().await;
        let (added, ()) =
            tokio::join!(app.add_contacts(&tasks[number], json!(some)), cancel(&app, &accepted));
        accepted = ids(&added.expect(202));
        assert_eq!(accepted.len(), some.len());
        told += if number % 20 < 3 { 0 } else { 2 * some.len() };
    }
    cancel(&app, &accepted).await;
    let took = begun.elapsed();
    let taken = async || healthy.taken().len();
    until_within(PATIENCE, "the healthy were told everything", taken, |taken| *taken == told).await;

    let mut delays: Vec<_> = healthy.taken().iter().map(delay).collect();
    delays.sort();
    let [p50, p95, most] =
        [50, 95, 100].map(|share| delays[(delays.len() * share / 100).min(delays.len() - 1)]);
    println!(
        "webhooks: {}: {ENDPOINTS} endpoints, {EVENTS} events in {took:.1?}, to healthy ones {told}: \
         after p50 {p50:.2?}, p95 {p95:.2?}, at most {most:.2?}; dead ones were asked {} times, slow ones {}",
        store.name(),
        dead.received().len(),
        slow.received().len(),
    );
    assert!(p95 <= SOON, "p95 {p95:?}");
    // Long enough that a slow one is sent the second of a contact's, where the first was taken.
    let rounds = async || slow.received().len() / (ENDPOINTS / 20);
    until_within(PATIENCE, "the slow get on", rounds, |rounds| *rounds > 2).await;
    for receiver in [&healthy, &dead, &slow] {
        each_lane_is_in_order(&receiver.received());
    }
    assert_eq!(healthy.received().len(), told, "nothing came twice to those who took it");
    app.shut_down().await;
}

/// Whoever was accepted.
fn ids(added: &Value) -> Vec<String> {
    let results = added["results"].as_array().unwrap();
    results.iter().filter_map(|result| Some(result["id"].as_str()?.to_owned())).collect()
}

async fn cancel(app: &TestApp, contacts: &[String]) {
    join_all(contacts.iter().map(|contact| async move {
        app.post(&format!("/v1/contacts/{contact}/cancel"), &json!({})).await.expect(202);
    }))
    .await;
}

/// From the event's own instant to its arrival.
fn delay(message: &Received) -> Duration {
    let happened: Timestamp = message.json()["timestamp"].as_str().unwrap().parse().unwrap();
    let age = Duration::try_from(SystemClock.now().duration_since(happened)).unwrap();
    age.saturating_sub(message.at.elapsed())
}
