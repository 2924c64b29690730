//! How the answer-side faults look on the wire.

use std::convert::Infallible;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::faults::{Fault, Mode};
use crate::wire::Reply;

/// A second handle on a client's connection, to close it under the web framework's feet.
#[derive(Clone)]
pub(crate) struct Line(Arc<socket2::Socket>);

impl Line {
    pub(crate) fn of(connection: &actix_web::rt::net::TcpStream) -> Option<Line> {
        socket2::SockRef::from(connection).try_clone().ok().map(|socket| Line(Arc::new(socket)))
    }

    fn cut(&self) {
        // Already closed is as good.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// What a fault needs to do its work.
pub(crate) struct Trouble<'a> {
    pub(crate) fault: &'a Fault,
    pub(crate) line: Option<Line>,
    pub(crate) stop: &'a CancellationToken,
}

impl Trouble<'_> {
    /// Whether the request takes effect before things go wrong.
    pub(crate) fn commits(&self) -> bool {
        !matches!(self.fault.mode, Mode::RefuseConnection | Mode::Status | Mode::Silence)
    }

    /// The HTTP status the client sees, 0 for none.
    pub(crate) fn status(&self, status: u16) -> u16 {
        match self.fault.mode {
            Mode::RefuseConnection | Mode::Silence | Mode::CommitThenSilence => 0,
            Mode::Status => self.fault.code.unwrap_or(503),
            Mode::Garbage => 200,
            _ => status,
        }
    }

    /// The answer for a request that did not take effect.
    pub(crate) async fn instead(&self) -> HttpResponse {
        match self.fault.mode {
            Mode::Status => {
                let status = StatusCode::from_u16(self.status(0)).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                HttpResponse::build(status).content_type("text/plain").body("simulated fault")
            }
            Mode::Silence => self.silence().await,
            _ => self.hang_up(),
        }
    }

    /// The spoiled form of an answer to a request that did take effect.
    pub(crate) async fn spoil(&self, mut reply: Reply) -> HttpResponse {
        match self.fault.mode {
            Mode::ResetMidBody => self.break_off(reply),
            Mode::SlowBody => self.trickle(reply),
            Mode::Garbage => HttpResponse::Ok().content_type("application/json").body("<<<not json>>>"),
            Mode::WrongSignature => {
                reply.spoil_signature();
                respond(reply)
            }
            _ => self.silence().await,
        }
    }

    async fn silence(&self) -> HttpResponse {
        self.stop.run_until_cancelled(tokio::time::sleep(self.fault.span())).await;
        self.hang_up()
    }

    fn hang_up(&self) -> HttpResponse {
        if let Some(line) = &self.line {
            line.cut();
        }
        HttpResponse::Ok().force_close().finish()
    }

    fn break_off(&self, reply: Reply) -> HttpResponse {
        const FLUSH: Duration = Duration::from_millis(20);
        let whole = reply.body.len();
        let half = Bytes::copy_from_slice(&reply.body[..whole / 2]);
        let body = stream::unfold((Some(half), self.line.clone()), |(half, line)| async move {
            if let Some(half) = half {
                return Some((Ok(half), (None, line)));
            }
            tokio::time::sleep(FLUSH).await;
            if let Some(line) = &line {
                line.cut();
            }
            Some((Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)), (None, line)))
        });
        head(&reply).body(SizedStream::new(whole as u64, Box::pin(body)))
    }

    fn trickle(&self, reply: Reply) -> HttpResponse {
        const PIECES: usize = 10;
        let pause = self.fault.span() / 10;
        let whole = reply.body.len();
        let pieces: Vec<Bytes> =
            reply.body.chunks(whole.div_ceil(PIECES).max(1)).map(Bytes::copy_from_slice).collect();
        let body = stream::unfold(pieces.into_iter(), move |mut pieces| async move {
            tokio::time::sleep(pause).await;
            pieces.next().map(|piece| (Ok::<_, Infallible>(piece), pieces))
        });
        head(&reply).body(SizedStream::new(whole as u64, Box::pin(body)))
    }
}

/// An answer as the vendor gave it.
pub(crate) fn respond(reply: Reply) -> HttpResponse {
    head(&reply).body(reply.body)
}

fn head(reply: &Reply) -> actix_web::HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = HttpResponse::build(status);
    for (name, value) in &reply.headers {
        builder.insert_header((*name, value.as_str()));
    }
    builder
}
