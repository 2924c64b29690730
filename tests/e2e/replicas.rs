//! Several gateways on one database: they share the work and a vendor's rate, and where one is dead or frozen
//! the others go on with what it had.

use crate::world::{
    BINARY, LONG, VENDORS, everybody_is_done, everybody_rung_once, everything_was_told, fault,
    hand_overs_since, passes, people, ready,
};
use outdial_model::{Clock, SystemClock, Timestamp};
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, Wire, until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(120);
/// People of a task.
const PEOPLE: usize = if LONG { 12 } else { 5 };

/// A gateway with a line to the vendors of its own.
struct Replica {
    process: Process,
    wire: Wire,
}

impl Replica {
    fn has_said(&self) -> u64 {
        self.wire.requests().carried()
    }
}

/// Replicas that all start at once, and a client of each.
async fn replicas(site: &Site, how_many: usize) -> (Vec<Replica>, Vec<Api>) {
    let mut starting = JoinSet::new();
    for _ in 0..how_many {
        let wire = Wire::to(&site.vendors_url()).await;
        let mut process = Process::at(site, &wire.url(), BINARY);
        starting.spawn(async move {
            process.start().await;
            Replica { process, wire }
        });
    }
    let replicas = starting.join_all().await;
    let key = replicas[0].process.make_key();
    let clients = replicas.iter().map(|replica| replica.process.client(&key)).collect();
    (replicas, clients)
}

/// So many tasks at a vendor, to be started; `first` tells their people from others.
async fn tasks(api: &Api, site: &Site, kind: &str, first: usize, how_many: usize) -> Vec<String> {
    let mut tasks = Vec::new();
    for number in first..first + how_many {
        let rows = number * PEOPLE..(number + 1) * PEOPLE;
        tasks.push(ready(api, site.task(kind, &[]), &people(site, kind, rows)).await);
    }
    tasks
}

/// Starts them all at once, asking one client after another.
async fn start(clients: &[Api], tasks: &[String]) {
    let mut starting = JoinSet::new();
    for (task, api) in tasks.iter().cloned().zip(clients.iter().cloned().cycle()) {
        starting.spawn(async move { api.start(&task).await });
    }
    starting.join_all().await;
}

pub async fn gateways_that_start_at_once_on_an_empty_database_all_come_up(store: StoreKind) {
    let site = Site::set(Setup::on(store)).await;

    let (_replicas, clients) = replicas(&site, 4).await;

    let task = clients[0].create_task(&site.task("nxtele", &["00", "01"])).await;
    for api in &clients {
        assert_eq!(api.task(&task).await["counts"]["total"], 2);
    }
    clients[1].start(&task).await;
    clients[3].wait_for_status(&task, "completed").await;
    everybody_rung_once(&site.vendors(), 2).await;
    site.clear().await;
}

pub async fn replicas_share_the_work_and_whoever_is_left_finishes_it(store: StoreKind) {
    const TASKS: usize = 4;
    let site = Site::set(Setup::on(store)).await;
    let (mut replicas, clients) = replicas(&site, 2).await;
    let mut all = Vec::new();
    for (kind, _) in VENDORS {
        all.extend(tasks(&clients[0], &site, kind, all.len(), TASKS).await);
    }
    start(&clients, &all).await;
    let said = async || (replicas[0].has_said(), replicas[1].has_said());
    until("both have told the vendors something", said, |(one, other)| *one > 0 && *other > 0).await;
    let rung = async || site.vendors().rings().await.numbers;
    until("some are rung", rung, |rung| *rung > PEOPLE as u64).await;

    replicas[0].process.kill();

    for task in &all {
        everybody_is_done(&clients[1], task, PEOPLE, PATIENCE).await;
        everything_was_told(&clients[1], task).await;
    }
    everybody_rung_once(&site.vendors(), all.len() * PEOPLE).await;
    site.clear().await;
}

/// How long a replica is frozen at least.
const FROZEN: Duration = Duration::from_secs(if LONG { 60 } else { 0 });
/// How soon another one has taken over; beside other stories, and on a slow machine, everything takes longer.
const TAKEOVER: Duration = Duration::from_secs(if LONG { 10 } else { 60 });
/// Requests that have their row and have not left, at least. One leaves in a second, so there are as many seconds
/// to freeze whoever has them.
const ABOUT_TO_LEAVE: usize = 3;

