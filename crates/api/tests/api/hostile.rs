//! What nobody sends by mistake: each is refused with a problem, costs little, and stores nothing.

use crate::test_api::{Answer, TestApi, send, task};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn post(api: &TestApi, body: impl Into<reqwest::Body>) -> Answer {
    api.upload("/v1/tasks", "application/json", body).await
}

/// A task as text, with this as its name, just as it stands.
fn named(name: &str) -> String {
    let mut task = task();
    task["name"] = json!("NAME");
    task.to_string().replace("\"NAME\"", name)
}

#[tokio::test]
async fn json_that_is_none_is_refused() {
    let api = TestApi::start().await;
    let deep = named(&("[".repeat(10_000) + &"]".repeat(10_000)));
    let twice = format!("{{\"name\": \"one\", {}", &named("\"two\"")[1..]);
    let hostile = [
        deep,
        "[".repeat(1_000_000),
        twice,
        named("NaN"),
        named("Infinity"),
        named("1e999"),
        named(r#""\ud800""#),
        named(r#""\udc00\ud800""#),
        named("\"a\u{0}b\""),
        named("\"a\nb\""),
        format!("\u{feff}{}", named("\"a\"")),
        format!("{} {{}}", named("\"a\"")),
        "null".into(),
        "\"text\"".into(),
        "-".repeat(100_000),
    ];
    for body in hostile {
        let start: String = body.chars().take(60).collect();
        let answer = post(&api, body).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{start}: {} {}", answer.status, answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{start}");
    }
    for bytes in [b"{\"name\": \"\xff\xfe\"}".to_vec(), vec![0; 1000], vec![0xff; 1000]] {
        post(&api, bytes).await.problem(400, "invalid_json");
    }
    assert_eq!(api.get("/v1/tasks").await.body["data"], json!([]), "something was stored");
}

#[tokio::test]
async fn characters_that_end_lines_and_strings_get_nowhere() {
    let api = TestApi::start().await;
    for (field, value) in
        [("name", "a\u{0}b"), ("external_id", "\u{0}"), ("account", "a\r\nb"), ("account", "\u{0}")]
    {
        let mut task = task();
        task[field] = json!(value);
        api.post("/v1/tasks", &task).await.problem(422, "validation_failed");
    }
    for url in ["https://example.com/\r\nX-Injected: yes", "https://exa\u{0}mple.com/", "https://e\tx.com\n/"]
    {
        let endpoint = json!({"url": url});
        api.post("/v1/webhook_endpoints", &endpoint).await.problem(422, "validation_failed");
    }
    for (name, value) in
        [("idempotency-key", "a b"), ("idempotency-key", "\u{e9}"), ("prefer", "wait=\u{ff}")]
    {
        let request = api.request(Method::POST, "/v1/tasks").json(&json!({"name": 1}));
        let answer = send(request.header(name, value.as_bytes())).await;
        assert!(answer.status.is_client_error(), "{name}: {value:?}: {}", answer.body);
    }
    let answer = send(api.request(Method::GET, "/v1/tasks").header("x-request-id", "a\tb")).await;
    assert!(answer.header("x-request-id").starts_with("req_"));
}

#[tokio::test]
async fn a_small_body_that_grows_large_is_refused_as_a_large_one() {
    let api = TestApi::start().await;
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..256 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let packed = |path: String, kind: &str| {
        let request = api.request(Method::POST, &path).header("content-type", kind);
        request.header("content-encoding", "gzip").body(bomb.clone())
    };
    send(packed("/v1/tasks".into(), "application/json")).await.problem(413, "body_too_large");
    let contacts = format!("/v1/tasks/{}/contacts", api.create_task(0).await);
    send(packed(contacts.clone(), "application/json")).await.problem(413, "body_too_large");
    // One line of it is too long, and that is all there is.
    let answer = send(packed(contacts, "application/x-ndjson")).await;
    assert_eq!((answer.body["accepted"].clone(), answer.body["rejected"].clone()), (json!(0), json!(1)));
}

#[tokio::test]
async fn a_body_without_end_is_answered_before_its_end() {
    let api = TestApi::start().await;
    let key = api.key_of("acme").await;
    let mut client = TcpStream::connect(api.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = client.split();
    let piece = format!("{:x}\r\n{}\r\n", 1 << 16, " ".repeat(1 << 16));
    let endless = async {
        // Until nobody listens any more.
        while writing.write_all(piece.as_bytes()).await.is_ok() {}
    };
    let mut answer = vec![0; 4096];
    let length = tokio::select! {
        length = reading.read(&mut answer) => length.unwrap(),
        () = endless => panic!("it is not told why"),
    };
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("body_too_large"), "{answer}");
}

#[tokio::test]
async fn paths_and_queries_of_nonsense_are_refused() {
    let api = TestApi::start().await;
    let long = "a".repeat(20_000);
    for path in [
        "/v1/tasks/%00",
        "/v1/tasks/%ff%fe",
        "/v1/tasks/..%2f..%2fetc%2fpasswd",
        "/v1/tasks/task_'%20OR%201=1--",
        "/v1/tasks?limit=%00",
        "/v1/tasks?limit=99999999999999999999",
        "/v1/tasks?cursor=%ff",
        &format!("/v1/tasks?cursor={long}"),
        &format!("/v1/tasks/{long}"),
        "/v1/events?types=%0d%0a",
    ] {
        let answer = api.get(path).await;
        let start: String = path.chars().take(60).collect();
        assert!(answer.status.is_client_error(), "{start}: {}", answer.status);
        let kind = answer.header("content-type");
        assert!(kind == "application/problem+json", "{start}: {kind}, {}", answer.status);
        assert_ne!(answer.body, Value::Null);
    }
}
