//! A URL that was fine when it was given, and leads elsewhere when it is asked.

use crate::book::Book;
use bytes::Bytes;
use outdial_outward::testing::{Canary, Host};
use outdial_outward::{Limits, OutwardError};
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(10);
const LIMITS: Limits = Limits { deadline: DEADLINE, patience: DEADLINE, bytes: 1024 };

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_follows_it() {
    let canary = Canary::new();
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        // Even to where one might go directly.
        let location = format!("location: http://127.0.0.1:{}/\r\n", canary.port());
        let receiver = Host::answering(status, &location, "").await;
        let outward = Book::default().outward(&["127.0.0.0/8"]);
        let target = outward.check(&receiver.origin()).await.unwrap();
        let posted = outward.post(&target, &[], Bytes::new(), DEADLINE).await.unwrap();
        let got = outward.get(&target, &[], LIMITS).await.unwrap();
        assert!(status.starts_with(&posted.status.to_string()) && got.status() == posted.status);
        assert_eq!((receiver.heads().len(), canary.connections()), (2, 0));
    }
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_refused_when_it_is_connected_to() {
    let canary = Canary::new();
    for later in ["127.0.0.1", "93.184.215.14 127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254"] {
        let book = Book::default().with("rebinding.example.com", &["93.184.215.14", later]);
        let outward = book.outward(&[]);
        let target =
            outward.check(&format!("http://rebinding.example.com:{}/", canary.port())).await.unwrap();
        let posted = outward.post(&target, &[], Bytes::new(), DEADLINE).await;
        assert!(matches!(posted, Err(OutwardError::Address(_))), "{later}: {posted:?}");
        let got = outward.get(&target, &[], LIMITS).await;
        assert!(matches!(got, Err(OutwardError::Address(_))), "{later}: {got:?}");
        assert_eq!(canary.connections(), 0);
    }
}

#[tokio::test]
async fn what_was_looked_at_is_what_is_connected_to() {
    let receiver = Host::answering("204 No Content", "", "").await;
    let strange = Book::default().with("receiver.example.com", &["127.0.0.1", "127.0.0.1", "10.0.0.1"]);
    let outward = strange.outward(&["127.0.0.1/32"]);
    let target =
        outward.check(&format!("http://receiver.example.com:{}/hook", receiver.port())).await.unwrap();
    let posted = outward.post(&target, &[], Bytes::new(), DEADLINE).await.unwrap();
    assert_eq!(posted.status, 204);
    let host = format!("host: receiver.example.com:{}", receiver.port());
    assert!(receiver.heads()[0].contains(&host), "the receiver is asked by its name");
}
