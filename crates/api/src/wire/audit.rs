//! An entry of the audit log as clients see it.

use super::instant;
use outdial_engine::AuditEntry;
use serde::Serialize;
use utoipa::ToSchema;

/// That somebody asked for a change, and what they were answered.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditView {
    /// Its id.
    id: String,
    /// When it was answered.
    #[schema(format = DateTime)]
    at: String,
    /// Who: the id of an API key, or issuer and subject of a token with `#` between them.
    #[schema(example = "key_06e5m0k1p8s5x3v7z2q9w4r8tc")]
    actor: String,
    /// What: the `operationId` in this document.
    #[schema(example = "start_task")]
    operation: String,
    /// To what: the id or name in the path, or of what was made; `null` when there is none.
    target: Option<String>,
    /// What was answered, as an HTTP status: 403 was refused, 409 was not possible then. 499: the client left before it was
    /// answered; whether it had its effect, the resource tells.
    #[schema(example = 202)]
    status: u16,
    /// The request's id, as in the answer's `X-Request-Id` and in the log.
    request_id: String,
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, at, actor, operation, target, status, request_id, .. } = entry;
        Self { id: id.to_string(), at: instant(at), actor, operation, target, status, request_id }
    }
}