pub async fn nothing_a_frozen_replica_had_in_hand_is_sent_after_it_wakes(store: StoreKind) {
    // Requests wait for their turn, and answers longer than it takes until everything is in hand.
    let slowly = [("tencent_ccc".to_owned(), toml::toml! { rate = 1 }.into())];
    let setup = Setup { vendor_keys: toml::Table::from_iter(slowly), ..Setup::on(store) };
    let site = Site::set(setup.account_key("timeout_seconds", 25)).await;
    let vendors = site.vendors();
    for (kind, operation) in VENDORS {
        vendors.add_fault(&fault(kind, operation, "slow_body", json!({"seconds": 20}))).await;
    }
    let (frozen, clients) = replicas(&site, 1).await;
    let (frozen, api) = (&frozen[0], &clients[0]);
    let mut all = Vec::new();
    for (kind, how_many) in [("nxtele", 1), ("airudder", 1), ("tencent_ccc", 12)] {
        all.extend(tasks(api, &site, kind, all.len(), how_many).await);
    }
    start(&clients, &all).await;
    let in_hand = async || {
        let tasks = api.get("/v1/tasks?limit=50").await.expect(200);
        let has_row = |task: &&Value| task["counts"]["submitting"] != 0;
        let planned = tasks["data"].as_array().unwrap().iter().filter(has_row).count();
        (planned, hand_overs_since(&vendors, 0).await.len())
    };
    let everything = |(planned, sent): &(usize, usize)| {
        *planned == all.len() && *sent > 0 && *planned >= *sent + ABOUT_TO_LEAVE
    };
    let (planned, sent) =
        until("everything is in hand, and not much of it under way", in_hand, everything).await;

    frozen.process.freeze();
    let (since, frozen_at) = (Instant::now(), SystemClock.now());
    // Only now, so that nothing was in other hands.
    let (_awake, clients) = replicas(&site, 1).await;
    let api = &clients[0];
    vendors.clear_faults().await;
    let mut lost = Vec::new();
    for task in &all {
        everybody_is_done(api, task, PEOPLE, PATIENCE).await;
        let told = everything_was_told(api, task).await;
        lost.extend(taken_over(&told).map(|at| (task, at)));
    }
    assert!(
        lost.len() > sent,
        "of {planned} requests in hand, {sent} of them under way, were lost: {lost:?}"
    );
    passes(FROZEN.saturating_sub(since.elapsed())).await;
    let lasted = since.elapsed();
    let said = frozen.has_said();
    frozen.process.thaw();
    let log = async || frozen.process.log();
    let knows = |log: &String| lost.iter().all(|(task, _)| gave_up(log, task));
    until("it is awake and knows what it lost", log, knows).await;

    assert_eq!(frozen.has_said(), said, "something was sent after waking");
    everybody_rung_once(&vendors, all.len() * PEOPLE).await;
    let takeover = lost.iter().map(|(_, taken)| taken.duration_since(frozen_at)).max().unwrap();
    println!(
        "frozen replica: {planned} requests in hand, {sent} of them under way, frozen for {lasted:.0?}: 0 sent after \
         waking, takeover of the last of {} tasks after {:.1} s",
        lost.len(),
        takeover.as_secs_f64(),
    );
    assert!(takeover.as_secs_f64() <= TAKEOVER.as_secs_f64(), "{lost:?}");
    site.clear().await;
}

/// When another replica noted that a request was left open, if one was.
fn taken_over(told: &[Vec<Value>]) -> Option<Timestamp> {
    let noted = told.iter().flatten().filter(|event| event["type"] == "contact.outcome_unknown");
    noted.map(|event| event["timestamp"].as_str().unwrap().parse().unwrap()).min()
}

fn gave_up(log: &str, task: &str) -> bool {
    log.lines().any(|line| line.contains("another worker has this task now") && line.contains(task))
}

/// What the vendor allows for each action in any second.
const RATE: u64 = 20;
/// What we are told to keep to. Less than that in the short form: on a machine that stumbles requests arrive
/// closer together than they left, and not one too many is to come to the vendor.
const OUR_RATE: u64 = if LONG { RATE } else { 5 };
/// What comes at least in the busiest second, where more is to be sent than may be.
const PRESSURE: u64 = OUR_RATE.div_ceil(2);
/// How far apart requests of an action leave, in seconds: `transport/rate.rs` of the crate `provider`.
const SPACING: f64 = 1.2 / OUR_RATE as f64;
/// How many seconds longer the first request of an action may have been on its way than the last.
const ON_ITS_WAY: f64 = 1.0;

pub async fn a_vendors_rate_is_kept_by_all_replicas_together(store: StoreKind) {
    const TASKS: usize = if LONG { 120 } else { 24 };
    let ours = toml::Table::from_iter([("rate".to_owned(), (OUR_RATE as i64).into())]);
    let vendor_keys = toml::Table::from_iter([("tencent_ccc".to_owned(), ours.into())]);
    let site = Site::set(Setup { vendor_keys, ..Setup::on(store) }).await;
    let (replicas, clients) = replicas(&site, 3).await;

    let all = tasks(&clients[0], &site, "tencent_ccc", 0, TASKS).await;
    start(&clients, &all).await;
    for task in &all {
        everybody_is_done(&clients[0], task, PEOPLE, PATIENCE).await;
    }

    everybody_rung_once(&site.vendors(), all.len() * PEOPLE).await;
    let summary = site.vendors().requests_summary().await;
    let actions = summary["operations"].as_array().unwrap();
    let busiest = |action: &Value| action["busiest_second"].as_u64().unwrap();
    for action in actions {
        assert!(busiest(action) <= RATE, "{action:#}");
        assert!(action["by_code"].get("RequestLimitExceeded").is_none(), "{action:#}");
        assert!(took(action) + ON_ITS_WAY >= places(action), "faster than they may leave: {action:#}");
    }
    let most = actions.iter().map(busiest).max().unwrap();
    println!(
        "shared rate: {} tasks at 3 replicas: at most {most} requests of an action in a second",
        all.len()
    );
    assert!(most >= PRESSURE, "nobody had to wait: {summary:#}");
    for replica in &replicas {
        assert!(replica.has_said() > 0, "one of them did nothing");
    }
    site.clear().await;
}

/// Seconds from an action's first request to its last.
fn took(action: &Value) -> f64 {
    let at = |key: &str| action[key].as_i64().unwrap();
    (at("last_at_us") - at("first_at_us")) as f64 / 1e6
}

/// Seconds from the first place to the last, if none was left out.
fn places(action: &Value) -> f64 {
    (action["total"].as_u64().unwrap() - 1) as f64 * SPACING
}
