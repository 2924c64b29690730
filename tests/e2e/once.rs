//! Requests with an idempotency key under fire: many of the same at one moment, another with the same key among
//! them, and a process that is killed inside (`killed.rs`).
//!
//! What a key means for one request after another is told by the API's own tests.

mod killed;

pub use killed::{
    a_stream_the_process_died_in_is_sent_again_and_adds_nobody_twice,
    requests_the_process_died_in_are_sent_again_and_done_once,
};

use crate::world::{LONG, VENDORS, everybody_rung_once};
use futures_util::future::join_all;
use outdial_testkit::{Answer, Api, Setup, StoreKind, TestApp, until_within};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::time::Duration;

/// The same request, so many times at one moment.
const AT_ONCE: usize = 100;
/// How often.
const KEYS: usize = if LONG { 100 } else { 5 };
/// How long an answer may take, or everybody's call.
const PATIENCE: Duration = Duration::from_secs(if LONG { 300 } else { 120 });

/// A POST that is to have its effect once.
#[derive(Debug, Clone)]
struct Post {
    key: String,
    path: String,
    body: Value,
}

impl Post {
    fn request(&self, api: &Api) -> RequestBuilder {
        api.request(Method::POST, &self.path).header("idempotency-key", &self.key).json(&self.body)
    }

    /// The answer, if there is one.
    async fn attempt(&self, api: &Api) -> Option<Answer> {
        api.attempt(self.request(api)).await
    }

    /// Sends it, and again whenever it is told to come again; the answer, and how often that was.
    async fn insist(&self, api: &Api) -> (Answer, usize) {
        let mut sent = 0;
        let send = async || {
            sent += 1;
            api.send(self.request(api)).await
        };
        let answer = until_within(PATIENCE, "there is an answer", send, |answer| !is_put_off(answer)).await;
        (answer, sent - 1)
    }
}

/// What requests with keys came to.
#[derive(Debug, Default)]
struct Tally {
    done: usize,
    replayed: usize,
    told_of_another: usize,
    put_off: usize,
}

impl Tally {
    /// Counts an answer; gives back what the request did, now or before.
    fn count(&mut self, answer: Answer) -> Option<Value> {
        if answer.body["code"] == "idempotency_key_reused" {
            answer.expect(422);
            self.told_of_another += 1;
            return None;
        }
        *(if is_replayed(&answer) { &mut self.replayed } else { &mut self.done }) += 1;
        assert!(answer.status.is_success(), "{}: {:#}", answer.status, answer.body);
        Some(answer.body)
    }
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|marked| marked == "true")
}

/// A twin is under way, or the store has too much to do: in both cases the answer says when to come again.
fn is_put_off(answer: &Answer) -> bool {
    let put_off =
        answer.body["code"] == "idempotency_in_progress" || answer.body["code"] == "store_unavailable";
    if put_off {
        let pause = answer.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
        assert!((1..=60).contains(&pause), "{pause}");
    }
    put_off
}

/// Sends them all at one moment. One does it, and what it did is what the others are told.
async fn at_one_moment(api: &Api, posts: &[Post], tally: &mut Tally) -> Value {
    let done_before = tally.done;
    let mut told = Vec::new();
    for (answer, put_off) in join_all(posts.iter().map(|post| post.insist(api))).await {
        tally.put_off += put_off;
        told.extend(tally.count(answer));
    }
    assert_eq!(tally.done, done_before + 1, "one did it: {tally:?}");
    assert!(told.iter().all(|what| *what == told[0]), "all are told the same");
    told.remove(0)
}

fn a_hundred(key: &str, path: &str, body: Value) -> Vec<Post> {
    vec![Post { key: key.to_owned(), path: path.to_owned(), body }; AT_ONCE]
}

/// A contact that nothing but the request's key keeps from being added again.
fn nameless(app: &TestApp, kind: &str, row: usize) -> Value {
    json!({"phone": app.contact(kind, row, "00")["phone"]})
}

