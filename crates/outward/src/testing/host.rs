//! A host of few words: it reads a request's head and does what it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Bytes written at once of what has no end.
const AT_ONCE: usize = 64 * 1024;

/// What a connection gets once its request's head is there.
#[derive(Debug, Clone)]
pub enum Conduct {
    /// These bytes, then the end.
    Say(String),
    /// These bytes, and then nothing for ever.
    FallSilent(String),
    /// These bytes, and then the others again and again, as fast as they are taken.
    NeverEnd(String, &'static str),
}

impl Conduct {
    /// A status, headers (each with its line's end) and a body.
    pub fn answer(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}");
        Self::Say(format!("{head}\r\n{body}"))
    }
}

/// Listens on `127.0.0.1`.
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    desk: Arc<Desk>,
}

#[derive(Debug)]
struct Desk {
    conduct: Mutex<Conduct>,
    heads: Mutex<Vec<String>>,
    /// Somebody hung up in the middle.
    left: Notify,
}

impl Host {
    /// Behaves like this.
    pub async fn start(conduct: Conduct) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk =
            Arc::new(Desk { conduct: Mutex::new(conduct), heads: Mutex::default(), left: Notify::new() });
        let behind = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&behind)));
            }
        });
        Self { address, desk }
    }

    /// Answers everybody with an [`answer`](Conduct::answer).
    pub async fn answering(status: &str, headers: &str, body: &str) -> Self {
        Self::start(Conduct::answer(status, headers, body)).await
    }

    /// Behaves like this from now on.
    pub fn behaves(&self, conduct: Conduct) {
        *self.desk.conduct.lock().unwrap() = conduct;
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// `http://host:port`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of the requests that came, in lower case.
    pub fn heads(&self) -> Vec<String> {
        self.desk.heads.lock().unwrap().clone()
    }

    /// Waits until somebody has hung up in the middle.
    pub async fn is_left(&self) {
        self.desk.left.notified().await;
    }
}

async fn serve(mut stream: TcpStream, desk: Arc<Desk>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    desk.heads.lock().unwrap().push(String::from_utf8_lossy(&head).to_lowercase());
    let conduct = desk.conduct.lock().unwrap().clone();
    let (first, again) = match &conduct {
        Conduct::Say(first) | Conduct::FallSilent(first) => (first, None),
        Conduct::NeverEnd(first, again) => (first, Some(again)),
    };
    let mut going = stream.write_all(first.as_bytes()).await.is_ok();
    // Many at once, so that a busy machine does not make it slow.
    let again = again.map(|again| again.repeat((AT_ONCE / again.len()).max(1)));
    while let Some(again) = again.as_ref().filter(|_| going) {
        going = stream.write_all(again.as_bytes()).await.is_ok();
    }
    if let Conduct::FallSilent(_) = conduct {
        // Until the other side gives up.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    if !matches!(conduct, Conduct::Say(_)) {
        desk.left.notify_one();
    }
}
