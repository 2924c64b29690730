//! Webhook endpoints.

use super::{corrupt, json, number, time, time_if, word, word_if};
use crate::{EndpointSettings, SealedSecret, StoreError, WebhookEndpoint};

#[derive(sqlx::FromRow)]
pub(crate) struct EndpointRow {
    id: String,
    tenant: String,
    url: String,
    description: Option<String>,
    event_types: String,
    task: Option<String>,
    personal_data: String,
    secret: Vec<u8>,
    previous_secret: Option<Vec<u8>>,
    previous_until: Option<i64>,
    pub(crate) status: String,
    disabled_reason: Option<String>,
    failing_since: Option<i64>,
    pending: i64,
    pub(crate) revision: i64,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<EndpointRow> for WebhookEndpoint {
    type Error = StoreError;

    fn try_from(row: EndpointRow) -> Result<Self, StoreError> {
        let previous_secret = match (row.previous_secret, row.previous_until) {
            (Some(secret), Some(until)) => {
                Some((SealedSecret(secret), time(until, "webhook_endpoints.previous_until")?))
            }
            (None, None) => None,
            _ => return Err(corrupt("webhook_endpoints.previous_until")),
        };
        Ok(Self {
            id: word(&row.id, "webhook_endpoints.id")?,
            tenant: word(&row.tenant, "webhook_endpoints.tenant")?,
            settings: EndpointSettings {
                url: row.url,
                description: row.description,
                event_types: json(&row.event_types, "webhook_endpoints.event_types")?,
                task: word_if(row.task.as_deref(), "webhook_endpoints.task")?,
                personal_data: word(&row.personal_data, "webhook_endpoints.personal_data")?,
            },
            secret: SealedSecret(row.secret),
            previous_secret,
            status: word(&row.status, "webhook_endpoints.status")?,
            disabled_reason: word_if(row.disabled_reason.as_deref(), "webhook_endpoints.disabled_reason")?,
            failing_since: time_if(row.failing_since, "webhook_endpoints.failing_since")?,
            pending: number(row.pending, "webhook_endpoints.pending")?,
            revision: row.revision,
            created_at: time(row.created_at, "webhook_endpoints.created_at")?,
            updated_at: time(row.updated_at, "webhook_endpoints.updated_at")?,
        })
    }
}
