//! A clerk who answers every request as told; HTTP/1.1 written out by hand, because half of it is broken.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a client that speaks TLS begins with; the clerk does not, and hangs up.
const TLS_HANDSHAKE: u8 = 0x16;

/// An answer.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let (status, length) = (self.status, self.body.len());
        format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n{headers}\r\n{}", self.body)
            .into_bytes()
    }
}

/// What the clerk does with a request that was read.
#[derive(Clone)]
pub enum Conduct {
    Answers(Reply),
    Ignores,
    StopsHalfWay(Reply),
    BreaksOff(Reply),
    Closes,
    Resets,
}

pub struct Desk {
    pub address: SocketAddr,
    orders: Arc<Mutex<Orders>>,
}

struct Orders {
    conduct: Conduct,
    /// The path of the request that fetches a token, and its answer: not what a table is about.
    login: Option<(&'static str, Reply)>,
    served: usize,
}

impl Desk {
    pub async fn open(login: Option<(&'static str, Reply)>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let orders = Orders { conduct: Conduct::Ignores, login, served: 0 };
        let orders = Arc::new(Mutex::new(orders));
        let shared = Arc::clone(&orders);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, orders }
    }

    /// From now on requests are treated like this, and counted from none.
    pub fn tell(&self, conduct: Conduct) {
        let mut orders = self.orders.lock().unwrap();
        (orders.conduct, orders.served) = (conduct, 0);
    }

    /// Requests read since, logins left out.
    pub fn served(&self) -> usize {
        self.orders.lock().unwrap().served
    }
}

async fn serve(mut stream: TcpStream, orders: Arc<Mutex<Orders>>) {
    while let Some(path) = read(&mut stream).await {
        let conduct = {
            let mut orders = orders.lock().unwrap();
            match &orders.login {
                Some((login, reply)) if *login == path => Conduct::Answers(reply.clone()),
                _ => {
                    orders.served += 1;
                    orders.conduct.clone()
                }
            }
        };
        let half = |reply: &Reply| {
            let mut bytes = reply.bytes();
            bytes.truncate(bytes.len() - reply.body.len().div_ceil(2));
            bytes
        };
        // Whoever has hung up meanwhile does not want the answer.
        match conduct {
            Conduct::Answers(reply) => _ = stream.write_all(&reply.bytes()).await,
            Conduct::Ignores => std::future::pending().await,
            Conduct::StopsHalfWay(reply) => {
                _ = stream.write_all(&half(&reply)).await;
                std::future::pending().await
            }
            Conduct::BreaksOff(reply) => {
                _ = stream.write_all(&half(&reply)).await;
                return;
            }
            Conduct::Closes => return,
            Conduct::Resets => {
                _ = stream.set_zero_linger();
                return;
            }
        }
    }
}

/// The path of the next request, once all of it is read.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.split_once("content-length:").map_or("0", |(_, rest)| rest);
            let length: usize = length.lines().next()?.trim().parse().ok()?;
            if body.len() >= length {
                return head.split(' ').nth(1).map(str::to_owned);
            }
        }
        let is_handshake = bytes.first() == Some(&TLS_HANDSHAKE);
        if is_handshake || stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
