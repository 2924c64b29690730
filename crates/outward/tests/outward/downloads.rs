//! How a download ends.

use crate::book::Book;
use outdial_outward::testing::{Conduct, Host};
use outdial_outward::{Download, Limits, OutwardError};
use std::time::Duration;

async fn get(receiver: &Host, limits: Limits) -> Download {
    let outward = Book::default().outward(&["127.0.0.0/8"]);
    let target = outward.check(&receiver.origin()).await.unwrap();
    outward.get(&target, &[("range", "bytes=0-9".into())], limits).await.unwrap()
}

fn limits(bytes: u64) -> Limits {
    Limits { deadline: Duration::from_secs(10), patience: Duration::from_secs(10), bytes }
}

/// All of it, or how it ended and how much there was.
async fn whole(mut download: Download) -> Result<Vec<u8>, (OutwardError, usize)> {
    let mut body = Vec::new();
    loop {
        match download.piece().await {
            Ok(Some(piece)) => body.extend_from_slice(&piece),
            Ok(None) => return Ok(body),
            Err(error) => return Err((error, body.len())),
        }
    }
}

#[tokio::test]
async fn a_part_of_a_recording_comes_as_it_was_asked_for() {
    let headers = "content-type: audio/wav\r\ncontent-range: bytes 0-9/4000\r\n";
    let receiver = Host::answering("206 Partial Content", headers, "0123456789").await;
    let download = get(&receiver, limits(10)).await;
    assert_eq!((download.status(), download.header("content-range")), (206, Some("bytes 0-9/4000")));
    assert_eq!(whole(download).await.unwrap(), b"0123456789");
    assert!(receiver.heads()[0].contains("range: bytes=0-9"));
}

#[tokio::test]
async fn more_than_was_wanted_is_not_taken() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let receiver = Host::start(Conduct::NeverEnd(head, "5\r\nlalal\r\n")).await;
    let (error, taken) = whole(get(&receiver, limits(100_000)).await).await.unwrap_err();
    assert_eq!(error, OutwardError::TooLarge);
    assert!(taken <= 100_000, "{taken}");
}

#[tokio::test]
async fn a_source_that_dries_up_is_left() {
    let begun = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegun".to_owned();
    let receiver = Host::start(Conduct::FallSilent(begun.clone())).await;
    let hasty = Limits { patience: Duration::from_millis(200), ..limits(1000) };
    let (error, _) = whole(get(&receiver, hasty).await).await.unwrap_err();
    assert_eq!(error, OutwardError::Timeout);
    let brief = Limits { deadline: Duration::from_millis(200), ..limits(1000) };
    let (error, _) = whole(get(&receiver, brief).await).await.unwrap_err();
    assert_eq!(error, OutwardError::Timeout);
    let silent = Host::start(Conduct::FallSilent(String::new())).await;
    let outward = Book::default().outward(&["127.0.0.0/8"]);
    let target = outward.target(&silent.origin()).unwrap();
    assert_eq!(outward.get(&target, &[], hasty).await.unwrap_err(), OutwardError::Timeout);
    let broken = Host::start(Conduct::Say(begun)).await;
    let (error, taken) = whole(get(&broken, limits(1000)).await).await.unwrap_err();
    assert_eq!((error, taken), (OutwardError::Broken, 5));
}
