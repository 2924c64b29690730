//! A server of few words: it reads a request's head and does what it is told to.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a connection gets once its request's head is there.
#[derive(Clone)]
pub enum Conduct {
    /// These bytes, then the end.
    Say(String),
    /// These bytes, and then the last of them again and again.
    NeverEnd(String, String),
    /// These bytes, and then nothing for ever.
    FallSilent(String),
}

pub struct Receiver {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// Listens on `127.0.0.1`.
    pub async fn start(conduct: Conduct) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, conduct.clone(), Arc::clone(&seen)));
            }
        });
        Self { port, heads }
    }

    /// Answers every request with a head and a body.
    pub async fn answering(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
        );
        Self::start(Conduct::Say(answer)).await
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// The heads of the requests that came, in lower case.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, conduct: Conduct, seen: Arc<Mutex<Vec<String>>>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    seen.lock().unwrap().push(String::from_utf8_lossy(&head).to_lowercase());
    let (first, again) = match &conduct {
        Conduct::Say(first) | Conduct::FallSilent(first) => (first, None),
        Conduct::NeverEnd(first, again) => (first, Some(again)),
    };
    let mut going = stream.write_all(first.as_bytes()).await.is_ok();
    while let Some(again) = again.filter(|_| going) {
        going = stream.write_all(again.as_bytes()).await.is_ok();
    }
    if let Conduct::FallSilent(_) = conduct {
        // Until the other side gives up.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
}
