//! What the simulated vendor pushes is understood.

use crate::bench::{Bench, account, people, until};
use outdial_model::{Disposition, SegmentStatus, Timestamp};
use outdial_provider::{
    Confirmation, ContactProgress, DialContact, ErrorKind, Inbound, Provider, Received, SegmentState,
};
use serde_json::{Value, json};
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

#[tokio::test]
async fn a_custom_node_push_is_confirmed_by_the_vendor_alone() {
    let bench = Bench::start().await;
    let (segment, people, stranger) = (bench.open().await.unwrap(), people(&["00"]), people(&["33", "44"]));
    bench.add(&segment, &people).await.unwrap();
    let task = bench.provider.vendor_task(segment.vendor_ref.as_deref().unwrap()).await.unwrap();
    let node_id = task.raw["node_tasks"][0]["node_id"].as_str().unwrap().to_owned();
    // The vendor's published operation needs no path: the account without any can ask as well.
    let provider = account(&bench.simulator, json!({"operations": {}}));
    let push = |node_id: &str, person: &DialContact| {
        let callee = json!({
            "case_id": person.key, "callee_name": "Ana", "callee_gender": "", "callee_number": person.phone.e164(),
            "platform_name": "", "extra_a": "",
        });
        json!({
            "workflow_id": segment.vendor_ref, "workflow_name": "demo", "node_id": node_id, "node_name": "Notify",
            "callee": callee,
        })
    };
    let asked = async |kind: &str, body: Value| {
        let (body, received_at) = (body.to_string(), Timestamp::UNIX_EPOCH);
        let inbound = Inbound { kind, query: "", headers: &[], body: body.as_bytes(), received_at };
        provider.confirm_push(&inbound).await
    };
    assert_eq!(asked("custom_api", push(&node_id, &people[0])).await, Ok(Confirmation::Genuine));
    assert_eq!(asked("custom_api", push(&node_id, &stranger[1])).await, Ok(Confirmation::NotGenuine));
    assert_eq!(asked("custom_api", push("no-such-node", &people[0])).await, Ok(Confirmation::NotGenuine));
    assert_eq!(bench.times_asked("apinoticeinfo").await, 3);

    for kind in ["pds", "call_completion", "list_completion", "workflow_status"] {
        assert_eq!(asked(kind, push(&node_id, &people[0])).await, Ok(Confirmation::CannotTell), "{kind}");
    }
    assert_eq!(
        asked("custom_api", push("", &people[0])).await,
        Ok(Confirmation::CannotTell),
        "nothing to ask by"
    );
    assert_eq!(bench.times_asked("apinoticeinfo").await, 3, "the vendor was not asked");

    bench.fault("apinoticeinfo", "garbage", 0).await;
    let error = asked("custom_api", push(&node_id, &people[0])).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse, "nonsense is no verdict");
    assert_eq!(bench.most_rings_per_number().await, 1);
}

#[tokio::test]
async fn a_push_is_asked_about_with_a_token_the_vendor_knows() {
    let bench = Bench::bare().await;
    let callee = json!({"case_id": "c", "callee_number": "+639170000000"});
    let body = json!({"workflow_id": "w", "node_id": "n", "callee": callee}).to_string();
    let received_at = Timestamp::UNIX_EPOCH;
    let inbound = Inbound { kind: "custom_api", query: "", headers: &[], body: body.as_bytes(), received_at };
    assert_eq!(bench.provider.confirm_push(&inbound).await, Ok(Confirmation::NotGenuine));
    bench.forget().await;
    assert_eq!(bench.provider.confirm_push(&inbound).await, Ok(Confirmation::NotGenuine));
    assert_eq!(
        bench.asked().await,
        ["apinoticeinfo", "auth", "apinoticeinfo"],
        "after the token was forgotten"
    );
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
