//! What a receiver answered: a status that matters and a body that hardly does.

use reqwest::Response;
use reqwest::header::HeaderMap;
use std::fmt;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Most bytes kept of a body.
const BODY_LIMIT: usize = 64 * 1024;
/// How long the rest of a body is waited for, once its head is there.
const BODY_PATIENCE: Duration = Duration::from_secs(1);

/// An answer, with as much of its body as came within a second, at most 64 KiB. Prints without it.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    headers: HeaderMap,
    /// The beginning of the body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads what there is. A body that breaks, or never ends, does not take the status back.
    pub(crate) async fn of(mut response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let patience = Instant::now() + BODY_PATIENCE;
        let mut body = Vec::new();
        while let Ok(Ok(Some(piece))) = timeout_at(patience, response.chunk()).await {
            body.extend_from_slice(piece.get(..BODY_LIMIT - body.len()).unwrap_or(&piece));
            if body.len() == BODY_LIMIT {
                break;
            }
        }
        Self { status, headers, body }
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
