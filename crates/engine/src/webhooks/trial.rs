//! A message sent on request, to see whether an endpoint can be reached and knows its secret.

use super::body;
use crate::{Engine, EngineError, Once};
use outdial_model::{EndpointId, EventId, TenantId, Timestamp};
use std::time::{Duration, Instant};

/// Most characters of an answer's body that are shown.
const MOST_SHOWN: usize = 1000;

/// What an endpoint said to a test message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The message's id, as the receiver saw it.
    pub id: EventId,
    /// When it left.
    pub at: Timestamp,
    /// Whether the endpoint took it.
    pub delivered: bool,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The beginning of what it answered.
    pub answer: Option<String>,
    /// What went wrong before there was an answer.
    pub error: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl Engine {
    /// Sends an endpoint, enabled or not, a message of type `webhook_endpoint.test` now, once, and tells what
    /// came of it. It is no event and leaves no trace in the delivery log.
    pub async fn try_endpoint(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        once: Option<&Once<'_, Trial>>,
    ) -> Result<Trial, EngineError> {
        let endpoint = self.endpoint(tenant, id).await?;
        let (now, begun) = (self.now(), Instant::now());
        let event = EventId::generate(now);
        let body = body::of_trial(event.as_str(), tenant.as_str(), id.as_str(), now);
        let message = self.message(&endpoint, event.as_str(), body, now)?;
        let posted = self.post(&endpoint, message).await;
        let took = begun.elapsed();
        let trial = match posted {
            Ok(answer) => Trial {
                id: event,
                at: now,
                delivered: (200..300).contains(&answer.status),
                status: Some(answer.status),
                answer: Some(String::from_utf8_lossy(&answer.body).chars().take(MOST_SHOWN).collect()),
                error: None,
                took,
            },
            Err(error) => Trial {
                id: event,
                at: now,
                delivered: false,
                status: None,
                answer: None,
                error: Some(error.to_string()),
                took,
            },
        };
        self.remember(tenant, once, &trial).await?;
        Ok(trial)
    }
}
