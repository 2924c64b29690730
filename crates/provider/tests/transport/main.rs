//! The way to the network: what leaves, what does not, and that the caller is told which.
#![expect(clippy::unwrap_used, reason = "tests")]

mod endings;
mod fence;
mod reads;
mod vendor;

use outdial_provider::{Answer, Outgoing, RateLimits, Transport, TransportError, TransportSettings};
use reqwest::Method;
use std::time::Duration;

const BODY: &str = "ring somebody";

fn transport(timeout: Duration) -> Transport {
    budgeted(timeout, RateLimits::per_action(10_000))
}

fn budgeted(timeout: Duration, rate: RateLimits) -> Transport {
    Transport::new(TransportSettings { timeout, rate }).unwrap()
}

/// A creating request to `url`.
async fn create(transport: &Transport, url: &str) -> Result<Answer, TransportError> {
    let build = || Outgoing {
        method: Method::POST,
        url: url.to_owned(),
        headers: vec![("x-proof", "of the bytes".to_owned())],
        body: BODY.into(),
    };
    transport.send_once("create", build).await
}

/// A read of `url`, up to three times.
async fn read(transport: &Transport, url: &str) -> Result<Answer, TransportError> {
    let build =
        || Outgoing { method: Method::GET, url: url.to_owned(), headers: Vec::new(), body: Vec::new() };
    transport.send_repeatable("read", build).await
}
