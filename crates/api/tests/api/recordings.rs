//! Recordings: handed on from a vendor's storage that is not to be trusted.

use crate::test_api::{Answer, Place, TestApi, send, task_with};
use outdial_engine::outward::Limits;
use outdial_engine::provider::{MemoryOptions, MemoryProvider, Staging};
use outdial_model::{ContactId, Disposition, SystemClock};
use outdial_outward::testing::{Conduct, Host};
use reqwest::{Method, Response};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// What is in the URL behind the host: told to nobody.
pub const SECRET: &str = "secret-path";
pub const SOUND: &str = "0123456789abcdefghij";
pub const WAV: &str = "content-type: audio/wav\r\naccept-ranges: bytes\r\n";

/// An API whose vendor is at `place`, and the path of the recording of a call the vendor keeps at `url`.
pub async fn recorded(place: Place, url: Option<&str>) -> (TestApi, String) {
    let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
    let api = TestApi::start_at(MemoryProvider::new(options), place).await;
    let mut task = task_with(1);
    task["schedule"] = json!({"start": "immediate"});
    let id = api.post("/v1/tasks", &task).await.text("/id").to_owned();
    api.wait_for(&format!("/v1/tasks/{id}"), |task| task["counts"]["dialing"] == 1).await;
    let contacts = api.get(&format!("/v1/tasks/{id}/contacts")).await;
    let contact: ContactId = contacts.text("/data/0/id").parse().unwrap();
    if let Some(url) = url {
        assert!(api.vendor.record(&contact, url));
    }
    assert!(api.vendor.finish(&contact, Disposition::AnsweredHuman));
    api.wait_for(&format!("/v1/tasks/{id}"), |task| task["counts"]["completed"] == 1).await;
    let calls = api.get(&format!("/v1/calls?task_id={id}")).await;
    assert_eq!(calls.body["data"][0]["has_recording"], url.is_some());
    let path = format!("/v1/calls/{}/recording", calls.text("/data/0/id"));
    (api, path)
}

/// As [`recorded`], where the vendor itself is the storage.
pub async fn kept_at(storage: &Host) -> (TestApi, String) {
    kept_within(storage, Place::default().limits).await
}

async fn kept_within(storage: &Host, limits: Limits) -> (TestApi, String) {
    let place = Place { base_url: format!("{}/", storage.origin()), limits, ..Place::default() };
    recorded(place, Some(&format!("{}/{SECRET}/r.wav?sign=x", storage.origin()))).await
}

/// What is far beyond the patience of a test.
const LONG: Duration = Duration::from_secs(600);

/// The storage is hung up on, well before anything but what is tested would do so.
async fn is_left_soon(storage: &Host) {
    let soon = Duration::from_secs(15);
    assert!(timeout(soon, storage.is_left()).await.is_ok(), "something still reads from the storage");
}

fn limits(bytes: u64, patience: Duration, deadline: Duration) -> Limits {
    Limits { bytes, patience, deadline }
}

/// Nothing in it tells the URL, or what the storage said.
pub fn is_discreet(answer: &Answer) {
    let told = format!("{:?} {}", answer.headers, answer.body);
    assert!(!told.contains(SECRET) && !told.contains("sign=x") && !told.contains("vendor-word"), "{told}");
}

/// All of a body, or as much of it as came.
async fn all_of(mut response: Response) -> Result<usize, usize> {
    let mut taken = 0;
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => taken += piece.len(),
            Ok(None) => return Ok(taken),
            Err(_) => return Err(taken),
        }
    }
}

