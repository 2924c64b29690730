//! How the adapter talks: `POST /`, the action in a header, the body signed as it is sent.
//!
//! Every attempt is signed afresh, because the signature holds the time.

use super::config::Config;
use super::endpoint::Endpoint;
use super::envelope;
use super::sign::{Credentials, Signable};
use outdial_model::{Clock, ExposeSecret, Secret};
use outdial_provider::{Answer, Effect, ErrorKind, Outgoing, ProviderError, Transport, TransportError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

const VERSION: &str = "2020-02-10";
const CONTENT_TYPE: &str = "application/json";
/// Largest body the vendor takes, in bytes (section 1).
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// An account's line to the vendor.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
    clock: Arc<dyn Clock>,
    endpoint: Endpoint,
    credentials: Credentials,
    token: Option<Secret>,
    region: Option<String>,
    language: String,
}

impl Client {
    pub fn new(config: &Config, transport: Transport, clock: Arc<dyn Clock>) -> Self {
        Self {
            transport,
            clock,
            endpoint: config.endpoint.clone(),
            credentials: config.credentials.clone(),
            token: config.token.clone(),
            region: config.region.clone(),
            language: config.language.clone(),
        }
    }

    /// Asks for something; repeated by the transport when no complete answer came. It changes
    /// nothing, so whatever goes wrong has had no effect.
    pub async fn read<T: DeserializeOwned>(
        &self,
        action: &'static str,
        request: &impl Serialize,
    ) -> Result<T, ProviderError> {
        self.control(action, request).await.and_then(decode).map_err(|mut error| {
            if error.effect == Effect::Possible {
                error.effect = Effect::None;
            }
            error
        })
    }

    /// Asks for an absolute state; repeated by the transport like a read.
    pub async fn control(
        &self,
        action: &'static str,
        request: &impl Serialize,
    ) -> Result<Value, ProviderError> {
        let body = written(request)?;
        let answer = self.transport.send_repeatable(action, || self.signed(action, &body)).await;
        opened(answer)
    }

    /// Creates something. The vendor knows no idempotency key: sent once, whatever happens.
    pub async fn create<T: DeserializeOwned>(
        &self,
        action: &'static str,
        request: &impl Serialize,
    ) -> Result<T, ProviderError> {
        let body = written(request)?;
        let answer = self.transport.send_once(action, || self.signed(action, &body)).await;
        opened(answer).and_then(decode)
    }

    /// `Host` is left to the HTTP client, which writes what the endpoint's `host` says.
    fn signed(&self, action: &'static str, body: &[u8]) -> Outgoing {
        let now = self.clock.now();
        let signable = Signable {
            service: "ccc",
            headers: &[("content-type", CONTENT_TYPE), ("host", &self.endpoint.host)],
            body,
            at: now,
        };
        let mut headers = vec![
            ("authorization", signable.authorization(&self.credentials)),
            ("content-type", CONTENT_TYPE.to_owned()),
            ("x-tc-action", action.to_owned()),
            ("x-tc-version", VERSION.to_owned()),
            ("x-tc-timestamp", now.as_second().to_string()),
            ("x-tc-language", self.language.clone()),
        ];
        headers.extend(self.region.clone().map(|region| ("x-tc-region", region)));
        headers.extend(self.token.as_ref().map(|token| ("x-tc-token", token.expose_secret().to_owned())));
        Outgoing {
            method: reqwest::Method::POST,
            url: self.endpoint.url.clone(),
            headers,
            body: body.to_vec(),
        }
    }
}

/// The body's bytes: these are signed, these are sent.
fn written(request: &impl Serialize) -> Result<Vec<u8>, ProviderError> {
    let unsendable = |kind, detail| ProviderError::new(kind, Effect::NotSent, detail);
    let body = serde_json::to_vec(request)
        .map_err(|_| unsendable(ErrorKind::InvalidRequest, "the request cannot be written as JSON"))?;
    if body.len() > BODY_LIMIT {
        return Err(unsendable(
            ErrorKind::TooLarge,
            "the request is larger than the vendor's 10 MB; lower contacts_per_task",
        ));
    }
    Ok(body)
}

fn opened(answer: Result<Answer, TransportError>) -> Result<Value, ProviderError> {
    envelope::open(&answer?)
}

fn decode<T: DeserializeOwned>(response: Value) -> Result<T, ProviderError> {
    T::deserialize(response)
        .map_err(|_| ProviderError::unexpected("the vendor's answer does not have the documented members"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::account;
    use super::*;
    use outdial_model::{ManualClock, Timestamp};
    use outdial_provider::{RateLimits, TransportSettings};
    use serde_json::json;
    use std::collections::HashMap;
    use std::time::Duration;

    fn client(settings: Value) -> (Client, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_729_905_740).unwrap()));
        let transport =
            TransportSettings { timeout: Duration::from_secs(1), rate: RateLimits::per_action(1) };
        let transport = Transport::new(transport).unwrap();
        (Client::new(&account(settings).unwrap(), transport, clock.clone()), clock)
    }

    fn headers(client: &Client) -> HashMap<&'static str, String> {
        client.signed("DescribeAutoCalloutTask", b"{}").headers.into_iter().collect()
    }

    #[test]
    fn temporary_credentials_and_a_region_travel_beside_the_signature() {
        let settings = json!({"token": "sts-token", "region": "ap-guangzhou", "language": "en-US"});
        let sent = headers(&client(settings).0);
        assert_eq!(sent["x-tc-token"], "sts-token");
        assert_eq!(sent["x-tc-region"], "ap-guangzhou");
        assert_eq!(sent["x-tc-language"], "en-US");
        assert!(sent["authorization"].contains("SignedHeaders=content-type;host, "));
        let plain = headers(&client(json!({})).0);
        assert!(!plain.contains_key("x-tc-token") && !plain.contains_key("x-tc-region"));
    }

    #[test]
    fn every_attempt_is_signed_afresh() {
        let (client, clock) = client(json!({}));
        let first = headers(&client);
        clock.advance(Duration::from_secs(1));
        let second = headers(&client);
        assert_eq!((&*first["x-tc-timestamp"], &*second["x-tc-timestamp"]), ("1729905740", "1729905741"));
        assert_ne!(first["authorization"], second["authorization"]);
    }

    #[test]
    fn what_the_vendor_would_not_take_is_not_sent() {
        let error = written(&"x".repeat(BODY_LIMIT)).unwrap_err();
        assert_eq!((error.kind, error.effect), (ErrorKind::TooLarge, Effect::NotSent));
    }
}
