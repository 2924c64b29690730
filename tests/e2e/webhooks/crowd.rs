//! Many endpoints, some of them dead, some slow, and a steady stream of events.

use super::Endpoint;
use crate::world::LONG;
use outdial_model::{Clock, SystemClock, Timestamp};
use outdial_testkit::{Received, Receiver, Reply, Setup, StoreKind, TestApp, until_within};
use serde_json::json;
use std::time::{Duration, Instant};

/// Endpoints, each for a task of its own; a tenth of them dead and a twentieth slow.
const ENDPOINTS: usize = if LONG { 1_000 } else { 40 };
/// Events, and how many of them happen at once; there are so many in a second.
const EVENTS: usize = if LONG { 30_000 } else { 1_200 };
const AT_ONCE: usize = 5;
const A_SECOND: usize = 500;
/// How long a slow one takes to answer.
const SLOWLY: Duration = Duration::from_secs(14);
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
        let wanted = json!({"task_id": task, "event_types": ["contact.accepted"]});
        Endpoint::at(&app, receiver, wanted).await;
        tasks.push(task);
    }
    let people: Vec<_> = (0..EVENTS).map(|row| app.contact("nxtele", row % 9_000, "00")).collect();

    let (begun, mut told) = (Instant::now(), 0);
    let mut pace = tokio::time::interval(Duration::from_secs(1) * AT_ONCE as u32 / A_SECOND as u32);
    for (some, number) in people.chunks(AT_ONCE).zip((0..ENDPOINTS).cycle()) {
        pace.tick().await;
        let added = app.add_contacts(&tasks[number], json!(some)).await.expect(202);
        assert_eq!(added["accepted"], some.len());
        told += if number % 20 < 3 { 0 } else { some.len() };
    }
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
    app.shut_down().await;
}

/// From the event's own instant to its arrival.
fn delay(message: &Received) -> Duration {
    let happened: Timestamp = message.json()["timestamp"].as_str().unwrap().parse().unwrap();
    let age = Duration::try_from(SystemClock.now().duration_since(happened)).unwrap();
    age.saturating_sub(message.at.elapsed())
}
