//! The process is killed while requests are under way; whoever got no answer sends the same again.

use super::{PATIENCE, Post, is_put_off, is_replayed};
use crate::world::{BINARY, Dice, LONG, VENDORS, everybody_rung_once};
use futures_util::future::join_all;
use futures_util::stream::{self, FuturesUnordered, StreamExt};
use outdial_testkit::{Answer, Api, Process, Setup, Site, StoreKind, until, until_within};
use reqwest::{Body, Method};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

/// Requests under way at each kill; there are three kills to a round, one for each kind of POST.
const UNDER_WAY: usize = if LONG { 30 } else { 15 };
const ROUNDS: usize = if LONG { 33 } else { 1 };

/// What became of requests the process was killed amid.
#[derive(Debug, Default)]
struct Tally {
    answered_before: usize,
    done_and_unanswered: usize,
    not_done: usize,
}

/// Sends them all, kills the process when a random number of them is answered, starts it again, and sends all
/// of them again; answers what they came to, in their order.
async fn killed_amid(
    process: &mut Process,
    api: &Api,
    (dice, tally): (&mut Dice, &mut Tally),
    posts: &[Post],
) -> Vec<Value> {
    let numbered = async |number: usize| (number, posts[number].attempt(api).await);
    let mut under_way: FuturesUnordered<_> = (0..posts.len()).map(numbered).collect();
    let mut before: Vec<Option<Answer>> = vec![None; posts.len()];
    for _ in 0..dice.below(posts.len() as u64) {
        let (number, answer) = under_way.next().await.unwrap();
        before[number] = answer;
    }
    process.kill();
    while let Some((number, answer)) = under_way.next().await {
        before[number] = answer;
    }
    process.start().await;

    let again = join_all(posts.iter().map(|post| post.insist(api))).await;
    let answers = again.into_iter().zip(before).map(|((again, _), before)| {
        // What was put off was not done.
        let before = before.filter(|before| !is_put_off(before));
        let replayed = is_replayed(&again);
        let told = again.expect(202);
        match before {
            Some(before) => {
                assert!(replayed, "done before, and again: {told:#}");
                assert_eq!(told, before.expect(202), "the same as before");
                tally.answered_before += 1;
            }
            None if replayed => tally.done_and_unanswered += 1,
            None => tally.not_done += 1,
        }
        told
    });
    answers.collect()
}

pub async fn requests_the_process_died_in_are_sent_again_and_done_once(store: StoreKind) {
    let site = Site::set(Setup::on(store)).await;
    let mut process = Process::at(&site, &site.vendors_url(), BINARY);
    let key = process.make_key();
    process.start().await;
    let api = process.client(&key);
    let (mut dice, mut tally) = (Dice::new("once"), Tally::default());
    for round in 0..ROUNDS {
        let (kind, _) = VENDORS[round % VENDORS.len()];
        let post =
            |number: usize, path: String, body: Value| Post { key: format!("{round}-{number}"), path, body };
        let drafts: Vec<_> = (0..UNDER_WAY)
            .map(|number| {
                let mut draft = site.task(kind, &[]);
                draft["name"] = format!("{round}-{number}").into();
                post(number, "/v1/tasks".to_owned(), draft)
            })
            .collect();
        let tasks = killed_amid(&mut process, &api, (&mut dice, &mut tally), &drafts).await;

        let path = |task: &Value| format!("/v1/tasks/{}", task["id"].as_str().unwrap());
        let people: Vec<_> = tasks
            .iter()
            .enumerate()
            .map(|(number, task)| {
                let phone = site.contact(kind, round * UNDER_WAY + number, "00")["phone"].clone();
                post(number, format!("{}/contacts", path(task)), json!({"contacts": [{"phone": phone}]}))
            })
            .collect();
        killed_amid(&mut process, &api, (&mut dice, &mut tally), &people).await;

        let starts = tasks.iter().enumerate();
        let starts: Vec<_> =
            starts.map(|(number, task)| post(number, format!("{}/start", path(task)), json!({}))).collect();
        killed_amid(&mut process, &api, (&mut dice, &mut tally), &starts).await;

        for task in &tasks {
            let over = |task: &Value| task["status"] == "completed";
            api.wait_long_until(task["id"].as_str().unwrap(), PATIENCE, "it is over", over).await;
        }
    }

    let tasks = api.all("/v1/tasks?limit=200").await;
    let names: BTreeSet<_> = tasks.iter().map(|task| task["name"].as_str().unwrap()).collect();
    assert_eq!((tasks.len(), names.len()), (ROUNDS * UNDER_WAY, ROUNDS * UNDER_WAY), "one task for each key");
    assert!(tasks.iter().all(|task| task["counts"]["total"] == 1), "one contact each: {tasks:#?}");
    everybody_rung_once(&site.vendors(), ROUNDS * UNDER_WAY).await;
    println!("once: {}: {} kills amid {UNDER_WAY} requests each: {tally:?}", store.name(), 3 * ROUNDS);
    site.clear().await;
}

