//! Recordings, from each vendor's simulated storage to whoever asks, and from nowhere else.

use crate::world::{BINARY, VENDORS, fault};
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, TestApp, until};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::TcpListener;

/// What is in every URL of the simulated vendors' storage, and nowhere else.
const STORAGE: &str = "_media";

/// Runs a task at `kind` with one call that is answered and one that is not; their calls, in this order.
async fn two_calls(api: &Api, site: &Site, kind: &str) -> [Value; 2] {
    let task = api.create_task(&site.task(kind, &["00", "02"])).await;
    api.start(&task).await;
    api.wait_for_status(&task, "completed").await;
    let calls = api.all(&format!("/v1/calls?task_id={task}&limit=50")).await;
    let of = |is_answered: bool| {
        let found = calls.iter().find(|call| (call["disposition"] != "busy") == is_answered);
        found.unwrap_or_else(|| panic!("two calls at {kind}: {calls:#?}")).clone()
    };
    [of(true), of(false)]
}

fn path(call: &Value) -> String {
    format!("/v1/calls/{}/recording", call["id"].as_str().unwrap())
}

async fn fetch(api: &Api, call: &Value, range: Option<&str>) -> Response {
    let request = api.request(Method::GET, &path(call));
    let request = range.into_iter().fold(request, |request, range| request.header("range", range));
    request.send().await.unwrap()
}

/// The problem a request for a recording ended with.
async fn problem(api: &Api, call: &Value) -> Value {
    let answer = api.get(&path(call)).await;
    assert!(!answer.body.to_string().contains(STORAGE), "{:#}", answer.body);
    answer.body
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers()[name].to_str().unwrap()
}

pub async fn a_recording_is_had_whole_and_in_parts_at_every_vendor(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    for (kind, _) in VENDORS {
        let [answered, busy] = two_calls(&app, app.site(), kind).await;
        assert_eq!(
            (&answered["has_recording"], &busy["has_recording"]),
            (&json!(true), &json!(false)),
            "{kind}"
        );

        let whole = fetch(&app, &answered, None).await;
        assert_eq!((whole.status(), header(&whole, "content-type")), (StatusCode::OK, "audio/wav"), "{kind}");
        let name = format!("attachment; filename=\"{}.wav\"", answered["id"].as_str().unwrap());
        assert_eq!(header(&whole, "content-disposition"), name);
        let length = whole.content_length().unwrap();
        let whole = whole.bytes().await.unwrap();
        assert!(whole.starts_with(b"RIFF") && whole.len() as u64 == length, "{kind}: {} bytes", whole.len());

        for (range, first, last) in
            [("bytes=0-43", 0, 43), ("bytes=100-", 100, length - 1), ("bytes=-7", length - 7, length - 1)]
        {
            let part = fetch(&app, &answered, Some(range)).await;
            assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{kind} {range}");
            assert_eq!(header(&part, "content-range"), format!("bytes {first}-{last}/{length}"));
            assert_eq!(part.bytes().await.unwrap(), whole[first as usize..=last as usize], "{kind} {range}");
        }
        let beyond = fetch(&app, &answered, Some(&format!("bytes={length}-"))).await;
        assert_eq!(
            (beyond.status().as_u16(), header(&beyond, "content-range")),
            (416, &*format!("bytes */{length}"))
        );

        let told = app.get(&path(&busy)).await.expect(404);
        assert_eq!(told["code"], "recording_not_found", "{kind}: {told:#}");
        let asked = app.vendors().requests().await;
        let is_ours = |request: &&Value| request["operation"] == "recording" && request["provider"] == *kind;
        assert_eq!(asked.iter().filter(is_ours).count(), 5, "what is not recorded is not asked for");
    }
    app.shut_down().await;
}

