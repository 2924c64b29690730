//! What stories have in common: the vendors, faults, chance, and what is true of everybody at the end.

use outdial_model::{Clock, SystemClock};
use outdial_testkit::{Api, Site, Vendors, until_within};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Whether stories are told in their long form.
pub const LONG: bool = cfg!(feature = "long");

/// How long something may take that is done step by step.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The binary `outdial`, built for these tests.
pub const BINARY: &str = env!("CARGO_BIN_EXE_outdial-under-test");

/// The vendors every story is told at, with the operation that hands people over there.
pub const VENDORS: [(&str, &str); 3] =
    [("nxtele", "addBatchCall"), ("tencent_ccc", "CreateAutoCalloutTask"), ("airudder", "uploaddetails")];

/// Every operation that must not be carried out twice.
pub const CREATING: [&str; 5] =
    ["createTask", "addBatchCall", "CreateAutoCalloutTask", "createinstance", "uploaddetails"];

/// The simulator's word for a provider is the first part of ours.
pub fn provider(kind: &str) -> &str {
    kind.split('_').next().unwrap_or(kind)
}

/// A fault at a vendor; `more` are keys of the mode's own.
pub fn fault(kind: &str, operation: &str, mode: &str, more: Value) -> Value {
    let mut fault = json!({"provider": provider(kind), "operation": operation, "mode": mode});
    fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fault
}

/// Tells a story to its end on a runtime of its own.
pub fn block_on<F: Future>(story: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(story)
}

/// `all` people shared out among the vendors, by rows: vendors of one country must not have a number in common.
pub fn shares(all: usize) -> [(&'static str, Range<usize>); 3] {
    let parts = VENDORS.len();
    std::array::from_fn(|part| (VENDORS[part].0, part * all / parts..(part + 1) * all / parts))
}

/// Contacts of a vendor whose calls end in all sorts of ways.
pub fn people(site: &Site, kind: &str, rows: Range<usize>) -> Vec<Value> {
    const ENDINGS: [&str; 6] = ["00", "01", "02", "03", "05", "00"];
    rows.map(|row| site.contact(kind, row, ENDINGS[row % ENDINGS.len()])).collect()
}

/// A task with these people, running.
pub async fn running(api: &Api, site: &Site, kind: &str, people: &[Value]) -> String {
    running_as(api, site.task(kind, &[]), people).await
}

/// As [`running`], with what `draft` says of the task.
pub async fn running_as(api: &Api, draft: Value, people: &[Value]) -> String {
    let task = ready(api, draft, people).await;
    api.start(&task).await;
    task
}

/// A task as `draft` says, with these people, to be started.
pub async fn ready(api: &Api, mut draft: Value, people: &[Value]) -> String {
    draft["keep_open"] = json!(true);
    let task = api.create_task(&draft).await;
    for some in people.chunks(1000) {
        api.add_contacts(&task, json!(some)).await.expect(202);
    }
    let closed = api.request(reqwest::Method::PATCH, &format!("/v1/tasks/{task}"));
    api.send(closed.json(&json!({"keep_open": false}))).await.expect(202);
    task
}

/// `task` came to its end within `patience`, and with it each of its `people`; its numbers add up.
pub async fn everybody_is_done(api: &Api, task: &str, people: usize, patience: Duration) {
    let over = |task: &Value| task["status"] == "completed";
    let done = api.wait_long_until(task, patience, "everybody is done", over).await;
    let sum = |numbers: &Value, but: &str| {
        let numbers = numbers.as_object().unwrap().iter().filter(|(name, _)| *name != but);
        numbers.map(|(_, number)| number.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(done["counts"]["completed"], people, "{done:#}");
    assert_eq!(done["counts"]["total"], sum(&done["counts"], "total"), "{done:#}");
    assert_eq!(done["counts"]["completed"], sum(&done["dispositions"], ""), "{done:#}");
}

/// Requests of people to the vendors since then (Unix microseconds): each can make phones ring.
pub async fn hand_overs_since(vendors: &Vendors, since_us: i64) -> Vec<Value> {
    let mut requests = vendors.requests_since(since_us).await;
    requests.retain(|request| VENDORS.iter().any(|(_, operation)| request["operation"] == *operation));
    requests
}

/// The present instant in Unix microseconds, as the vendors tell instants.
pub fn now_us() -> i64 {
    SystemClock.now().as_microsecond()
}

/// Waits until so much time has passed.
pub async fn passes(time: Duration) {
    let since = Instant::now();
    until_within(2 * time, "the time has passed", async || since.elapsed(), |passed| *passed >= time).await;
}

/// The vendors rang `people` numbers, and none of them twice.
pub async fn everybody_rung_once(vendors: &Vendors, people: usize) {
    let rings = vendors.rings().await;
    assert_eq!((rings.numbers, rings.max_per_number), (people as u64, 1), "{rings:?}");
}

/// Everything that happened to the people of `task` was told, once, in order: state and event are one. Answers
/// what was told of each.
pub async fn everything_was_told(api: &Api, task: &str) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    for contact in api.contacts(task).await {
        let id = contact["id"].as_str().unwrap();
        let told = api.all(&format!("/v1/contacts/{id}/timeline?limit=200")).await;
        let about: Vec<_> =
            told.iter().filter(|event| event["type"].as_str().unwrap().starts_with("contact.")).collect();
        let ids: BTreeSet<_> = told.iter().map(|event| event["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), told.len(), "{told:#?}");
        let sequence: Vec<_> = told.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
        assert!(sequence.iter().copied().eq(1..=told.len() as u64), "gaps in {sequence:?}: {told:#?}");
        let last = about.last().unwrap()["type"].as_str().unwrap();
        assert_eq!(last, format!("contact.{}", contact["status"].as_str().unwrap()), "{told:#?}");
        all.push(told);
    }
    all
}

/// Chance that can be repeated.
pub struct Dice(u64);

impl Dice {
    /// Dice nobody has seen before; what they are is printed.
    pub fn new(story: &str) -> Self {
        let seed = RandomState::new().hash_one(story) | 1;
        println!("{story}: seed {seed:#x}");
        Self(seed)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
