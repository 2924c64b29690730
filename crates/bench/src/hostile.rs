//! What large and lying bodies gain of the gateway's memory.

use crate::engine::Engine;
use crate::gateway::Gateway;
use crate::http::{self, Line};
use crate::report::{Amount, Figure, Mark, Report};
use crate::{Failure, import};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use tokio::io::AsyncWriteExt;

/// Bytes of each.
const LARGE: usize = 1 << 30;
const PIECE: usize = 1 << 20;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let bytes = if small { LARGE / 64 } else { LARGE };
    let place = engine.place().await?;
    let gateway = Gateway::at(&place, import::NOWHERE).await?;
    let contacts = format!("/v1/tasks/{}/contacts", gateway.make_task().await?);
    let before = gateway.process.memory();
    let bomb = bomb(bytes)?;
    for (path, kind) in
        [("/v1/tasks", "application/json"), (&contacts, "application/x-ndjson"), (&contacts, "text/csv")]
    {
        let status = endless(&gateway, path, kind, bytes).await?;
        report.note(&format!("{} MiB without an end of line as {kind}: {status}", bytes >> 20));
        let head = head(&gateway, path, kind);
        let packed = format!("{head}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bomb.len());
        let status =
            Line::to(gateway.process.address).await?.status(&[packed.as_bytes(), &bomb].concat()).await?;
        report.note(&format!("the same in {} KiB of gzip: {status}", bomb.len() >> 10));
    }
    if let (Some((held, _)), Some((_, most))) = (before, gateway.process.memory()) {
        report.add(&Figure {
            name: format!("{}: memory gained by bodies of {} MiB", engine.name(), bytes >> 20),
            measured: Amount(most - held, "MiB"),
            baseline: None,
            mark: Mark::AtMost(Amount(150.0, "MiB")),
        });
    }
    drop(gateway);
    place.remove().await
}

fn head(gateway: &Gateway, path: &str, kind: &str) -> String {
    let (address, key) = (gateway.process.address, &gateway.key);
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n"
    )
}

/// Sends blanks until the gateway answers or has them all; answers its status.
async fn endless(gateway: &Gateway, path: &str, kind: &str, bytes: usize) -> Result<u16, Failure> {
    let stream = tokio::net::TcpStream::connect(gateway.process.address).await?;
    let (mut reading, mut writing) = stream.into_split();
    let head = format!("{}Content-Length: {bytes}\r\n\r\n", head(gateway, path, kind));
    let sending = tokio::spawn(async move {
        writing.write_all(head.as_bytes()).await?;
        let piece = vec![b' '; PIECE];
        for _ in 0..bytes / PIECE {
            writing.write_all(&piece).await?;
        }
        // Open until it is answered.
        Ok::<_, std::io::Error>(writing)
    });
    let mut message = http::Message::default();
    message.read(&mut reading).await?;
    sending.abort();
    message.status()
}

/// As many blanks, packed.
fn bomb(bytes: usize) -> Result<Vec<u8>, Failure> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..bytes / PIECE {
        packer.write_all(&vec![b' '; PIECE])?;
    }
    Ok(packer.finish()?)
}
