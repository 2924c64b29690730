//! Deliveries.

use super::{number, time, time_if, word};
use crate::{Delivery, StoreError};
use outdial_model::DeliveryStatus;

/// A delivery's status as stored: what clients see as pending is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Behind another one of its lane.
    Waiting,
    /// The next of its lane.
    Due,
    /// Taken by a courier.
    Sending,
    /// Over.
    Ended(DeliveryStatus),
}

impl Stage {
    /// The word in the row.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Due => "due",
            Self::Sending => "sending",
            Self::Ended(status) => status.as_str(),
        }
    }

    /// The stages that clients see as `status`.
    pub(crate) fn all_of(status: DeliveryStatus) -> Vec<Self> {
        match status {
            DeliveryStatus::Pending => vec![Self::Waiting, Self::Due, Self::Sending],
            ended => vec![Self::Ended(ended)],
        }
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct DeliveryRow {
    endpoint: String,
    position: i64,
    event: String,
    kind: String,
    status: String,
    attempts: i64,
    due_at: Option<i64>,
    last_attempt_at: Option<i64>,
    last_status: Option<i64>,
    last_error: Option<String>,
    created_at: i64,
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let is_open = Stage::all_of(DeliveryStatus::Pending).iter().any(|stage| stage.as_str() == row.status);
        let status =
            if is_open { DeliveryStatus::Pending } else { word(&row.status, "webhook_deliveries.status")? };
        let last_status = row.last_status.map(|code| number(code, "webhook_deliveries.last_status"));
        Ok(Self {
            endpoint: word(&row.endpoint, "webhook_deliveries.endpoint")?,
            event: word(&row.event, "webhook_deliveries.event")?,
            position: number(row.position, "webhook_deliveries.position")?,
            kind: word(&row.kind, "webhook_deliveries.kind")?,
            status,
            attempts: number(row.attempts, "webhook_deliveries.attempts")?,
            next_at: time_if(row.due_at, "webhook_deliveries.due_at")?,
            last_attempt_at: time_if(row.last_attempt_at, "webhook_deliveries.last_attempt_at")?,
            last_status: last_status.transpose()?,
            last_error: row.last_error,
            created_at: time(row.created_at, "webhook_deliveries.created_at")?,
        })
    }
}