pub async fn a_host_the_account_does_not_list_is_never_connected_to(store: StoreKind) {
    let app = TestApp::with(Setup::on(store)).await;
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let foreign = format!("http://{}", canary.local_addr().unwrap());
    app.vendors().set(&json!({"recordings_url": foreign})).await;
    for (kind, _) in VENDORS {
        let [answered, _] = two_calls(&app, app.site(), kind).await;
        let problem = problem(&app, &answered).await;
        assert_eq!(problem["code"], "recording_host_not_allowed", "{problem:#}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("accounts.{kind}-demo.recording_hosts")), "{detail}");
    }
    assert_eq!(canary.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody connected");
    app.shut_down().await;
}

pub async fn a_storage_that_fails_is_told_in_our_words(store: StoreKind) {
    let app = TestApp::with(Setup::on(store).recordings_key("idle_seconds", 1)).await;
    for (kind, _) in VENDORS {
        let [answered, _] = two_calls(&app, app.site(), kind).await;
        for (mode, more, code) in [
            ("status", json!({"code": 404}), "recording_gone"),
            ("status", json!({"code": 403}), "recording_withheld"),
            ("status", json!({"code": 302}), "provider_error"),
            ("status", json!({"code": 500}), "provider_unavailable"),
            ("refuse_connection", json!({}), "provider_error"),
            ("silence", json!({}), "provider_unavailable"),
            // The first piece is as late as all of them.
            ("slow_body", json!({"seconds": 600}), "provider_unavailable"),
        ] {
            app.vendors().add_fault(&fault(kind, "recording", mode, more)).await;
            let problem = problem(&app, &answered).await;
            assert_eq!(
                (&problem["code"], &problem["provider"]["id"]),
                (&json!(code), &json!(kind)),
                "{problem:#}"
            );
            app.vendors().clear_faults().await;
        }
        app.vendors().add_fault(&fault(kind, "recording", "reset_mid_body", json!({}))).await;
        let begun = fetch(&app, &answered, None).await;
        assert_eq!(begun.status(), StatusCode::OK);
        assert!(begun.bytes().await.is_err(), "nobody takes half of it for the whole");
        app.vendors().clear_faults().await;
        assert_eq!(fetch(&app, &answered, None).await.status(), StatusCode::OK, "{kind}");
    }
    app.shut_down().await;
}

pub async fn a_recording_that_is_late_is_read_from_the_vendor_and_not_believed_of_a_push(store: StoreKind) {
    const KIND: &str = "tencent_ccc";
    let app = TestApp::with(Setup::on(store)).await;
    app.vendors().set(&json!({"tencent.cdr_names_recording": false})).await;
    let [answered, _] = two_calls(&app, app.site(), KIND).await;
    assert_eq!(answered["has_recording"], false, "{answered:#}");
    app.vendors().set(&json!({"tencent.cdr_names_recording": true})).await;

    let account = app.get(&format!("/v1/accounts/{KIND}-demo")).await.expect(200);
    let ingress = format!("{}/record?action=record&version=1", account["ingress_url"].as_str().unwrap());
    let push = json!({
        "SdkAppId": 1_400_000_000, "RecordId": "r", "SessionId": answered["vendor_call_id"], "Timestamp": 1,
        "EndpointUser": "x", "RecordURL": "http://127.0.0.1:1/somebody-elses.wav",
    });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let taken = http.request(Method::POST, &ingress).json(&push).send().await.unwrap();
    assert_eq!(taken.status(), StatusCode::OK);

    let call = format!("/v1/calls/{}", answered["id"].as_str().unwrap());
    let look = async || app.get(&call).await.expect(200);
    until("its recording is known", look, |call| call["has_recording"] == true).await;
    assert_eq!(fetch(&app, &answered, None).await.status(), StatusCode::OK, "it is where the vendor says");
    let told = app.get("/v1/events?types=recording.available&limit=50").await.expect(200);
    assert_eq!(told["data"].as_array().unwrap().len(), 1, "{told:#}");
    app.shut_down().await;
}

pub async fn where_a_recording_is_is_told_to_nobody(store: StoreKind) {
    let site = Site::set(Setup::on(store)).await;
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY);
    let api = gateway.client(&gateway.make_key());
    gateway.start().await;
    let mut seen = Vec::new();
    for (kind, _) in VENDORS {
        let [answered, _] = two_calls(&api, &site, kind).await;
        assert_eq!(fetch(&api, &answered, None).await.status(), StatusCode::OK, "{kind}");
        site.vendors().add_fault(&fault(kind, "recording", "status", json!({"code": 500}))).await;
        seen.push(problem(&api, &answered).await);
        seen.push(answered);
    }
    seen.extend(api.all("/v1/calls?limit=50").await);
    let feed = api.get("/v1/events?limit=200").await.expect(200);
    let told = feed["data"].as_array().unwrap();
    let recorded = told.iter().filter(|event| event["type"] == "recording.available");
    assert_eq!(recorded.count(), VENDORS.len(), "{told:#?}");
    seen.extend(told.clone());
    for one in &seen {
        assert!(!one.to_string().contains(STORAGE), "{one:#}");
    }
    let log = gateway.log();
    assert!(log.contains("/v1/calls/{id}/recording"), "it tells of requests: {log}");
    assert!(!log.contains(STORAGE) && !log.contains(".wav"), "{log}");
    gateway.kill();
    site.clear().await;
}
