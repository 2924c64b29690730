//! Entries of the audit log.

use super::{number, time, word};
use crate::{AuditEntry, StoreError};

#[derive(sqlx::FromRow)]
pub(crate) struct AuditRow {
    id: String,
    tenant: String,
    at: i64,
    actor: String,
    operation: String,
    target: Option<String>,
    status: i64,
    request_id: String,
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = StoreError;

    fn try_from(row: AuditRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: word(&row.id, "audit.id")?,
            tenant: word(&row.tenant, "audit.tenant")?,
            at: time(row.at, "audit.at")?,
            actor: row.actor,
            operation: row.operation,
            target: row.target,
            status: number(row.status, "audit.status")?,
            request_id: row.request_id,
        })
    }
}
