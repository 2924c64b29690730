//! Streams of contacts: NDJSON and CSV.

use crate::test_api::{TestApi, people};
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const LONG: Duration = Duration::from_secs(30);
const NDJSON: &str = "application/x-ndjson";

fn lines(people: &[Value]) -> String {
    people.iter().fold(String::new(), |mut text, person| {
        writeln!(text, "{person}").unwrap();
        text
    })
}

#[tokio::test]
async fn a_stream_takes_more_than_a_request_and_repeats_harmlessly() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let body = lines(&people(0..2500));
    let answer = api.upload(&path, NDJSON, body.clone()).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!((&answer.body["accepted"], &answer.body["rejected"]), (&json!(2500), &json!(0)));
    assert_eq!(answer.body["results"].as_array().unwrap().len(), 1000);
    assert_eq!(answer.body["results_truncated"], true);
    let again = api.upload(&path, NDJSON, body).await;
    assert_eq!((&again.body["accepted"], &again.body["existing"]), (&json!(0), &json!(2500)));
    assert_eq!(api.get(&format!("/v1/tasks/{id}")).await.body["counts"]["total"], 2500);
}

#[tokio::test]
async fn a_bad_line_costs_nobody_else() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(70_000));
    let body = format!(
        "\u{feff}{{\"phone\": \"+8613800000000\"}}\r\n\nbroken\n{{\"phone\": 5}}\n{long}\n{}\n{}",
        "{\"phone\": \"1\", \"external_id\": \"short\"}", "{\"phone\": \"+8613800000001\"}"
    );
    let answer = api.upload(&format!("/v1/tasks/{id}/contacts"), NDJSON, body).await;
    assert_eq!(
        (&answer.body["accepted"], &answer.body["rejected"]),
        (&json!(2), &json!(4)),
        "{}",
        answer.body
    );
    let results: Vec<_> = answer.body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["index"].as_u64().unwrap(), result["error"]["code"].as_str().unwrap_or("")))
        .collect();
    let wanted = [
        (1, ""),
        (3, "invalid_json"),
        (4, "wrong_type"),
        (5, "line_too_long"),
        (6, "invalid_phone"),
        (7, ""),
    ];
    assert_eq!(results, wanted);
    assert_eq!(answer.text("/results/4/external_id"), "short");
}

#[tokio::test]
async fn csv_names_its_columns() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let body = "\u{feff}external_id,phone,name,var.due,city\r\nc-1,+8613800000000,\"Li, \"\"Lei\"\"\",\"12\nMarch\",\r\nc-2,+86138,,,\r\nc-3\r\n";
    let answer = api.upload(&path, "text/csv; charset=utf-8", body).await;
    assert_eq!(
        (&answer.body["accepted"], &answer.body["rejected"]),
        (&json!(1), &json!(2)),
        "{}",
        answer.body
    );
    assert_eq!(answer.body["results"][1]["index"], 4);
    assert_eq!(answer.text("/results/2/error/code"), "wrong_columns");
    let contact = api.get(&path).await;
    assert_eq!(contact.text("/data/0/name"), "Li, \"Lei\"");
    assert_eq!(contact.body["data"][0]["variables"], json!({"due": "12\nMarch"}));
    let answer = api.upload(&path, "text/csv", "number,name\n1,2\n").await.problem(422, "validation_failed");
    assert_eq!(answer.errors(), [("#/phone", "missing_column")]);
}

#[tokio::test]
async fn a_stream_for_nobody_is_refused_before_it_is_read() {
    let api = TestApi::start().await;
    let path = "/v1/tasks/tsk_0000000000000000000000000a/contacts";
    api.upload(path, NDJSON, lines(&people(0..1))).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_stream_that_breaks_off_keeps_what_came_before() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let good = lines(&people(0..1500));
    let mut compressed = gzip(good.as_bytes());
    let end = compressed.len() - 8;
    compressed[end..].fill(0);
    let request = api
        .request(reqwest::Method::POST, &format!("/v1/tasks/{id}/contacts"))
        .header("content-type", NDJSON)
        .header("content-encoding", "gzip")
        .body(compressed);
    let answer = crate::test_api::send(request).await;
    assert_eq!(answer.body["accepted"], 1000, "{}", answer.body);
    assert_eq!(
        (answer.text("/stopped/code"), &answer.body["stopped"]["line"]),
        ("unreadable_body", &json!(1001))
    );
    assert_eq!(api.get(&format!("/v1/tasks/{id}")).await.body["counts"]["total"], 1000);
}

