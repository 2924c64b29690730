//! A line of an endpoint's delivery log.

use super::{instant, words};
use outdial_engine::Delivery;
use serde::Serialize;
use utoipa::ToSchema;

/// How far the delivery of one event to one endpoint is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct DeliveryView {
    /// The event, which is the message's `webhook-id` in every attempt.
    event_id: String,
    #[schema(schema_with = words::event_type)]
    event_type: &'static str,
    #[schema(schema_with = words::delivery_status)]
    status: &'static str,
    /// Attempts so far, one under way included; from 0 again after a replay, and at another URL. At most 8.
    attempts: u32,
    /// When it is tried next; `null` when it is not, or when it waits for an earlier event of the same contact.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// When the last attempt ended.
    #[schema(format = DateTime)]
    last_attempt_at: Option<String>,
    /// The status the endpoint answered with last.
    last_http_status: Option<u16>,
    /// What went wrong in the last attempt, when there was no answer.
    last_error: Option<String>,
    /// When it was planned.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            event_id: delivery.event.to_string(),
            event_type: delivery.kind.as_str(),
            status: delivery.status.as_str(),
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_at.map(instant),
            last_attempt_at: delivery.last_attempt_at.map(instant),
            last_http_status: delivery.last_status,
            last_error: delivery.last_error,
            created_at: instant(delivery.created_at),
        }
    }
}
