//! HTTP/1.1 messages as bytes, read and written without an HTTP library, so that what is recorded is
//! what was on the wire.
//!
//! Not for: chunked bodies; the clients and servers here send `content-length`.

use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// A request as it was on the wire.
#[derive(Clone)]
pub struct Request {
    /// `POST`.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// Headers in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let Some(message) = Message::read(stream).await? else {
            return Ok(None);
        };
        let mut words = message.first_line.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Ok(Some(Self { method, target, headers: message.headers, body: message.body }))
    }

    pub(super) async fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        let first_line = format!("{} {} HTTP/1.1", self.method, self.target);
        stream.write_all(&message(&first_line, &self.headers, &self.body)).await
    }
}

/// An answer to give, or that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers but `content-length`.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Reply {
    /// JSON with a status.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// A page such as gateways answer with.
    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/html", body)
    }

    fn new(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into().into_bytes() }
    }

    /// The same reply with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let message = Message::read(stream).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = message.first_line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| unreadable("no status"))?;
        let is_about_framing = |name: &str| {
            name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("connection")
        };
        let headers = message.headers.into_iter().filter(|(name, _)| !is_about_framing(name)).collect();
        Ok(Self { status, headers, body: message.body })
    }

    /// Writes the head, and the first `bytes` of the body it announces.
    pub(super) async fn write(&self, stream: &mut TcpStream, bytes: usize) -> io::Result<()> {
        let mut headers = self.headers.clone();
        headers.push(("content-length".to_owned(), self.body.len().to_string()));
        let first_line = format!("HTTP/1.1 {} Said", self.status);
        let body = self.body.get(..bytes).unwrap_or(&self.body);
        stream.write_all(&message(&first_line, &headers, body)).await
    }
}

struct Message {
    first_line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Message {
    /// The next message on the connection; `None` when it was closed before one began.
    async fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let head_len = loop {
            if let Some(end) = bytes.windows(HEAD_END.len()).position(|window| window == HEAD_END) {
                break end;
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return if bytes.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        };
        let mut body = bytes.split_off(head_len + HEAD_END.len());
        let head = String::from_utf8(bytes).map_err(|_| unreadable("a head that is not text"))?;
        let mut lines = head.trim_end().split("\r\n");
        let first_line = lines.next().unwrap_or_default().to_owned();
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let body_len = find(&headers, "content-length").and_then(|len| len.parse().ok()).unwrap_or(0);
        while body.len() < body_len {
            if stream.read_buf(&mut body).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Some(Self { first_line, headers, body }))
    }
}

/// One piece, so that no half of it waits for the other half's acknowledgement.
fn message(first_line: &str, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let mut bytes = format!("{first_line}\r\n{}\r\n", lines.collect::<String>()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Changes the last character of the header of that name; false when there is nothing to change.
pub(super) fn spoil(headers: &mut [(String, String)], name: &str) -> bool {
    let proof = headers.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let Some((proof, last)) = proof.and_then(|proof| proof.pop().map(|last| (proof, last))) else {
        return false;
    };
    proof.push(if last == '0' { '1' } else { '0' });
    true
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn unreadable(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
