//! The store goes away under load: meanwhile nobody is handed over whose row is not written, and when it is
//! back everything goes on, without a restart.

use crate::world::{
    Dice, LONG, VENDORS, everybody_is_done, everybody_rung_once, everything_was_told, hand_overs_since,
    now_us, passes, people, running, shares,
};
use outdial_model::Timestamp;
use outdial_testkit::{Cluster, Disk, Setup, StoreKind, TestApp, until, until_within};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// People at all vendors together.
const PEOPLE: usize = if LONG { 1_800 } else { 180 };
/// Tasks at each vendor, which share them equally.
const TASKS: usize = 2;
/// People of a task a vendor holds at a time.
const WINDOW: i64 = if LONG { 20 } else { 8 };
/// How long the store is away: longer than anybody waits for it.
const AWAY_FOR: Duration = Duration::from_secs(if LONG { 10 } else { 7 });
/// How often it goes.
const TIMES: u64 = if LONG { 10 } else { 2 };
const PATIENCE: Duration = Duration::from_secs(if LONG { 600 } else { 120 });

/// People enough to be noticed by a disk.
const CROWD: usize = 500;

pub async fn nobody_can_write_for_a_while(store: StoreKind) {
    let load = Load::on(Setup::on(store)).await;
    load.has_rung(PEOPLE / 4).await;

    let away = load.app.site().place().locked(Away::for_a_while()).await;

    load.comes_through("locked", &[away]).await;
}

pub async fn connections_are_cut_again_and_again(store: StoreKind) {
    let load = Load::on(Setup::on(store)).await;
    for moment in Load::moments("cut") {
        load.has_rung(moment).await;
        load.app.site().place().cut_connections().await;
    }
    load.comes_through("connections cut", &[]).await;
}

pub async fn the_server_dies_again_and_again(store: StoreKind) {
    let cluster = Cluster::make().await;
    let load = Load::on(Setup::on(store).in_database(cluster.url())).await;
    let mut times = Vec::new();
    for moment in Load::moments("server dies") {
        load.has_rung(moment).await;
        cluster.crash().await;
        times.push(Away::for_a_while().await);
        cluster.start().await;
    }
    load.comes_through("server dead", &times).await;
}

pub async fn the_disk_is_full_for_a_while(store: StoreKind) {
    let disk = Disk::of(64);
    let url = format!("sqlite://{}", disk.path().join("outdial.db").display());
    let load = Load::on(Setup::on(store).in_database(url)).await;
    let spare = load.app.create_task(&load.app.task("nxtele", &[])).await;
    load.has_rung(PEOPLE / 4).await;

    disk.fill();
    let mut crowd = (0..).step_by(CROWD);
    let add = async || {
        let rows = crowd.next().unwrap()..;
        let some = rows.take(CROWD).map(|row| load.app.contact("nxtele", row, "00"));
        load.app.add_contacts(&spare, some.collect()).await
    };
    let refused = until("there is no room left", add, |answer| answer.status != 202).await;
    assert_eq!(refused.status, 503, "{:#}", refused.body);
    passes(AWAY_FOR).await;
    disk.clear();

    load.comes_through("disk full", &[]).await;
}

/// When nothing could be written, in Unix microseconds.
struct Away {
    since: i64,
    until: i64,
}

impl Away {
    async fn for_a_while() -> Self {
        let since = now_us();
        passes(AWAY_FOR).await;
        Self { since, until: now_us() }
    }

    /// When what was meant to be written at an instant was written at the earliest.
    fn written(times: &[Self], at: i64) -> i64 {
        times.iter().find(|away| (away.since..away.until).contains(&at)).map_or(at, |away| away.until)
    }
}

/// Running tasks at every vendor, a few people at a time.
struct Load {
    app: TestApp,
    parts: Vec<Part>,
}

/// What a vendor has of it.
struct Part {
    /// The request that hands people over.
    operation: &'static str,
    people: usize,
    tasks: Vec<String>,
}

impl Load {
    async fn on(setup: Setup) -> Self {
        let app = TestApp::with(setup.account_key("window", WINDOW)).await;
        let mut parts = Vec::new();
        for ((kind, rows), (_, operation)) in shares(PEOPLE).into_iter().zip(VENDORS) {
            let people = people(app.site(), kind, rows);
            let mut tasks = Vec::new();
            for some in people.chunks(people.len() / TASKS) {
                tasks.push(running(&app, app.site(), kind, some).await);
            }
            parts.push(Part { operation, people: people.len(), tasks });
        }
        Self { app, parts }
    }

    /// Waits until so many were rung.
    async fn has_rung(&self, people: usize) {
        let rung = async || self.app.vendors().rings().await.numbers;
        until_within(PATIENCE, "the next moment has come", rung, |rung| *rung >= people as u64).await;
    }

    /// Random moments while people are still to be sent.
    fn moments(story: &str) -> Vec<usize> {
        let mut dice = Dice::new(story);
        let mut moments: Vec<_> = (0..TIMES).map(|_| dice.below(PEOPLE as u64 * 3 / 4) as usize).collect();
        moments.sort_unstable();
        moments
    }

    /// Everybody comes to an end by this same gateway, was rung once, and no request came before its row.
    async fn comes_through(self, what: &str, times: &[Away]) {
        let mut requests = 0;
        for part in &self.parts {
            let mut told = Vec::new();
            for task in &part.tasks {
                everybody_is_done(&self.app, task, part.people / TASKS, PATIENCE).await;
                told.extend(everything_was_told(&self.app, task).await);
            }
            requests += self.no_request_came_before_its_row(part.operation, &told, times).await;
        }
        everybody_rung_once(&self.app.vendors(), PEOPLE).await;
        println!(
            "store away, {what}: {PEOPLE} people, {requests} requests: lost 0, second rings 0, without a row 0"
        );
        self.app.shut_down().await;
    }

    /// By no instant had the vendor got more requests with people than there were intents in the store; answers
    /// how many it got.
    async fn no_request_came_before_its_row(
        &self,
        operation: &str,
        told: &[Vec<Value>],
        times: &[Away],
    ) -> usize {
        let planned = told.iter().flatten().filter(|event| event["type"] == "contact.submitting");
        // Those of one request were planned at one instant.
        let intents: BTreeSet<_> = planned
            .map(|event| (event["task_id"].as_str().unwrap(), event["timestamp"].as_str().unwrap()))
            .collect();
        let instant = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let rows: Vec<_> = intents.iter().map(|(_, at)| Away::written(times, instant(at))).collect();
        let mut requests = hand_overs_since(&self.app.vendors(), 0).await;
        requests.retain(|request| request["operation"] == operation);
        let mut arrivals: Vec<_> =
            requests.iter().map(|request| request["at_us"].as_i64().unwrap()).collect();
        arrivals.sort_unstable();
        assert!(!arrivals.is_empty());
        for (sent, at_us) in (1..).zip(&arrivals) {
            let written = rows.iter().filter(|row| *row <= at_us).count();
            assert!(sent <= written, "{operation}: {sent} requests and {written} rows at {at_us}");
        }
        arrivals.len()
    }
}