#[tokio::test]
async fn a_recording_is_handed_on_whole_and_nothing_else_of_the_answer() {
    let headers = format!("{WAV}set-cookie: vendor-word=1\r\nx-amz: vendor-word\r\n");
    let storage = Host::answering("200 OK", &headers, SOUND).await;
    let (api, path) = kept_at(&storage).await;
    let answer = api.get(&path).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, Some(SOUND)));
    let call = path.split('/').nth(3).unwrap();
    for (name, value) in [
        ("content-type", "audio/wav"),
        ("content-length", "20"),
        ("content-disposition", &format!("attachment; filename=\"{call}.wav\"")),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-store"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(answer.header(name), value);
    }
    is_discreet(&answer);
    let asked = &storage.heads()[0];
    assert!(asked.starts_with(&format!("get /{SECRET}/r.wav?sign=x ")), "{asked}");
    assert!(!asked.contains("authorization") && !asked.contains("\nrange:"), "{asked}");
    assert!(asked.contains("\naccept-encoding: identity\r\n"), "parts are parts of what is kept: {asked}");
}

#[tokio::test]
async fn a_head_tells_the_same_and_fetches_no_further() {
    let head = format!("HTTP/1.1 200 OK\r\n{WAV}content-length: 100000000000\r\n\r\n");
    let storage = Host::start(Conduct::NeverEnd(head, "lalalalalalalala")).await;
    let (api, path) = kept_within(&storage, limits(1 << 40, LONG, LONG)).await;
    let answer = send(api.request(Method::HEAD, &path)).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-length")), (200, "100000000000"));
    assert_eq!(answer.header("content-type"), "audio/wav");
    is_left_soon(&storage).await;
}

