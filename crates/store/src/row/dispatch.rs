//! Rows of the ledger.

use super::{json, time, time_if, word, word_if};
use crate::StoreError;
use outdial_model::Dispatch;

#[derive(sqlx::FromRow)]
pub(crate) struct DispatchRow {
    id: String,
    tenant: String,
    task: String,
    account: String,
    segment: String,
    kind: String,
    contacts: String,
    digest: String,
    fencing_token: i64,
    outcome: Option<String>,
    created_at: i64,
    settled_at: Option<i64>,
}

impl TryFrom<DispatchRow> for Dispatch {
    type Error = StoreError;

    fn try_from(row: DispatchRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: word(&row.id, "dispatches.id")?,
            tenant: word(&row.tenant, "dispatches.tenant")?,
            task: word(&row.task, "dispatches.task")?,
            account: word(&row.account, "dispatches.account")?,
            segment: word(&row.segment, "dispatches.segment")?,
            kind: word(&row.kind, "dispatches.kind")?,
            contacts: json(&row.contacts, "dispatches.contacts")?,
            digest: row.digest,
            fencing_token: row.fencing_token,
            outcome: word_if(row.outcome.as_deref(), "dispatches.outcome")?,
            created_at: time(row.created_at, "dispatches.created_at")?,
            settled_at: time_if(row.settled_at, "dispatches.settled_at")?,
        })
    }
}
