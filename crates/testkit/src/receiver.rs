//! Somebody who gets events: a webhook endpoint's far end, which answers as it is told to and can be away.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use standardwebhooks::Webhook;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A receiver at `http://127.0.0.1:…`; gone when dropped.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    desk: Arc<Desk>,
    serving: Option<JoinHandle<()>>,
}

/// A message that came, whatever was answered.
#[derive(Debug, Clone)]
pub struct Received {
    /// The path it came to.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
    /// When it was there as a whole.
    pub at: Instant,
    /// The status it was answered with; 0 for one that was not.
    pub answered: u16,
}

/// How a message is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    /// With this status.
    Status(u16),
    /// With this status and a header.
    With(u16, &'static str, String),
    /// With this status, after so long.
    Late(u16, Duration),
    /// Not at all: the connection stays open.
    Never,
}

type Manners = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

struct Desk {
    manners: Mutex<Manners>,
    received: Mutex<Vec<Received>>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("received", &lock(&self.received).len()).finish_non_exhaustive()
    }
}

impl Received {
    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The event's id.
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// Whether its signature is one of `secret`'s, by the library of the standard.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        Webhook::new(secret).expect("a usable secret").verify(&self.body, &self.headers).is_ok()
    }
}

impl Receiver {
    /// Listens, and takes everything (204).
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let manners: Manners = Box::new(|_| Reply::Status(204));
        let desk = Arc::new(Desk { manners: Mutex::new(manners), received: Mutex::default() });
        let serving = Some(tokio::spawn(serve(listener, Arc::clone(&desk))));
        Self { address, desk, serving }
    }

    /// What endpoints are told.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers like this from now on.
    pub fn answers(&self, manners: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *lock(&self.desk.manners) = Box::new(manners);
    }

    /// Everything that came, in the order it came.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.desk.received).clone()
    }

    /// What was taken: answered with a status from 200 to 299.
    pub fn taken(&self) -> Vec<Received> {
        let mut taken = self.received();
        taken.retain(|message| (200..300).contains(&message.answered));
        taken
    }

    /// Is away: connections are refused, those that were open are cut.
    pub async fn goes_away(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            // Ended when the last of its connections is gone.
            let _ = serving.await;
        }
    }

    /// Is back where it was.
    pub async fn comes_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("its port is free again");
        self.serving = Some(tokio::spawn(serve(listener, Arc::clone(&self.desk))));
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let desk = Arc::clone(&desk);
        connections.spawn(async move {
            // Whoever hangs up or talks nonsense is not served any more.
            let _ = talk(stream, &desk).await;
        });
    }
}

/// One connection, message after message.
async fn talk(stream: TcpStream, desk: &Desk) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(message) = read(&mut stream).await? {
        let reply = lock(&desk.manners)(&message);
        let (status, header, delay) = match reply {
            Reply::Status(status) => (status, String::new(), Duration::ZERO),
            Reply::With(status, name, value) => (status, format!("{name}: {value}\r\n"), Duration::ZERO),
            Reply::Late(status, delay) => (status, String::new(), delay),
            Reply::Never => {
                lock(&desk.received).push(message);
                return std::future::pending().await;
            }
        };
        tokio::time::sleep(delay).await;
        // Noted before it is answered: whoever was answered finds it noted.
        lock(&desk.received).push(Received { answered: status, ..message });
        let length = if status == 204 { "" } else { "content-length: 0\r\n" };
        let answer = format!("HTTP/1.1 {status} Whatever\r\n{length}{header}\r\n");
        stream.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// The next message; `None` when there is none any more.
async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Received>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HeaderMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(std::io::Error::other)?;
        headers.append(name, HeaderValue::from_str(value.trim()).map_err(std::io::Error::other)?);
    }
    let length = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    Ok(Some(Received { path, headers, body, at: Instant::now(), answered: 0 }))
}