/// People of a stream; it is taken in portions of a thousand.
const LINES: usize = 2_500;
/// What is sent of it before the process dies, and what of that is taken.
const SENT: usize = 1_500;
const TAKEN: usize = 1_000;
/// How long the key of a stream nobody sends any more is kept for whoever sent it.
const HELD: Duration = Duration::from_secs(60);

pub async fn a_stream_the_process_died_in_is_sent_again_and_adds_nobody_twice(store: StoreKind) {
    let site = Site::set(Setup::on(store)).await;
    let mut process = Process::at(&site, &site.vendors_url(), BINARY);
    let key = process.make_key();
    process.start().await;
    let api = process.client(&key);
    let task = api.create_task(&site.task("nxtele", &[])).await;
    let total = async || api.task(&task).await["counts"]["total"].as_u64().unwrap();
    let lines = people(&site, LINES);
    let upload = |body: Body| {
        let request = api.request(Method::POST, &format!("/v1/tasks/{task}/contacts"));
        request.header("idempotency-key", "stream").header("content-type", "application/x-ndjson").body(body)
    };

    // It begins, and more is promised than comes.
    let begun = stream::once(ready(Ok::<_, Infallible>(lines[..SENT].concat())));
    let begun = upload(Body::wrap_stream(begun.chain(stream::pending())));
    let sending = tokio::spawn({
        let api = api.clone();
        async move { api.attempt(begun).await }
    });
    until("a portion is taken", total, |total| *total == TAKEN as u64).await;
    process.kill();
    assert!(sending.await.unwrap().is_none(), "nobody was left to answer");
    process.start().await;

    assert_eq!(total().await, TAKEN as u64, "what was taken is kept");
    let whole = || async { api.send(upload(lines.concat().into())).await };
    let free = |answer: &Answer| !is_put_off(answer);
    let answer =
        if LONG { until_within(2 * HELD, "the key is free", whole, free).await } else { whole().await };
    if is_put_off(&answer) {
        // Whoever sent it may send it still, as far as anybody can tell.
        assert_eq!(answer.body["code"], "idempotency_in_progress");
        assert_eq!(total().await, TAKEN as u64);
    } else {
        let done = answer.expect(202);
        let (accepted, existing) = (json!(LINES - TAKEN), json!(TAKEN));
        assert_eq!((&done["accepted"], &done["existing"]), (&accepted, &existing), "{done:#}");
        let again = whole().await;
        assert!(is_replayed(&again), "{:#}", again.body);
        assert_eq!(again.expect(202), done);
        assert_eq!(total().await, LINES as u64);
    }
    site.clear().await;
}

/// Lines of people nothing but their place in the stream tells apart from others.
fn people(site: &Site, how_many: usize) -> Vec<String> {
    let phone = |row| site.contact("nxtele", row, "00")["phone"].clone();
    (0..how_many).map(|row| format!("{}\n", json!({"phone": phone(row)}))).collect()
}
