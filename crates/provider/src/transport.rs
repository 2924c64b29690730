//! The one way to the network: a pooled client per account that never repeats a creating request.
//!
//! No redirects, no retries inside the client, one deadline for the whole exchange, a bounded
//! answer. Reads may be tried again here, creating requests never: whoever sends one learns exactly
//! whether a byte may have left ([`TransportError`]).
//!
//! Not for: knowing what an answer means; that is the adapter's `map.rs`.

mod rate;

use backon::{ExponentialBuilder, Retryable};
use futures_util::StreamExt;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode, redirect};
use std::time::Duration;

pub use rate::{RateLimits, Slots};

/// Largest answer read, in bytes.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_ATTEMPTS: usize = 3;

/// How an account talks.
#[derive(Debug, Clone)]
pub struct TransportSettings {
    /// Deadline of one exchange, from connect to the last byte.
    pub timeout: Duration,
    /// Requests per second per action.
    pub rate: RateLimits,
}

/// A request, ready to leave: these bytes are the ones that were signed.
#[derive(Clone)]
pub struct Outgoing {
    /// Method.
    pub method: Method,
    /// Whole URL.
    pub url: String,
    /// Headers, secrets among them.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for none.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing")
            .field("method", &self.method)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A complete answer.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `Retry-After` in seconds, when the vendor sent one.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs)
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why there is no complete answer, and whether the request may have left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Not a byte left: the request could not be built, or no connection came about.
    #[error("the vendor was not reached: {0}")]
    NotSent(&'static str),
    /// Our own rate budget stayed used up until the deadline; nothing left.
    #[error("the account's own request rate is used up")]
    Throttled,
    /// It left, and the deadline passed before the whole answer was there.
    #[error("the vendor did not answer in time")]
    Timeout,
    /// It left (or may have), and the connection broke before the whole answer was there.
    #[error("the connection broke before the vendor's answer was complete")]
    Broken,
    /// The answer is larger than any real one.
    #[error("the vendor's answer is too large")]
    TooLarge,
}

/// An account's pooled client with its rate budget.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    settings: TransportSettings,
}

impl Transport {
    /// A client of its own for one account.
    pub fn new(settings: TransportSettings) -> Result<Self, TransportError> {
        let client = Client::builder()
            .retry(reqwest::retry::never())
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(settings.timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
            .user_agent(concat!("outdial/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| TransportError::NotSent("the HTTP client could not be set up"))?;
        Ok(Self { client, settings })
    }

    /// Sends once. `build` runs after the rate budget allows it, so that a signature is fresh.
    pub async fn send_once(
        &self,
        action: &'static str,
        build: impl Fn() -> Outgoing + Send + Sync,
    ) -> Result<Answer, TransportError> {
        self.settings.rate.permit(action, self.settings.timeout).await?;
        let outgoing = build();
        let mut headers = HeaderMap::with_capacity(outgoing.headers.len());
        for (name, value) in &outgoing.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| TransportError::NotSent("a header has characters HTTP does not allow"))?;
            value.set_sensitive(true);
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| TransportError::NotSent("a header name is not one"))?;
            headers.insert(name, value);
        }
        let request =
            self.client.request(outgoing.method, &outgoing.url).headers(headers).body(outgoing.body);
        let response = request.send().await.map_err(|error| classify(&error))?;
        read_bounded(response).await
    }

    /// Sends a read or an absolute-state control: up to three attempts, with jitter, when no
    /// complete answer came or the vendor's gateway failed (5xx, 429).
    pub async fn send_repeatable(
        &self,
        action: &'static str,
        build: impl Fn() -> Outgoing + Send + Sync,
    ) -> Result<Answer, TransportError> {
        let pause = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(2))
            .with_jitter()
            .with_max_times(READ_ATTEMPTS - 1);
        let attempt = || async {
            match self.send_once(action, &build).await {
                Ok(answer) if is_worth_repeating(answer.status) => Err(Attempt::Answered(answer)),
                Ok(answer) => Ok(answer),
                Err(error) => Err(Attempt::Failed(error)),
            }
        };
        match attempt.retry(pause).await {
            Ok(answer) | Err(Attempt::Answered(answer)) => Ok(answer),
            Err(Attempt::Failed(error)) => Err(error),
        }
    }
}

enum Attempt {
    Answered(Answer),
    Failed(TransportError),
}

fn is_worth_repeating(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_builder() {
        TransportError::NotSent("the request could not be built")
    } else if error.is_connect() {
        TransportError::NotSent("no connection")
    } else if error.is_timeout() {
        TransportError::Timeout
    } else {
        TransportError::Broken
    }
}

async fn read_bounded(response: reqwest::Response) -> Result<Answer, TransportError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            if error.is_timeout() { TransportError::Timeout } else { TransportError::Broken }
        })?;
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(TransportError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}