#[tokio::test]
async fn a_head_has_no_parts() {
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let (api, path) = kept_at(&storage).await;
    let answer = send(api.request(Method::HEAD, &path).header("range", "bytes=2-5")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-length")), (200, "20"));
    assert!(!storage.heads()[0].contains("\nrange:"));
}

#[tokio::test]
async fn a_client_that_leaves_is_fetched_nothing_more_for() {
    let head = format!("HTTP/1.1 200 OK\r\n{WAV}\r\n");
    let storage = Host::start(Conduct::NeverEnd(head, "lalalalalalalala")).await;
    let (api, path) = kept_within(&storage, limits(u64::MAX, LONG, LONG)).await;
    let mut response = api.request(Method::GET, &path).send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    is_left_soon(&storage).await;
}

#[tokio::test]
async fn a_client_that_stops_reading_holds_a_download_no_longer_than_it_may_last() {
    // More at a time than all buffers on the way hold.
    let song = Box::leak("la".repeat(1 << 19).into_boxed_str());
    let storage = Host::start(Conduct::NeverEnd(format!("HTTP/1.1 200 OK\r\n{WAV}\r\n"), song)).await;
    let (api, path) = kept_within(&storage, limits(u64::MAX, LONG, Duration::from_secs(3))).await;
    let response = api.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    is_left_soon(&storage).await;
    assert!(all_of(response).await.is_err(), "nobody takes it for the whole");
}

#[tokio::test]
async fn a_server_that_closes_waits_for_no_download() {
    let head = format!("HTTP/1.1 200 OK\r\n{WAV}\r\n");
    let storage = Host::start(Conduct::NeverEnd(head, "lalalalalalalala")).await;
    let (api, path) = kept_within(&storage, limits(u64::MAX, LONG, LONG)).await;
    let mut response = api.request(Method::GET, &path).send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    api.closing.cancel();
    is_left_soon(&storage).await;
    assert!(all_of(response).await.is_err(), "nobody takes it for the whole");
}

#[tokio::test]
async fn no_tenant_has_all_downloads() {
    let head = format!("HTTP/1.1 200 OK\r\n{WAV}content-length: 100\r\n\r\n0123");
    let storage = Host::start(Conduct::FallSilent(head)).await;
    // Of a client that is gone while the host is silent nothing is heard: the host's silence ends it.
    let (api, path) = kept_within(&storage, limits(u64::MAX, Duration::from_secs(6), LONG)).await;
    let mut begun = Vec::new();
    let refused = loop {
        let response = api.request(Method::GET, &path).send().await.unwrap();
        if response.status() != 200 {
            break Answer::of(response).await.problem(503, "too_many_downloads");
        }
        begun.push(response);
        assert!(begun.len() <= 100, "there is no end to them");
    };
    assert!(refused.header("retry-after").parse::<u32>().is_ok());
    drop(begun);
    let mut tries = 0;
    while api.request(Method::GET, &path).send().await.unwrap().status() != 200 {
        tries += 1;
        assert!(tries < 600, "places are given back");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

#[tokio::test]
async fn a_part_comes_as_it_was_asked_for() {
    let headers = format!("{WAV}content-range: bytes 2-5/20\r\n");
    let storage = Host::answering("206 Partial Content", &headers, "2345").await;
    let (api, path) = kept_at(&storage).await;
    let answer = send(api.request(Method::GET, &path).header("range", "bytes=2-5")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-range")), (206, "bytes 2-5/20"));
    assert_eq!((answer.header("content-length"), answer.header("accept-ranges")), ("4", "bytes"));
    assert_eq!(answer.body, json!(2345));
    assert!(storage.heads()[0].contains("\nrange: bytes=2-5\r\n"));
    let other = send(api.request(Method::GET, &path).header("range", "bytes=0-3")).await;
    is_discreet(&other.problem(502, "provider_error"));
}

#[tokio::test]
async fn a_host_that_goes_on_after_the_part_is_not_listened_to() {
    let head = format!("HTTP/1.1 206 Partial Content\r\n{WAV}content-range: bytes 2-5/20\r\n\r\n2345");
    let storage = Host::start(Conduct::FallSilent(head.clone())).await;
    let (api, path) = kept_within(&storage, limits(1000, LONG, LONG)).await;
    let part = || api.request(Method::GET, &path).header("range", "bytes=2-5");
    let whole = timeout(Duration::from_secs(15), all_of(part().send().await.unwrap())).await;
    assert_eq!(whole, Ok(Ok(4)), "all of it is there");
    is_left_soon(&storage).await;
    storage.behaves(Conduct::Say(format!("{head}6789")));
    is_discreet(&send(part()).await.problem(502, "provider_error"));
}

#[tokio::test]
async fn what_is_no_single_range_is_not_handed_on() {
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let (api, path) = kept_at(&storage).await;
    for range in ["bytes=0-1,4-5", "bytes=5-2", "lines=1-2", "nonsense"] {
        let answer = send(api.request(Method::GET, &path).header("range", range)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, Some(SOUND)), "{range}");
    }
    let conditional = api.request(Method::GET, &path).header("range", "bytes=0-1");
    assert_eq!(send(conditional.header("if-range", "\"x\"")).await.status, 200);
    assert!(storage.heads().iter().all(|head| !head.contains("\nrange:")));
    let ignored = send(api.request(Method::GET, &path).header("range", "bytes=0-1")).await;
    assert_eq!((ignored.status.as_u16(), ignored.body.as_str()), (200, Some(SOUND)), "it knows no parts");
}

#[tokio::test]
async fn a_part_that_is_not_there_is_told_with_the_length() {
    let headers = "content-range: bytes */20\r\n";
    let storage = Host::answering("416 Range Not Satisfiable", headers, "vendor-word").await;
    let (api, path) = kept_at(&storage).await;
    let answer = send(api.request(Method::GET, &path).header("range", "bytes=20-")).await;
    let problem = answer.problem(416, "recording_range");
    assert_eq!(problem.header("content-range"), "bytes */20");
    is_discreet(&problem);
}

#[tokio::test]
async fn a_call_without_a_recording_is_not_a_call_nobody_knows() {
    let (api, path) = recorded(Place::default(), None).await;
    let untold = api.get(&path).await.problem(404, "recording_not_found");
    assert!(untold.text("/detail").contains("recording.available"));
    let unknown = api.get("/v1/calls/cal_01k3xk6c2de9yt4m2n7b6c5d4h/recording").await;
    unknown.problem(404, "not_found");
    let key = api.key_of("other").await;
    let stranger = api.bare(Method::GET, &path).bearer_auth(key);
    send(stranger).await.problem(404, "not_found");
    send(api.bare(Method::GET, &path)).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn refusals_are_told_in_our_own_words() {
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let (api, path) = kept_at(&storage).await;
    for (status, ours, code) in [
        ("404 Not Found", 404, "recording_gone"),
        ("410 Gone", 404, "recording_gone"),
        ("401 Unauthorized", 502, "recording_withheld"),
        ("403 Forbidden", 502, "recording_withheld"),
        ("429 Too Many Requests", 502, "provider_busy"),
        ("400 Bad Request", 502, "provider_error"),
        ("500 Internal Server Error", 504, "provider_unavailable"),
        ("503 Service Unavailable", 504, "provider_unavailable"),
    ] {
        storage.behaves(Conduct::answer(status, "x-error: vendor-word\r\n", "<Error>vendor-word</Error>"));
        let problem = api.get(&path).await.problem(ours, code);
        assert_eq!(problem.text("/provider/id"), "memory", "{status}");
        is_discreet(&problem);
    }
}

#[tokio::test]
async fn only_audio_is_called_by_its_name() {
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let (api, path) = kept_at(&storage).await;
    for (told, called, name) in [
        ("text/html", "application/octet-stream", ".bin"),
        ("image/svg+xml", "application/octet-stream", ".bin"),
        ("Audio/MPEG; rate=1", "audio/mpeg", ".mp3"),
        ("audio/strange", "audio/strange", ".bin"),
    ] {
        storage.behaves(Conduct::answer("200 OK", &format!("content-type: {told}\r\n"), SOUND));
        let got = api.get(&path).await;
        assert_eq!(got.header("content-type"), called);
        assert!(got.header("content-disposition").ends_with(&format!("{name}\"")), "{told}");
    }
    storage.behaves(Conduct::answer("200 OK", &format!("{WAV}content-encoding: gzip\r\n"), SOUND));
    api.get(&path).await.problem(502, "provider_error");
}

#[tokio::test]
async fn a_host_that_says_nothing_is_not_waited_for() {
    let hasty = limits(1_000_000, Duration::from_secs(1), Duration::from_secs(60));
    let storage = Host::start(Conduct::FallSilent(String::new())).await;
    let (api, path) = kept_within(&storage, hasty).await;
    is_discreet(&api.get(&path).await.problem(504, "provider_unavailable"));
    let head = format!("HTTP/1.1 200 OK\r\n{WAV}content-length: 20\r\n\r\n");
    storage.behaves(Conduct::FallSilent(head.clone()));
    is_discreet(&api.get(&path).await.problem(504, "provider_unavailable"));
    for begins in [Conduct::FallSilent, Conduct::Say] {
        storage.behaves(begins(format!("{head}01234")));
        let begun = api.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(begun.status(), 200);
        assert_eq!(all_of(begun).await, Err(5), "nobody takes it for the whole");
    }
}

#[tokio::test]
async fn a_download_has_an_end() {
    let patience = Duration::from_secs(60);
    let head = format!("HTTP/1.1 200 OK\r\n{WAV}\r\n");
    let storage = Host::start(Conduct::NeverEnd(head, "lalalalalalalala")).await;
    let (api, path) = kept_within(&storage, limits(100_000, patience, patience)).await;
    let taken = all_of(api.request(Method::GET, &path).send().await.unwrap()).await.unwrap_err();
    assert!((1..=100_000).contains(&taken), "{taken}");

    let (api, path) = kept_within(&storage, limits(u64::MAX, patience, Duration::from_millis(300))).await;
    assert!(all_of(api.request(Method::GET, &path).send().await.unwrap()).await.is_err(), "its time is over");

    let large = Host::answering("200 OK", WAV, SOUND).await;
    let (api, path) = kept_within(&large, limits(19, patience, patience)).await;
    let problem = api.get(&path).await.problem(502, "recording_too_large");
    assert!(problem.text("/detail").contains("recordings.max_bytes"));
}
