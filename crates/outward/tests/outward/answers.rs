//! How a post ends.

use crate::book::Book;
use bytes::Bytes;
use outdial_outward::testing::{Canary, Conduct, Host};
use outdial_outward::{Answer, OutwardError};
use std::time::Duration;

async fn post_within(url: &str, deadline: Duration) -> Result<Answer, OutwardError> {
    let outward = Book::default().outward(&["127.0.0.0/8"]);
    let target = outward.check(url).await.unwrap();
    let headers = [("webhook-id", "evt_1".to_owned()), ("content-type", "application/json".to_owned())];
    outward.post(&target, &headers, Bytes::from_static(b"{}"), deadline).await
}

async fn post(url: &str) -> Result<Answer, OutwardError> {
    post_within(url, Duration::from_secs(10)).await
}

#[tokio::test]
async fn a_receiver_gets_what_was_sent_and_its_answer_is_read() {
    let receiver = Host::answering("503 Busy", "Retry-After: 7\r\n", "come again").await;
    let answer = post(&receiver.origin()).await.unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("7")));
    assert_eq!(answer.body, b"come again");
    let head = &receiver.heads()[0];
    for line in ["post / http/1.1", "webhook-id: evt_1", "content-length: 2", "user-agent: outdial/"] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!head.contains("accept-encoding"), "nothing is unpacked");
}

#[tokio::test]
async fn of_an_answer_without_end_its_beginning_is_enough() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let receiver = Host::start(Conduct::NeverEnd(head, "10\r\nlalalalalalalala\r\n")).await;
    let answer = post(&receiver.origin()).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 64 * 1024));
}

#[tokio::test]
async fn a_body_that_does_not_come_or_breaks_off_does_not_take_the_status_back() {
    let begun = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegun".to_owned();
    for conduct in [Conduct::FallSilent(begun.clone()), Conduct::Say(begun)] {
        let receiver = Host::start(conduct).await;
        let answer = post(&receiver.origin()).await.unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"begun".as_slice()));
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let head_in_part = "HTTP/1.1 200 OK\r\nx-slow: ".to_owned();
    for conduct in [Conduct::FallSilent(String::new()), Conduct::FallSilent(head_in_part)] {
        let receiver = Host::start(conduct).await;
        let answer = post_within(&receiver.origin(), Duration::from_millis(200)).await;
        assert_eq!(answer.unwrap_err(), OutwardError::Timeout);
    }
}

#[tokio::test]
async fn what_went_wrong_is_told_apart() {
    let nobody = Canary::new().port();
    assert_eq!(post(&format!("http://127.0.0.1:{nobody}/")).await.unwrap_err(), OutwardError::Connect);
    for words in ["", "HTTP/1.1 2", "SSH-2.0-OpenSSH_9.9\r\n\r\n"] {
        let receiver = Host::start(Conduct::Say(words.into())).await;
        assert_eq!(post(&receiver.origin()).await.unwrap_err(), OutwardError::Broken, "{words:?}");
    }
    let gone = Book::default().with("gone.example.com", &["93.184.215.14"]).outward(&[]);
    assert_eq!(gone.check("http://gone.example.net/").await.unwrap_err(), OutwardError::Unresolvable);
}

#[tokio::test]
async fn a_receiver_that_speaks_no_tls_is_told_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new()).await;
        }
    });
    let error = post(&format!("https://127.0.0.1:{port}/?token=secret")).await.unwrap_err();
    assert!(matches!(error, OutwardError::Tls(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("secret"));
}