pub async fn a_hundred_at_one_moment_do_it_once(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let (mut tally, mut tasks) = (Tally::default(), Vec::new());
    for n in 0..KEYS {
        let (kind, _) = VENDORS[n % VENDORS.len()];
        let key = format!("key-{n}");
        let mut draft = app.task(kind, &[]);
        draft["contacts"] = json!([nameless(&app, kind, 3 * n), nameless(&app, kind, 3 * n + 1)]);

        let created = at_one_moment(&app, &a_hundred(&key, "/v1/tasks", draft), &mut tally).await;
        let task = created["id"].as_str().unwrap().to_owned();
        let late = json!({"contacts": [nameless(&app, kind, 3 * n + 2)]});
        let path = format!("/v1/tasks/{task}");
        let added =
            at_one_moment(&app, &a_hundred(&key, &format!("{path}/contacts"), late), &mut tally).await;
        assert_eq!(added["accepted"], 1, "{added:#}");
        at_one_moment(&app, &a_hundred(&key, &format!("{path}/start"), json!({})), &mut tally).await;
        tasks.push(task);
    }

    for task in &tasks {
        let over = |task: &Value| task["status"] == "completed";
        let done = app.wait_long_until(task, PATIENCE, "it is over", over).await;
        assert_eq!(
            (&done["counts"]["total"], &done["counts"]["completed"]),
            (&json!(3), &json!(3)),
            "{done:#}"
        );
    }
    assert_eq!(app.all("/v1/tasks?limit=200").await.len(), KEYS, "one task for each key");
    everybody_rung_once(&app.vendors(), 3 * KEYS).await;
    println!("once: {}: {AT_ONCE} at one moment, {KEYS} keys, three kinds of POST: {tally:?}", store.name());
    app.shut_down().await;
}

pub async fn of_two_requests_with_one_key_one_is_done_and_the_other_refused(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let mut tally = Tally::default();
    for n in 0..KEYS {
        let [one, other] = ["one", "other"].map(|name| {
            let mut draft = app.task("nxtele", &["00"]);
            draft["name"] = name.into();
            a_hundred(&format!("key-{n}"), "/v1/tasks", draft).into_iter().take(AT_ONCE / 2)
        });
        let mixed: Vec<_> = one.zip(other).flat_map(|(one, other)| [one, other]).collect();

        let told_of_another = tally.told_of_another;
        at_one_moment(&app, &mixed, &mut tally).await;

        assert_eq!(tally.told_of_another, told_of_another + AT_ONCE / 2, "the other half, all of it");
    }
    assert_eq!(app.all("/v1/tasks?limit=200").await.len(), KEYS, "one task for each key");
    println!("once: {}: two requests with one key, {KEYS} keys: {tally:?}", store.name());
    app.shut_down().await;
}

/// The verb was asked for once, so it is not done again when the world has moved on.
pub async fn a_start_sent_a_hundred_times_more_starts_nothing_that_was_paused(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let mut tally = Tally::default();
    let mut draft = app.task("nxtele", &[]);
    draft["keep_open"] = json!(true);
    let task = app.create_task(&draft).await;
    let start = a_hundred("key", &format!("/v1/tasks/{task}/start"), json!({}));
    let started = at_one_moment(&app, &start, &mut tally).await;
    app.wait_for_status(&task, "running").await;
    app.pause(&task).await;
    app.wait_for_status(&task, "paused").await;

    let again = join_all(start.iter().map(|post| post.insist(&app))).await;

    for (answer, _) in again {
        assert!(is_replayed(&answer), "{:#}", answer.body);
        assert_eq!(answer.expect(202), started, "what it was told when it was done");
    }
    let seen = app.get(&format!("/v1/tasks/{task}")).await.expect(200);
    assert_eq!((&seen["desired_status"], &seen["status"]), (&json!("paused"), &json!("paused")));
    app.shut_down().await;
}

/// Whoever comes late is told what was done, not that it could not be done any more.
pub async fn a_hundred_starts_of_what_is_over_at_once_are_told_that_it_started(store: StoreKind) {
    const TASKS: usize = if LONG { 20 } else { 2 };
    let app = TestApp::with(Setup::on(store)).await;
    let mut tally = Tally::default();
    for n in 0..TASKS {
        // Its only contact is taken back before it starts, so nothing is left to do.
        let task = app.create_task(&app.task("nxtele", &["00"])).await;
        let contact = app.contacts(&task).await.remove(0);
        let cancel = format!("/v1/contacts/{}/cancel", contact["id"].as_str().unwrap());
        app.post(&cancel, &json!({})).await.expect(202);

        let start = a_hundred(&format!("key-{n}"), &format!("/v1/tasks/{task}/start"), json!({}));
        let started = at_one_moment(&app, &start, &mut tally).await;

        assert_eq!(started["desired_status"], "running", "{started:#}");
        app.wait_for_status(&task, "completed").await;
    }
    println!("once: {}: starts of what is over at once, {TASKS} tasks: {tally:?}", store.name());
    app.shut_down().await;
}
