//! Three of five requests answered with 503 for five simulated minutes, whatever they ask: creating requests
//! are never repeated blindly, reads hardly at all, and the breaker keeps people back for as long as it helps.

use crate::world::{CREATING, LONG, VENDORS, everybody_rung_once, fault, people, running};
use outdial_model::Timestamp;
use outdial_testkit::{Setup, StoreKind, TestApp, until_within};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Simulated seconds in a real one. The breaker knows only real ones.
const SPEED: f64 = if LONG { 5.0 } else { 40.0 };
const STORM: Duration = Duration::from_millis((300_000.0 / SPEED) as u64);
const SETTLE: Duration = Duration::from_secs(1);
/// How long a breaker stays open before one request may try.
const OPEN_FOR: Duration = Duration::from_secs(15);
/// Failures that open a breaker, at most.
const MOST_FAILURES: usize = 10;
/// Creating requests that may be under way when it opens: one of every other task, where the storm is so short that
/// all of them meet it at once.
const UNDER_WAY: usize = if LONG { 0 } else { Crowd::TASKS - 1 };
/// Beside other stories, and on a slow machine, the one that may try takes longer.
const CLOSED_WITHIN: Duration = Duration::from_secs(if LONG { 30 } else { 90 });
const MOST_READS: f64 = 1.2;
const PATIENCE: Duration = Duration::from_secs(if LONG { 600 } else { 120 });

/// A creating request, and what tells whether it was carried out.
const LOOK_UPS: [(&str, &str); 5] = [
    ("createTask", "listTask"),
    ("addBatchCall", "listOrderDetail"),
    ("CreateAutoCalloutTask", "DescribeAutoCalloutTasks"),
    ("createinstance", "instances"),
    ("uploaddetails", "detailinstances"),
];

const READS: [&str; 9] = [
    "listTask",
    "listOrderDetail",
    "DescribeAutoCalloutTasks",
    "DescribeAutoCalloutTask",
    "DescribeTelCdr",
    "instances",
    "detailinstances",
    "taskdetail",
    "calls",
];

pub async fn a_creating_request_that_failed_is_looked_up_before_the_next(store: StoreKind) {
    // So few that one request takes them all: whatever is created next is for the same people.
    const PEOPLE: usize = 40;
    let app = TestApp::with(Setup::on(store).at_speed(SPEED)).await;
    let mut tasks = Vec::new();
    for (kind, hands_over) in VENDORS {
        // Whatever an account needs to talk at all, it has before the storm.
        app.get(&format!("/v1/accounts/{kind}-demo/vendor_tasks")).await.expect(200);
        app.vendors().add_fault(&fault(kind, hands_over, "status", json!({"times": 2}))).await;
        begins(&app, kind).await;
    }
    for (place, (kind, _)) in VENDORS.into_iter().enumerate() {
        let people = people(app.site(), kind, place * PEOPLE..(place + 1) * PEOPLE);
        tasks.push(running(&app, app.site(), kind, &people).await);
    }

    let since = Instant::now();
    until_within(PATIENCE, "the storm is over", async || since.elapsed(), |time| *time >= STORM).await;
    app.vendors().clear_faults().await;
    for (kind, hands_over) in VENDORS {
        app.vendors().add_fault(&fault(kind, hands_over, "status", json!({"times": 2}))).await;
    }

    all_completed(&app, &tasks).await;
    everybody_rung_once(&app.vendors(), VENDORS.len() * PEOPLE).await;
    let requests = app.vendors().requests().await;
    for (kind, _) in VENDORS {
        let asked: Vec<_> = requests.iter().filter(|request| request["provider"] == *kind).collect();
        let failed = each_was_looked_up(&asked);
        println!(
            "storm: {}: {kind}: {failed} creating requests failed, each looked up before the next",
            store.name()
        );
        assert!(failed > 0, "{kind}: nothing failed");
    }
    app.shut_down().await;
}