#[tokio::test]
async fn long_lines_are_taken_in_fewer_at_a_time() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    // Of 50 KiB, with what means nothing.
    let long = |person: &Value| format!("{}{person}\n", " ".repeat(50 << 10));
    let good: String = people(0..120).iter().map(long).collect();
    let mut compressed = gzip(good.as_bytes());
    let end = compressed.len() - 8;
    compressed[end..].fill(0);
    let request = api
        .request(reqwest::Method::POST, &format!("/v1/tasks/{id}/contacts"))
        .header("content-type", NDJSON)
        .header("content-encoding", "gzip")
        .body(compressed);
    let answer = crate::test_api::send(request).await;
    assert_eq!(answer.body["accepted"], 82, "as many as make 4 MiB: {}", answer.body);
    assert_eq!(answer.body["stopped"]["line"], 83);
}

/// A stream of contacts that is begun with this text and does not end.
async fn begin(api: &TestApi, task: &str, text: &str) -> tokio::net::TcpStream {
    let mut stream = tokio::net::TcpStream::connect(api.url.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /v1/tasks/{task}/contacts HTTP/1.1\r\nhost: x\r\ncontent-type: {NDJSON}\r\ncontent-length: 100000000\r\nauthorization: Bearer {}\r\n\r\n{text}",
        api.key_of("acme").await
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn there_are_so_many_streams_at_a_time() {
    let api = TestApi::start_patiently(LONG).await;
    let id = api.create_task(0).await;
    let path = format!("/v1/tasks/{id}/contacts");
    let mut streams = Vec::new();
    let refused = tokio::time::timeout(LONG, async {
        loop {
            streams.push(begin(&api, &id, "{").await);
            let answer = api.upload(&path, NDJSON, lines(&people(0..1))).await;
            if answer.status != 202 {
                return answer.problem(503, "too_many_uploads");
            }
        }
    });
    let refused = refused.await.unwrap();
    assert_eq!(refused.headers["retry-after"], "30");
    assert!(streams.len() >= 16, "a tenant has so many");
    let batch = api.post(&path, &json!({"contacts": people(1..2)})).await;
    assert_eq!(batch.status, 202, "what comes whole needs no place");
    streams.clear();
    let again = tokio::time::timeout(LONG, async {
        while api.upload(&path, NDJSON, lines(&people(2..3))).await.status != 202 {}
    });
    again.await.expect("places are given back");
}

#[tokio::test]
async fn whoever_sends_slowly_is_told_at_once_that_the_task_is_over() {
    let api = TestApi::start_patiently(2 * LONG).await;
    let id = api.create_task(0).await;
    let mut stream = begin(&api, &id, &lines(&people(0..1000))).await;
    let count = async || api.get(&format!("/v1/tasks/{id}")).await.body["counts"]["total"].clone();
    let first = tokio::time::timeout(LONG, async { while count().await != 1000 {} });
    first.await.unwrap();
    let stopped = tokio::time::timeout(LONG, async {
        while api.post(&format!("/v1/tasks/{id}/stop"), &json!({})).await.body["status"] != "stopped" {}
    });
    stopped.await.unwrap();
    stream.write_all(lines(&people(1000..2000)).as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let length =
        tokio::time::timeout(LONG, stream.read(&mut answer)).await.expect("it need not send more").unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}

#[tokio::test]
async fn a_client_that_stops_sending_is_not_waited_for() {
    let api = TestApi::start().await;
    let id = api.create_task(0).await;
    let address = api.url.trim_start_matches("http://").to_owned();
    for (path, kind) in
        [("/v1/tasks".to_owned(), "application/json"), (format!("/v1/tasks/{id}/contacts"), NDJSON)]
    {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: 100\r\nauthorization: Bearer {}\r\n\r\n{{",
            api.key_of("acme").await
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]);
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
    }
}

/// A gzip stream of stored blocks, and a checksum nobody has computed yet.
fn gzip(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend([1; 8]);
    stream
}
