//! A vendor of few words: it hears requests as bytes and treats all of them alike.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What it does once it has heard a whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Answers,
    /// Answers, and hangs up although it did not say so.
    AnswersAndHangsUp,
    /// Three of five answers are a broken gateway's.
    Storms,
    SaysNothing,
    Resets,
    StopsMidAnswer,
    HangsUpMidAnswer,
    SpeaksNonsense,
}

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone";
const BROKEN: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

pub struct Vendor {
    pub address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
    connections: watch::Receiver<usize>,
}

#[derive(Default)]
struct Heard {
    /// Whole requests, each as it came.
    requests: Vec<Vec<u8>>,
    /// What is left of those that broke off.
    scraps: Vec<Vec<u8>>,
}

impl Vendor {
    pub async fn who(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::<Mutex<Heard>>::default();
        let (ended, connections) = watch::channel(0);
        let hearing = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (heard, ended) = (Arc::clone(&hearing), ended.clone());
                tokio::spawn(async move {
                    hear(stream, manner, &heard).await;
                    ended.send_modify(|count| *count += 1);
                });
            }
        });
        Self { address, heard, connections }
    }

    pub fn url(&self) -> String {
        format!("http://{}/call", self.address)
    }

    pub fn requests(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.requests.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// Everything heard on connections on which no request became whole, when `count` connections ended.
    pub async fn scraps_of(&mut self, count: usize) -> Vec<u8> {
        let waiting = self.connections.wait_for(|ended| *ended >= count);
        tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
        self.heard.lock().unwrap().scraps.concat()
    }
}

async fn hear(mut stream: TcpStream, manner: Manner, heard: &Mutex<Heard>) {
    let mut bytes = Vec::new();
    loop {
        if !is_whole(&bytes) {
            if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                heard.lock().unwrap().scraps.push(bytes);
                return;
            }
            continue;
        }
        let count = {
            let mut heard = heard.lock().unwrap();
            heard.requests.push(std::mem::take(&mut bytes));
            heard.requests.len()
        };
        let (answer, goes_on) = match manner {
            Manner::Answers => (ANSWER, true),
            Manner::AnswersAndHangsUp => (ANSWER, false),
            Manner::Storms => (if count % 5 < 3 { BROKEN } else { ANSWER }, true),
            Manner::StopsMidAnswer => (&ANSWER[..ANSWER.len() - 2], true),
            Manner::HangsUpMidAnswer => (&ANSWER[..ANSWER.len() - 2], false),
            Manner::SpeaksNonsense => ("moo\r\n\r\n", false),
            Manner::SaysNothing => ("", true),
            Manner::Resets => {
                stream.set_zero_linger().unwrap();
                return;
            }
        };
        stream.write_all(answer.as_bytes()).await.ok();
        if !goes_on {
            return;
        }
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let announced = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= announced.unwrap_or(0)
}
