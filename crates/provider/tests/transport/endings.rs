//! Every way a request can end below HTTP, and what the caller learns.

use super::vendor::{Manner, Vendor};
use super::{BODY, create, transport};
use outdial_provider::{Effect, ProviderError, TransportError};
use std::time::Duration;
use tokio::net::TcpListener;

/// Passes for real: long enough for a loopback answer, not longer.
const DEADLINE: Duration = Duration::from_millis(600);

async fn ending(url: &str) -> TransportError {
    create(&transport(DEADLINE), url).await.unwrap_err()
}

#[tokio::test]
async fn what_arrives_is_what_was_built_with_its_length_announced() {
    let vendor = Vendor::who(Manner::Answers).await;
    let answer = create(&transport(DEADLINE), &vendor.url()).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (200, b"done".as_slice()));
    let [request] = vendor.requests().try_into().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, BODY);
    assert!(head.contains(&format!("content-length: {}", BODY.len())), "{head}");
    assert!(!head.contains("chunked"), "{head}");
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refused = format!("http://{}/", taken.local_addr().unwrap());
    drop(taken);
    let plain = Vendor::who(Manner::Answers).await;
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let urls = [
        refused,
        // No name has a part this long: it fails without anybody being asked.
        format!("http://{}.invalid/", "a".repeat(64)),
        // Here nobody speaks TLS,
        format!("https://{}/", plain.address),
        // and here nobody speaks.
        format!("https://{}/", mute.local_addr().unwrap()),
        "not a URL".to_owned(),
    ];
    for url in urls {
        let error = ending(&url).await;
        assert!(matches!(error, TransportError::NotSent(_)), "{url}: {error:?}");
        assert_eq!(ProviderError::from(error).effect, Effect::NotSent);
    }
    assert!(plain.requests().is_empty());
}

#[tokio::test]
async fn once_the_bytes_have_left_anything_may_have_happened() {
    let endings = [
        (Manner::SaysNothing, TransportError::Timeout),
        (Manner::StopsMidAnswer, TransportError::Timeout),
        (Manner::HangsUpMidAnswer, TransportError::Broken),
        (Manner::Resets, TransportError::Broken),
        (Manner::SpeaksNonsense, TransportError::Broken),
    ];
    for (manner, expected) in endings {
        let vendor = Vendor::who(manner).await;
        assert_eq!(ending(&vendor.url()).await, expected, "{manner:?}");
        assert_eq!(ProviderError::from(expected).effect, Effect::Possible);
        assert_eq!(vendor.requests().len(), 1, "{manner:?}: sent once, whatever comes back");
    }
}

#[tokio::test]
async fn a_connection_that_went_stale_in_the_pool_costs_nothing_and_repeats_nothing() {
    let vendor = Vendor::who(Manner::AnswersAndHangsUp).await;
    let transport = transport(DEADLINE);
    for sent in 1..=50 {
        let known = vendor.requests().len();
        match create(&transport, &vendor.url()).await {
            Ok(_) => assert_eq!(vendor.requests().len(), known + 1, "request {sent}"),
            // It went out while the vendor hung up, or it did not: the vendor agrees with the error.
            Err(TransportError::NotSent(_)) => assert_eq!(vendor.requests().len(), known),
            Err(error) => assert_eq!(error, TransportError::Broken),
        }
    }
}

#[test]
fn a_thread_that_ends_takes_nobody_elses_connections_with_it() {
    let run = |story: &mut dyn FnMut(&tokio::runtime::Runtime)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        story(&runtime);
    };
    let serving = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let vendor = serving.block_on(Vendor::who(Manner::Answers));
    let transport = transport(DEADLINE);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                run(&mut |runtime| {
                    for _ in 0..3 {
                        runtime.block_on(create(&transport, &vendor.url())).unwrap();
                    }
                });
            });
        }
    });
    // The threads are gone; whoever comes next may get a client one of them had.
    std::thread::scope(|threads| {
        threads.spawn(|| {
            run(&mut |runtime| drop(runtime.block_on(create(&transport, &vendor.url())).unwrap()));
        });
    });
    assert_eq!(vendor.requests().len(), 13);
}
