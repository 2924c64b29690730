//! Webhooks as the vendor really sends them: verified, parsed, the same news each time.

use crate::bench::{Bench, people, until};
use outdial_model::{Clock, Disposition, SystemClock};
use outdial_provider::{ContactProgress, Inbound, ReceiveError, Received, Verb};
use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A push on the wire.
struct Push {
    kind: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

type Inbox = Arc<Mutex<Vec<Push>>>;

/// Takes every push and acknowledges it.
async fn receiver() -> (String, Inbox) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/ingress/nx/s3cret", listener.local_addr().unwrap());
    let inbox = Inbox::default();
    let taken = Arc::clone(&inbox);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let inbox = Arc::clone(&taken);
            tokio::spawn(async move { take(stream, &inbox).await });
        }
    });
    (base, inbox)
}

/// One push per connection is enough: the answer closes it.
async fn take(mut stream: TcpStream, inbox: &Mutex<Vec<Push>>) {
    let mut bytes = Vec::new();
    let push = loop {
        if let Some(push) = read(&bytes) {
            break push;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    inbox.lock().unwrap().push(push);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
}

fn read(bytes: &[u8]) -> Option<Push> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let (line, rest) = head.split_once("\r\n")?;
    let headers: Vec<_> = rest
        .lines()
        .filter_map(|header| header.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length: usize = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
    let kind = line.split(' ').nth(1)?.rsplit('/').next()?.to_owned();
    Some(Push { kind, headers, body })
}

fn receive(bench: &Bench, push: &Push) -> Result<Received, ReceiveError> {
    bench.provider.receive(&Inbound {
        kind: &push.kind,
        query: "",
        headers: &push.headers,
        body: &push.body,
        received_at: SystemClock.now(),
    })
}

#[tokio::test]
async fn a_campaign_is_told_by_webhooks_as_it_is_by_reading() {
    let (callbacks, inbox) = receiver().await;
    let bench = Bench::fast(&callbacks).await;
    bench.spoil("callCallback", "duplicate_webhook").await;
    let people = people(&["00", "02"]);
    let segment = bench.open().await;
    bench.add(&segment, &people).await.unwrap();
    bench.control(&segment, Verb::Start).await.unwrap();
    // One task webhook for the start, two calls of which one comes twice, two orders.
    until("every webhook has come", async || inbox.lock().unwrap().len() == 6).await;

    let received: Vec<_> = {
        let inbox = inbox.lock().unwrap();
        inbox.iter().map(|push| receive(&bench, push).unwrap()).collect()
    };
    let news: BTreeSet<_> = received.iter().map(|received| &received.dedupe_key).collect();
    assert_eq!(news.len(), 5, "a repeated push is no news");
    assert!(received.iter().all(|received| received.subject.segment.as_ref() == Some(&segment.key)));
    let done = |index: usize| {
        let about =
            received.iter().filter(|received| received.subject.contact.as_ref() == Some(&people[index].key));
        let progress = about.filter_map(|received| received.contact.as_ref()?.progress);
        progress.collect::<HashSet<_>>()
    };
    for (index, disposition) in [Disposition::Answered, Disposition::Busy].into_iter().enumerate() {
        assert_eq!(done(index), HashSet::from([ContactProgress::Done(disposition)]));
        let read = &bench.people_of(&segment, &people).await[index];
        assert_eq!(read.progress, ContactProgress::Done(disposition));
    }
}

#[tokio::test]
async fn a_forged_webhook_is_refused() {
    let (callbacks, inbox) = receiver().await;
    let bench = Bench::fast(&callbacks).await;
    bench.spoil("taskCallback", "wrong_signature").await;
    let segment = bench.open().await;
    bench.control(&segment, Verb::Start).await.unwrap();
    until("the webhook has come", async || !inbox.lock().unwrap().is_empty()).await;
    let push = inbox.lock().unwrap().remove(0);
    assert_eq!(receive(&bench, &push), Err(ReceiveError::BadProof));
}
