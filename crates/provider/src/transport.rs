//! The one way to the network: a pooled client per account that never repeats a creating request.
//!
//! No redirects, no retries inside the client, one deadline for the whole exchange, a bounded answer.
//! A request passes, in this order: the fence its worker's claim puts up ([`fence`](crate::fence)), the
//! account's rate budget, the fence again, and, once a connection is open, the last question before its
//! bytes leave (`release.rs`). Whoever sends a creating request therefore learns exactly whether a byte of
//! it may have left ([`TransportError`]). Reads may be tried again here within a budget, creating requests
//! never.
//!
//! `release.rs` the instant of leaving · `rate.rs` the rate budget, `local.rs` of a process alone ·
//! `retries.rs` the budget of retries · `clients.rs` a client per thread · `message.rs`, `error.rs` what
//! goes out and comes back.
//!
//! Not for: knowing what an answer means; that is the adapter's `map.rs`.

mod clients;
mod error;
mod local;
mod message;
mod rate;
mod release;
mod retries;

use backon::{BackoffBuilder, ExponentialBuilder};
use clients::Clients;
use futures_util::StreamExt;
use release::{Leave, ask, seal};
use reqwest::StatusCode;
use retries::RetryBudget;
use std::time::Duration;

pub use error::TransportError;
pub use message::{Answer, Outgoing};
pub use rate::{RateLimits, Reserved, Slots};

/// Largest answer read, in bytes.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
const READ_ATTEMPTS: usize = 3;

/// How an account talks.
#[derive(Debug, Clone)]
pub struct TransportSettings {
    /// Deadline of one exchange, from connect to the last byte; also the longest wait for the rate.
    pub timeout: Duration,
    /// Requests per second per action.
    pub rate: RateLimits,
}

/// An account's pooled clients with its budgets; clones share them.
#[derive(Debug, Clone)]
pub struct Transport {
    clients: Clients,
    settings: TransportSettings,
    retries: RetryBudget,
}

impl Transport {
    /// Clients of its own for one account.
    pub fn new(settings: TransportSettings) -> Result<Self, TransportError> {
        let clients = Clients::new(settings.timeout)?;
        Ok(Self { clients, settings, retries: RetryBudget::default() })
    }

    /// Sends once. `build` runs after the rate budget allows it, so that a signature is fresh.
    ///
    /// Dropped before the request has left, it never leaves.
    pub async fn send_once(
        &self,
        action: &'static str,
        build: impl Fn() -> Outgoing + Send + Sync,
    ) -> Result<Answer, TransportError> {
        let fence = crate::fence::current();
        ask(fence.as_deref())?;
        let TransportSettings { timeout: patience, rate } = self.settings.clone();
        let place = rate.permit(action, patience).await?;
        let outgoing = build();
        let headers = outgoing.header_map()?;
        let client = self.clients.of_this_thread()?;
        let request = client.request(outgoing.method, &outgoing.url).headers(headers);
        ask(fence.as_deref())?;
        if outgoing.body.is_empty() {
            return complete(request).await.map_err(|failure| failure.without_body());
        }
        let (parcel, seal) = seal(outgoing.body, Leave { fence, place, rate, action, patience });
        complete(request.body(reqwest::Body::wrap(parcel)))
            .await
            .map_err(|failure| seal.withdraw(failure.before()).unwrap_or_else(|| failure.after()))
    }

    /// Sends a read or an absolute-state control: up to three attempts, with jitter, when no
    /// complete answer came or the vendor's gateway failed (5xx, 429), as far as the account's retries
    /// reach.
    pub async fn send_repeatable(
        &self,
        action: &'static str,
        build: impl Fn() -> Outgoing + Send + Sync,
    ) -> Result<Answer, TransportError> {
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(2))
            .with_jitter()
            .with_max_times(READ_ATTEMPTS - 1)
            .build();
        self.retries.save();
        loop {
            let result = self.send_once(action, &build).await;
            match pauses.next() {
                Some(pause) if is_worth_repeating(&result) && self.retries.spend() => {
                    tokio::time::sleep(pause).await;
                }
                _ => return result,
            }
        }
    }
}

fn is_worth_repeating(result: &Result<Answer, TransportError>) -> bool {
    match result {
        Ok(answer) => answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS,
        Err(error) => error.is_passing(),
    }
}

/// Why there is no complete answer.
enum Failure {
    Client(reqwest::Error),
    TooLarge,
}

impl Failure {
    /// When nothing of the request has left.
    fn before(&self) -> TransportError {
        match self {
            Self::Client(error) => TransportError::before(error),
            Self::TooLarge => TransportError::TooLarge,
        }
    }

    /// When something of it has.
    fn after(&self) -> TransportError {
        match self {
            Self::Client(error) => TransportError::after(error),
            Self::TooLarge => TransportError::TooLarge,
        }
    }

    /// A request without a body is nothing but its head; the error alone tells how far it came.
    fn without_body(&self) -> TransportError {
        match self {
            Self::Client(error) if error.is_builder() || error.is_connect() => self.before(),
            _ => self.after(),
        }
    }
}

/// The whole exchange.
async fn complete(request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
    let response = request.send().await.map_err(Failure::Client)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(Failure::Client)?;
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}
