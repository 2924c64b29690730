//! A gateway that is told to end while everybody asks: whoever was heard is answered.

use crate::world::BINARY;
use futures_util::stream;
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, until};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const CLIENTS: usize = 24;
/// Requests that are answered before the end is asked for.
const WARM: usize = 300;

/// What became of a client's requests until the gateway was gone.
#[derive(Debug, Default)]
struct Fate {
    answered: usize,
    created: usize,
    broken: Vec<String>,
}

pub async fn told_to_end_under_load_it_breaks_no_answer(store: StoreKind) {
    let site = Site::set(Setup::on(store)).await;
    let mut gateway = draining(&site, 1);
    let key = gateway.make_key();
    let api = gateway.client(&key);
    gateway.start().await;
    let task = api.create_task(&site.task("nxtele", &[])).await;
    let (lines, upload) = uploading(&api, &task);
    lines.send(site.contact("nxtele", 0, "00")).await.unwrap();
    let answered = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        // Each with connections of its own.
        let (api, draft) = (gateway.client(&key), site.task("nxtele", &["00"]));
        clients.spawn(ask_until_it_is_gone(api, draft, Arc::clone(&answered)));
    }
    let so_far = async || answered.load(Ordering::SeqCst);
    until("everybody is at it", so_far, |answered| *answered >= WARM).await;
    let upload = tokio::spawn(upload.send());

    gateway.terminate();
    let probing = fresh(&gateway);
    let ready = async || probing().await;
    let told = |answer: &Option<(u16, Value)>| {
        answer.as_ref().is_some_and(|(status, body)| *status == 503 && body["code"] == "draining")
    };
    until("load balancers are told", ready, told).await;
    let at_the_word = answered.load(Ordering::SeqCst);
    // Somebody was in the middle of a body, and goes on.
    lines.send(site.contact("nxtele", 1, "00")).await.unwrap();
    drop(lines);
    let uploaded = upload.await.unwrap().unwrap();
    assert_eq!(uploaded.status(), 202);
    assert!(uploaded.text().await.unwrap().contains("\"accepted\":2"), "the rest of the body was not read");

    let mut all = Fate::default();
    while let Some(fate) = clients.join_next().await {
        let Fate { answered, created, broken } = fate.unwrap();
        all.answered += answered;
        all.created += created;
        all.broken.extend(broken);
    }
    assert_eq!(gateway.ended().await, Some(0), "{}", gateway.log());
    println!(
        "drain: {}: SIGTERM under {CLIENTS} clients: {} requests answered, {} of them after the word, {} broken",
        store.name(),
        all.answered,
        all.answered - at_the_word,
        all.broken.len()
    );
    assert_eq!(all.broken, Vec::<String>::new());
    assert!(all.answered > at_the_word, "nobody was answered any more");
    gateway.start().await;
    let tasks = api.all("/v1/tasks?limit=200").await;
    assert_eq!(tasks.len(), all.created + 1, "what was acknowledged is there, and nothing else");
    site.clear().await;
}

pub async fn told_twice_it_ends_at_once(store: StoreKind) {
    let site = Site::set(Setup::on(store)).await;
    let mut gateway = draining(&site, 3_600);
    gateway.start().await;
    gateway.terminate();
    let probing = fresh(&gateway);
    let told = |answer: &Option<(u16, Value)>| matches!(answer, Some((503, _)));
    until("it is about to end", async || probing().await, told).await;
    gateway.terminate();
    assert_eq!(gateway.ended().await, Some(1));
    site.clear().await;
}

/// A gateway that takes requests for so long after it was told to end.
fn draining(site: &Site, seconds: i64) -> Process {
    let gateway = Process::at(site, &site.vendors_url(), BINARY);
    gateway.configure(|config| {
        config["server"].as_table_mut().unwrap().insert("drain_seconds".into(), seconds.into());
    });
    gateway
}

/// Asks whether it is ready, each time by a connection of its own.
fn fresh(gateway: &Process) -> impl AsyncFn() -> Option<(u16, Value)> + use<> {
    let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let url = format!("{}/readyz", gateway.url());
    async move || {
        let answer = http.get(&url).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }
}

/// Contacts for a task, one line after the other as they are given.
fn uploading(api: &Api, task: &str) -> (mpsc::Sender<Value>, RequestBuilder) {
    let (lines, given) = mpsc::channel::<Value>(8);
    let body = stream::unfold(given, |mut given| async {
        let line = given.recv().await?;
        Some((Ok::<_, Infallible>(format!("{line}\n")), given))
    });
    let request = api.request(Method::POST, &format!("/v1/tasks/{task}/contacts"));
    let request = request.header("content-type", "application/x-ndjson");
    (lines, request.body(reqwest::Body::wrap_stream(body)))
}

/// Reads and writes in turn until no connection is to be had. Anything but a whole answer to what was sent, or no
/// connection to send it by, is broken.
async fn ask_until_it_is_gone(api: Api, draft: Value, answered: Arc<AtomicUsize>) -> Fate {
    let mut fate = Fate::default();
    loop {
        for is_write in [false, true] {
            let request = if is_write {
                api.request(Method::POST, "/v1/tasks").json(&draft)
            } else {
                api.request(Method::GET, "/v1/tasks?limit=5")
            };
            match whole(request).await {
                Ok(status) => {
                    fate.answered += 1;
                    answered.fetch_add(1, Ordering::SeqCst);
                    fate.created += usize::from(is_write && status == 202);
                    if status != if is_write { 202 } else { 200 } {
                        fate.broken.push(format!("status {status}"));
                    }
                }
                Err(error) if error.is_connect() => return fate,
                Err(error) => {
                    fate.broken.push(format!("{error:?}"));
                    return fate;
                }
            }
        }
    }
}

/// The status of an answer that came whole.
async fn whole(request: RequestBuilder) -> reqwest::Result<u16> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    answer.bytes().await?;
    Ok(status)
}
