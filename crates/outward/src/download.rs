//! Something large, piece by piece.

use crate::OutwardError;
use bytes::Bytes;
use reqwest::Response;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// How long it may take and how much it may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the whole, from connecting to the last byte.
    pub deadline: Duration,
    /// For the head, and for each piece.
    pub patience: Duration,
    /// Most bytes of the body.
    pub bytes: u64,
}

/// An answer whose body is still to come. Dropped, the rest is not read.
pub struct Download {
    response: Response,
    patience: Duration,
    began: Instant,
    deadline: Duration,
    bytes_left: u64,
}

impl Download {
    pub(crate) fn of(response: Response, began: Instant, limits: Limits) -> Self {
        let Limits { deadline, patience, bytes } = limits;
        Self { response, patience, began, deadline, bytes_left: bytes }
    }

    /// How long it may still take. It notices that its time is over while a piece of it is waited for, and no sooner.
    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_sub(self.began.elapsed())
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// The next piece of the body; `None` at its end.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, OutwardError> {
        let next = tokio::time::timeout(self.patience, self.response.chunk()).await;
        let piece = next.map_err(|_| OutwardError::Timeout)??;
        let bytes = piece.as_ref().map_or(0, |piece| piece.len() as u64);
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or(OutwardError::TooLarge)?;
        Ok(piece)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("status", &self.status()).finish_non_exhaustive()
    }
}
