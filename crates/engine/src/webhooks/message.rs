//! A message as it leaves (Standard Webhooks 1.0): id, time, signatures, and the very bytes that were signed.

use crate::{Engine, EngineError};
use outdial_model::Timestamp;
use outdial_outward::{Answer, OutwardError};
use outdial_store::WebhookEndpoint;
use std::time::Duration;

/// How long an endpoint may take to answer, from connecting to the head of its answer.
const DEADLINE: Duration = Duration::from_secs(15);

/// A message, ready to be posted. Made for every attempt anew, for it says when it left.
pub(super) struct Message {
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Engine {
    /// Signs `body` for the endpoint; with two secrets while one takes the other's place.
    pub(super) fn message(
        &self,
        endpoint: &WebhookEndpoint,
        id: &str,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<Message, EngineError> {
        let timestamp = now.as_second();
        let previous = endpoint.previous_secret.iter().filter(|(_, until)| now < *until);
        let secrets = std::iter::once(&endpoint.secret).chain(previous.map(|(secret, _)| secret));
        let signatures: Vec<_> = secrets
            .map(|sealed| Ok(self.open_secret(&endpoint.id, sealed)?.sign(id, timestamp, &body)))
            .collect::<Result<_, EngineError>>()?;
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signatures.join(" ")),
        ];
        Ok(Message { headers, body })
    }

    /// Posts it to where the endpoint is.
    pub(super) async fn post(
        &self,
        endpoint: &WebhookEndpoint,
        message: Message,
    ) -> Result<Answer, OutwardError> {
        let outward = &self.0.outward;
        let target = outward.target(&endpoint.settings.url)?;
        outward.post(&target, &message.headers, message.body.into(), DEADLINE).await
    }
}
