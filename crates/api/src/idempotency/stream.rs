//! The key of a stream, held while the stream runs.

use super::{Idempotency, answer, fingerprint};
use crate::body::Pieces;
use crate::problem::Problem;
use actix_web::HttpResponse;
use actix_web::web::Data;
use outdial_engine::{Answer, Engine, EngineError, Held};
use outdial_model::ContactId;
use sha2::{Digest, Sha256};

/// A stream's key, if it has one. Dropped, it is let go.
pub(crate) struct StreamKey(Option<Box<Running>>);

struct Running {
    engine: Data<Engine>,
    held: Held,
    bytes: Sha256,
}

/// What taking a stream's key comes to.
pub(crate) enum Taken {
    /// The stream is to be carried out.
    Free(StreamKey),
    /// It was before.
    Before(HttpResponse),
}

impl Idempotency {
    /// Takes the key for a stream. One that was answered before is read to its end, to see that it is
    /// the same.
    pub(crate) async fn hold(&self, pieces: &mut Pieces) -> Result<Taken, Problem> {
        let Some(key) = self.key() else { return Ok(Taken::Free(StreamKey(None))) };
        match self.engine.hold(&self.tenant, key.clone(), &self.path).await {
            Ok(held) => {
                let (engine, bytes) = (self.engine.clone(), fingerprint::begun(&self.path));
                let running = Running { engine, held, bytes };
                Ok(Taken::Free(StreamKey(Some(Box::new(running)))))
            }
            Err(EngineError::Answered(_)) => {
                let mut bytes = fingerprint::begun(&self.path);
                while let Some(piece) = pieces.next().await? {
                    bytes.update(&piece);
                }
                let key = fingerprint::written(bytes).sign(&self.engine, key);
                match self.engine.unanswered(&self.tenant, &key).await {
                    Err(EngineError::Answered(stored)) => Ok(Taken::Before(answer::again(*stored))),
                    Err(error) => Err(error.into()),
                    // Forgotten while it was read: sent again, it is a new one.
                    Ok(()) => Err(EngineError::KeyBusy.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl StreamKey {
    /// Takes note of a piece of the stream, and keeps the key.
    pub(crate) async fn note(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let Some(running) = &mut self.0 else { return Ok(()) };
        running.bytes.update(piece);
        Ok(running.held.renew().await?)
    }

    /// The id of the contact on a line, when it follows from the key.
    pub(crate) fn contact(&mut self, line: u64, record: &[u8]) -> Option<ContactId> {
        self.0.as_mut().map(|running| running.held.contact(line, record))
    }

    /// The stream is done; its answer.
    pub(crate) async fn finish(self, told: Answer) -> Result<HttpResponse, Problem> {
        if let Some(running) = self.0 {
            let Running { engine, held, bytes } = *running;
            match held.finish(fingerprint::written(bytes).keyed(&engine), &told).await {
                Err(EngineError::Answered(before)) => return Ok(answer::again(*before)),
                finished => finished?,
            }
        }
        Ok(answer::respond(told))
    }

    /// The stream failed and may be sent again at once.
    pub(crate) async fn let_go(self) {
        if let Some(running) = self.0 {
            running.held.let_go().await;
        }
    }
}
