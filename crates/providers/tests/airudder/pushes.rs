//! What the simulated vendor pushes is understood.

use crate::bench::{Bench, people, until};
use outdial_model::{Disposition, SegmentStatus, Timestamp};
use outdial_provider::{ContactProgress, Inbound, Provider, Received, SegmentState};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Kind and body of every push, as they arrived.
type Inbox = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

#[tokio::test]
async fn a_campaign_can_be_followed_by_pushes_alone() {
    let bench = Bench::bare().await;
    let (url, inbox) = receiver().await;
    bench.set(json!({"airudder.push_url": format!("{url}/{{kind}}")})).await;
    let people = people(&["00", "02"]);
    let segment = bench.open().await.unwrap();
    bench.add(&segment, &people).await.unwrap();

    let running = SegmentState::Known(SegmentStatus::Running);
    let endings = until("the instance runs and both calls have ended", async || {
        let news = understood(&*bench.provider, &inbox);
        let runs = news.iter().any(|push| push.segment.as_ref().is_some_and(|news| news.state == running));
        let endings: BTreeSet<_> = news
            .iter()
            .filter_map(|push| match push.contact.as_ref()?.progress? {
                ContactProgress::Done(how) => Some((push.subject.phone.clone()?, how)),
                _ => None,
            })
            .collect();
        (runs && endings.len() == people.len()).then_some(endings)
    })
    .await;
    assert!(endings.contains(&(people[0].phone.clone(), Disposition::AnsweredHuman)));
    assert!(endings.contains(&(people[1].phone.clone(), Disposition::Busy)));

    let news = understood(&*bench.provider, &inbox);
    assert!(news.iter().all(|push| push.subject.vendor_ref == segment.vendor_ref));
    assert!(news.iter().all(|push| !push.authenticated));
    let answers: Vec<_> =
        news.iter().filter_map(|push| push.contact.as_ref()?.call.as_ref()?.answered_at).collect();
    assert_eq!(answers.len(), 1);
    let keys: BTreeSet<_> = news.iter().map(|push| &push.dedupe_key).collect();
    assert_eq!(keys.len(), news.len(), "different news has different keys");
}

fn understood(provider: &dyn Provider, inbox: &Inbox) -> Vec<Received> {
    let pushes = inbox.lock().unwrap();
    let read = |(kind, body): &(String, Vec<u8>)| {
        provider
            .receive(&Inbound { kind, query: "", headers: &[], body, received_at: Timestamp::UNIX_EPOCH })
            .unwrap()
    };
    pushes.iter().map(read).collect()
}

/// An endpoint that keeps what it gets and answers as the vendor wants.
async fn receiver() -> (String, Inbox) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let inbox = Inbox::default();
    let kept = Arc::clone(&inbox);
    tokio::spawn(async move {
        while let Ok((line, _)) = listener.accept().await {
            tokio::spawn(serve(line, Arc::clone(&kept)));
        }
    });
    (url, inbox)
}

async fn serve(mut line: TcpStream, inbox: Inbox) {
    let mut bytes = Vec::new();
    let push = loop {
        if let Some(push) = whole(&bytes) {
            break push;
        }
        if line.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    inbox.lock().unwrap().push(push);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close";
    let _ = line.write_all(format!("{head}\r\n\r\n{{}}").as_bytes()).await;
}

/// Last part of the path and body, once all of the request is there.
fn whole(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let body = bytes.get(end + 4..end + 4 + length.unwrap_or(0usize))?;
    let path = head.split(' ').nth(1)?;
    Some((path.rsplit('/').next()?.to_owned(), body.to_vec()))
}
