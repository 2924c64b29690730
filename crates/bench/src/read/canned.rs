//! A vendor that answers everything the same at once.

use crate::http::Message;
use crate::{Failure, vendor};
use std::net::Ipv4Addr;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

/// Starts it for as long as the process lives; answers its base URL.
pub(super) async fn start() -> Result<String, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let body = vendor::answer().to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
    let answer = format!("{head}: {}\r\n\r\n{body}", body.len());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            // A client that went away ends its own connection and no other.
            tokio::spawn(async move { serve(stream, answer.as_bytes()).await });
        }
    });
    Ok(url)
}

async fn serve(mut stream: TcpStream, answer: &[u8]) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    let mut message = Message::default();
    while message.read(&mut stream).await? {
        stream.write_all(answer).await?;
    }
    Ok(())
}
