//! Following events as they happen (`text/event-stream`).

use crate::test_api::{TestApi, send};
use reqwest::{Method, Response};
use serde_json::Value;
use std::time::Duration;

/// A client of a stream.
pub struct Stream {
    response: Response,
    unread: String,
}

/// A block of a stream: its place, and the event if it has one.
#[derive(Debug)]
pub struct Block {
    id: String,
    pub event: Option<(String, Value)>,
}

impl Stream {
    async fn open(api: &TestApi, path: &str, last: Option<&str>) -> Self {
        let mut request = api.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Self::of(request.send().await.unwrap())
    }

    /// As it was answered.
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, unread: String::new() }
    }

    /// The next block; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Block> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let block = read(block);
                self.unread = rest.to_owned();
                return Some(block);
            }
            let more = tokio::time::timeout(Duration::from_secs(20), self.response.chunk()).await;
            let more = more.expect("a stream is never silent for so long").unwrap()?;
            self.unread.push_str(std::str::from_utf8(&more).unwrap());
        }
    }

    /// The next event, with its place.
    pub async fn event(&mut self) -> (String, String) {
        loop {
            let block = self.next().await.expect("it goes on");
            if let Some((kind, data)) = block.event {
                assert_eq!(data["type"], kind.as_str());
                return (block.id, kind);
            }
        }
    }
}

fn read(block: &str) -> Block {
    let field = |name: &str| block.lines().find_map(|line| Some(line.strip_prefix(name)?.to_owned()));
    let event = field("event: ").map(|kind| (kind, serde_json::from_str(&field("data: ").unwrap()).unwrap()));
    Block { id: field("id: ").expect("every block has a place"), event }
}

#[tokio::test]
async fn a_follower_is_told_what_happens_from_then_on() {
    let api = TestApi::start().await;
    api.create_task(0).await;
    let mut stream = Stream::open(&api, "/v1/events/stream", None).await;
    assert!(stream.next().await.unwrap().event.is_none(), "a greeting comes at once");
    api.create_task(1).await;
    let told = [stream.event().await.1, stream.event().await.1];
    assert_eq!(told, ["task.created", "contact.accepted"]);
}

#[tokio::test]
async fn whoever_comes_back_misses_nothing() {
    let api = TestApi::start().await;
    let mut stream = Stream::open(&api, "/v1/events/stream?types=task.created", None).await;
    stream.next().await.unwrap();
    api.create_task(3).await;
    let (place, _) = stream.event().await;
    drop(stream);
    api.create_task(3).await;
    api.create_task(3).await;
    let mut stream = Stream::open(&api, "/v1/events/stream?types=task.created", Some(&place)).await;
    let second = stream.event().await.0;
    stream.event().await;
    drop(stream);
    // The same place serves for pulling, and the other way round.
    let pulled = api.get(&format!("/v1/events?types=task.created&cursor={second}")).await;
    assert_eq!(pulled.body["data"].as_array().unwrap().len(), 1);
    let begin = api.get("/v1/events?types=task.created&limit=1").await.text("/next_cursor").to_owned();
    let path = format!("/v1/events/stream?types=task.created&cursor={begin}");
    assert_eq!(Stream::open(&api, &path, None).await.event().await.0, second);
}

#[tokio::test]
async fn a_stream_ends_when_the_server_does() {
    let api = TestApi::start().await;
    let mut stream = Stream::open(&api, "/v1/events/stream", None).await;
    stream.next().await.unwrap();
    api.closing.cancel();
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_is_refused_like_any_other_request() {
    let api = TestApi::start().await;
    send(api.bare(Method::GET, "/v1/events/stream")).await.problem(401, "unauthenticated");
    let made_up = api.request(Method::GET, "/v1/events/stream").header("last-event-id", "made-up");
    send(made_up).await.problem(400, "invalid_cursor");
    api.get("/v1/events/stream?types=nothing").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn there_are_so_many_streams_and_no_more() {
    let api = TestApi::start().await;
    let mut streams = Vec::new();
    let refused = loop {
        let response = api.request(Method::GET, "/v1/events/stream").send().await.unwrap();
        if response.status() != 200 {
            break response;
        }
        streams.push(response);
        assert!(streams.len() < 2_000, "there is no end");
    };
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "30");
    assert_eq!(api.get("/v1/tasks").await.status, 200, "others are served");
    let stranger = api.key_of("globex").await;
    let other = api.bare(Method::GET, "/v1/events/stream").bearer_auth(&stranger).send().await.unwrap();
    assert_eq!(other.status(), 200, "another tenant has places of its own");
    drop(streams);
    let free = || async {
        let response = api.request(Method::GET, "/v1/events/stream").send().await.unwrap();
        response.status() == 200
    };
    let mut tries = 0;
    while !free().await {
        tries += 1;
        assert!(tries < 1_200, "places are given back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
