//! Many endpoints, some of them dead, some slow.

use super::Endpoint;
use crate::world::{LONG, people};
use outdial_model::Timestamp;
use outdial_testkit::{Api, Receiver, Reply, Setup, StoreKind, TestApp, until_within};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Endpoints, a tenth of them dead and a twentieth slow.
const ENDPOINTS: usize = if LONG { 200 } else { 40 };
const PEOPLE: usize = if LONG { 45 } else { 30 };
/// How long a slow one takes to answer.
const SLOWLY: Duration = Duration::from_secs(14);
/// From what happened to its arrival, for 95 of 100 messages to healthy ones.
const SOON: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(180);

pub async fn the_dead_and_the_slow_hold_up_nobody(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let [healthy, dead, slow] = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    dead.answers(|_| Reply::Never);
    slow.answers(|_| Reply::Late(200, SLOWLY));
    // Each endpoint hears of a task of its own.
    let mut tasks = Vec::new();
    for number in 0..ENDPOINTS {
        let task = app.create_task(&app.task("nxtele", &[])).await;
        let receiver = match number % 20 {
            0 | 10 => &dead,
            5 => &slow,
            _ => &healthy,
        };
        Endpoint::at(&app, receiver, json!({"task_id": task})).await;
        tasks.push(task);
    }
    // The dead and the slow have something in hand before anybody else.
    for (number, task) in tasks.iter().enumerate().filter(|(number, _)| number % 5 == 0) {
        give_people(&app, task, number).await;
    }
    let ill = async || dead.received().len();
    until_within(PATIENCE, "the dead are asked", ill, |asked| *asked >= ENDPOINTS / 20).await;

    let begun = Instant::now();
    for (number, task) in tasks.iter().enumerate().filter(|(number, _)| number % 5 != 0) {
        give_people(&app, task, number).await;
    }
    let wanted = tasks.iter().enumerate().filter(|(number, _)| number % 5 != 0).count() * PEOPLE;
    let accepted = |kind: &str| {
        let taken = healthy.taken();
        taken.iter().filter(|message| message.json()["type"] == kind).count()
    };
    until_within(
        PATIENCE,
        "the healthy are told",
        async || accepted("contact.accepted"),
        |count| *count >= wanted,
    )
    .await;
    let took = begun.elapsed();

    let mut delays: Vec<_> =
        healthy.taken().iter().filter_map(|message| delay(&message.json(), message.at, begun)).collect();
    delays.sort();
    let (p50, p95) = (delays[delays.len() / 2], delays[delays.len() * 95 / 100]);
    println!(
        "webhooks: {}: {ENDPOINTS} endpoints, {} messages to healthy ones in {took:.1?}: after p50 {p50:.2?}, p95 {p95:.2?}",
        store.name(),
        delays.len(),
    );
    assert!(p95 <= SOON, "p95 {p95:?}");
    app.shut_down().await;
}

async fn give_people(app: &TestApp, task: &str, number: usize) {
    let rows = number * PEOPLE..(number + 1) * PEOPLE;
    let people = people(app.site(), "nxtele", rows);
    let api: &Api = app;
    api.add_contacts(task, json!(people)).await.expect(202);
}

/// From the event's own instant to its arrival, of what happened after `begun`.
fn delay(event: &Value, at: Instant, begun: Instant) -> Option<Duration> {
    let happened: Timestamp = event["timestamp"].as_str()?.parse().ok()?;
    let now = outdial_model::Clock::now(&outdial_model::SystemClock);
    let ago = Duration::try_from(now.duration_since(happened)).ok()?;
    let happened = Instant::now().checked_sub(ago)?;
    (happened >= begun).then(|| at.saturating_duration_since(happened))
}
