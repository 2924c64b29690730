//! As much HTTP/1.1 as a load generator needs: one connection, one exchange after the other.
//!
//! Costs little itself, so that what is measured is the other side.

use crate::Failure;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that stays open.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    message: Message,
}

impl Line {
    /// Connects.
    pub(crate) async fn to(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, message: Message::default() })
    }

    /// Sends a whole request and answers the body of what must be a success.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<&[u8], Failure> {
        self.stream.write_all(request).await?;
        self.success().await
    }

    /// Sends a whole request and answers the status of whatever comes.
    pub(crate) async fn status(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.stream.write_all(request).await?;
        if !self.message.read(&mut self.stream).await? {
            return Err("the other side closed the connection".into());
        }
        self.message.status()
    }

    /// Whether the last answer said that it is the last on this connection: some are answered before their body was read.
    pub(crate) fn is_over(&self) -> bool {
        let says_so = |line: &str| line.eq_ignore_ascii_case("connection: close");
        self.message.head().lines().any(says_so)
    }

    /// Sends a request whose body comes in pieces.
    pub(crate) async fn upload(&mut self, head: &str, pieces: &[String]) -> Result<&[u8], Failure> {
        self.stream.write_all(head.as_bytes()).await?;
        for piece in pieces {
            self.stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
            self.stream.write_all(piece.as_bytes()).await?;
            self.stream.write_all(b"\r\n").await?;
        }
        self.stream.write_all(b"0\r\n\r\n").await?;
        self.success().await
    }

    async fn success(&mut self) -> Result<&[u8], Failure> {
        if !self.message.read(&mut self.stream).await? {
            return Err("the other side closed the connection".into());
        }
        if self.message.head().starts_with("HTTP/1.1 2") {
            return Ok(self.message.body());
        }
        let body = String::from_utf8_lossy(self.message.body());
        Err(format!("an answer that is no success: {}{body}", self.message.head()).into())
    }
}

/// A request without a body.
pub(crate) fn get(address: SocketAddr, path: &str, key: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n").into_bytes()
}

/// A request with a JSON body.
pub(crate) fn post(address: SocketAddr, path: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The head of a stream of JSON lines.
pub(crate) fn ndjson(address: SocketAddr, path: &str, key: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
}

/// Messages as they come, of a peer that tells their length.
#[derive(Debug, Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
    head: usize,
    body: usize,
}

impl Message {
    /// Reads the next one whole; `false` when the peer went away instead.
    pub(crate) async fn read(&mut self, from: &mut (impl AsyncRead + Unpin)) -> Result<bool, Failure> {
        self.bytes.drain(..self.head + self.body);
        (self.head, self.body) = (0, 0);
        loop {
            if self.head == 0
                && let Some(end) = self.bytes.windows(4).position(|four| four == b"\r\n\r\n")
            {
                self.head = end + 4;
                self.body = length(&self.bytes[..end]);
            }
            if self.head > 0 && self.bytes.len() >= self.head + self.body {
                return Ok(true);
            }
            if from.read_buf(&mut self.bytes).await? == 0 {
                return Ok(false);
            }
        }
    }

    /// Its first line and headers.
    pub(crate) fn head(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.head]).unwrap_or_default()
    }

    /// An answer's status.
    pub(crate) fn status(&self) -> Result<u16, Failure> {
        Ok(self.head().split(' ').nth(1).unwrap_or_default().parse()?)
    }

    /// Its body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head..self.head + self.body]
    }
}

/// The `Content-Length`; none is no body.
fn length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head);
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_are_told_apart_by_their_length() {
        let mut wire: &[u8] =
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 204 No Content\r\n\r\n";
        let mut message = Message::default();
        assert!(message.read(&mut wire).await.unwrap());
        assert_eq!(message.body(), b"hi");
        assert!(message.read(&mut wire).await.unwrap());
        assert!(message.head().starts_with("HTTP/1.1 204"));
        assert!(!message.read(&mut wire).await.unwrap());
    }
}