/// How many creating requests failed among these, all for the same people, in order.
fn each_was_looked_up(asked: &[&Value]) -> usize {
    let creates = |request: &&&Value| CREATING.iter().any(|operation| request["operation"] == *operation);
    let mut failures = 0;
    for (at, failed) in
        asked.iter().enumerate().filter(|(_, request)| creates(request) && request["status"] == 503)
    {
        failures += 1;
        let next = asked[at + 1..].iter().position(|request| creates(&request)).map(|steps| at + 1 + steps);
        let Some(next) = next else { continue };
        let (_, tells) = LOOK_UPS.iter().find(|(creates, _)| failed["operation"] == *creates).unwrap();
        let ripe = millis(failed) + i64::try_from(SETTLE.as_millis()).unwrap();
        let told = |request: &&&Value| {
            request["operation"] == *tells && request["status"] == 200 && millis(request) >= ripe
        };
        assert!(
            asked[at..next].iter().any(|request| told(&request)),
            "sent again without a look-up: {:#?}",
            &asked[at..=next]
        );
    }
    failures
}

pub async fn live_reads_in_a_storm_are_repeated_within_a_fifth(store: StoreKind) {
    const LOOKS: usize = if LONG { 1_000 } else { 100 };
    let app = TestApp::with(Setup::on(store)).await;
    for (kind, _) in VENDORS {
        begins(&app, kind).await;
    }

    let looks = async |kind: &str| {
        let path = format!("/v1/accounts/{kind}-demo/vendor_tasks");
        for _ in 0..LOOKS {
            app.send(app.request(Method::GET, &path)).await;
        }
    };
    tokio::join!(looks("nxtele"), looks("tencent_ccc"), looks("airudder"));

    let reads = reads(&app).await;
    for (kind, _) in VENDORS {
        let times = reads[kind] as f64 / LOOKS as f64;
        println!("storm: {}: {kind}: {LOOKS} live reads took {times:.2} × as many requests", store.name());
        assert!(times <= MOST_READS, "{kind}: {times} ×");
    }
    app.shut_down().await;
}

pub async fn the_breaker_opens_after_few_failures_and_closes_soon_after_the_storm(store: StoreKind) {
    let crowd = Crowd::dialing(store).await;
    let storm = Storm::over(&crowd).await;

    let since = Instant::now();
    let closed = async || {
        let mut states = Vec::new();
        for (kind, _) in VENDORS {
            states.push(breaker(&crowd.app, kind).await["state"].clone());
        }
        states
    };
    let all = |states: &Vec<Value>| states.iter().all(|state| state == "closed");
    until_within(CLOSED_WITHIN, "every breaker is closed", closed, all).await;
    let closed_after = since.elapsed().as_secs_f64();

    all_completed(&crowd.app, &crowd.tasks).await;
    everybody_rung_once(&crowd.app.vendors(), Crowd::PEOPLE * crowd.tasks.len()).await;
    println!("storm: {}: every breaker closed {closed_after:.1} s after the storm", store.name());
    for (kind, failures) in storm.opened {
        println!(
            "storm: {}: {kind}: the breaker opened after {failures} failed creating requests",
            store.name()
        );
        let most = MOST_FAILURES + UNDER_WAY;
        assert!(failures <= most, "{kind}: {failures} creating requests failed before");
    }
    crowd.app.shut_down().await;
    // A short storm is mostly look-ups for what it began with, and says little about the usual.
    if LONG {
        takes_few_reads(store, storm.lasted, storm.reads).await;
    }
}

/// In as long a time without a storm there are about as many reads.
async fn takes_few_reads(store: StoreKind, time: Duration, reads: BTreeMap<&str, u64>) {
    let crowd = Crowd::dialing(store).await;
    let before = self::reads(&crowd.app).await;
    let since = Instant::now();
    until_within(PATIENCE, "as long has passed", async || since.elapsed(), |passed| *passed >= time).await;
    let after = self::reads(&crowd.app).await;
    for (kind, reads) in reads {
        let times = reads as f64 / (after[kind] - before[kind]) as f64;
        println!("storm: {}: {kind}: {reads} reads, {times:.2} × the usual", store.name());
        assert!(times <= MOST_READS, "{kind}: {times} × the usual reads");
    }
    crowd.app.shut_down().await;
}

/// A storm as it went.
struct Storm {
    lasted: Duration,
    /// How many creating requests each vendor had failed when the breaker opened.
    opened: BTreeMap<&'static str, usize>,
    reads: BTreeMap<&'static str, u64>,
}

impl Storm {
    /// Rages over a crowd until every breaker has opened, and at least its time.
    async fn over(crowd: &Crowd) -> Self {
        let app = &crowd.app;
        let before = reads(app).await;
        for (kind, _) in VENDORS {
            begins(app, kind).await;
        }
        let since = Instant::now();
        let mut opened = BTreeMap::new();
        let watch = async || {
            for (kind, _) in VENDORS {
                let breaker = breaker(app, kind).await;
                if let Some(until) = breaker["until"].as_str().filter(|_| !opened.contains_key(kind)) {
                    let until: Timestamp = until.parse().unwrap();
                    opened.insert(kind, failed_before(app, kind, until - OPEN_FOR).await);
                }
            }
            (since.elapsed(), opened.len())
        };
        let is_over = |(time, opened): &(Duration, usize)| *time >= STORM && *opened == VENDORS.len();
        until_within(PATIENCE, "the storm is over and every breaker was open", watch, is_over).await;
        let lasted = since.elapsed();
        let mut reads = reads(app).await;
        app.vendors().clear_faults().await;
        reads.iter_mut().for_each(|(kind, reads)| *reads -= before[kind]);
        Self { lasted, opened, reads }
    }
}

/// A gateway with more people at every vendor than it gets to during a storm.
struct Crowd {
    app: TestApp,
    tasks: Vec<String>,
}

impl Crowd {
    /// Tasks at each vendor, and lines each dials on.
    const TASKS: usize = 4;
    const LINES: u32 = 5;
    /// People in each, whose phones ring for a simulated minute.
    const PEOPLE: usize = 60;

    /// Every vendor has somebody of every task.
    async fn dialing(store: StoreKind) -> Self {
        let setup = Setup::on(store).at_speed(SPEED).account_key("window", 2 * Self::LINES);
        let app = TestApp::with(setup).await;
        let lines = json!({"tencent.default_concurrency": Self::LINES, "airudder.concurrency": Self::LINES});
        app.vendors().set(&lines).await;
        let mut tasks = Vec::new();
        for number in 0..VENDORS.len() * Self::TASKS {
            let (kind, _) = VENDORS[number % VENDORS.len()];
            let rows = number * Self::PEOPLE..(number + 1) * Self::PEOPLE;
            let mut draft = app.task(kind, &[]);
            if kind == "nxtele" {
                draft["pacing"] = json!({"max_concurrent_calls": Self::LINES});
            }
            draft["contacts"] = rows.map(|row| app.contact(kind, row, "07")).collect();
            tasks.push(app.create_task(&draft).await);
        }
        for task in &tasks {
            app.start(task).await;
        }
        for task in &tasks {
            let dials = |task: &Value| task["counts"]["dialing"] != 0 || task["counts"]["completed"] != 0;
            app.wait_until(task, "somebody is dialed", dials).await;
        }
        Self { app, tasks }
    }
}

async fn begins(app: &TestApp, kind: &str) {
    let storm = fault(kind, "*", "status", json!({"code": 503, "probability": 0.6}));
    app.vendors().add_fault(&storm).await;
}

async fn all_completed(app: &TestApp, tasks: &[String]) {
    for task in tasks {
        app.wait_long_until(task, PATIENCE, "it is completed", |task| task["status"] == "completed").await;
    }
}

async fn breaker(app: &TestApp, kind: &str) -> Value {
    app.get(&format!("/v1/accounts/{kind}-demo")).await.expect(200)["breaker"].clone()
}

/// Creating requests the vendor has failed until `opened`.
async fn failed_before(app: &TestApp, kind: &str, opened: Timestamp) -> usize {
    let requests = app.vendors().requests().await;
    let creates = |request: &&Value| CREATING.iter().any(|operation| request["operation"] == *operation);
    let failed = |request: &&Value| request["provider"] == *kind && request["status"] == 503;
    let early = |request: &&Value| millis(request) <= opened.as_millisecond();
    requests.iter().filter(creates).filter(failed).filter(early).count()
}

/// How many reads each vendor has got so far.
async fn reads(app: &TestApp) -> BTreeMap<&'static str, u64> {
    let summary = app.vendors().requests_summary().await;
    let of = |kind: &str| {
        let is = |entry: &&Value| {
            entry["provider"] == *kind && READS.iter().any(|operation| entry["operation"] == *operation)
        };
        summary["operations"]
            .as_array()
            .unwrap()
            .iter()
            .filter(is)
            .map(|entry| entry["total"].as_u64().unwrap())
            .sum()
    };
    VENDORS.into_iter().map(|(kind, _)| (kind, of(kind))).collect()
}

fn millis(request: &Value) -> i64 {
    request["at_ms"].as_i64().unwrap()
}
