//! Who did what to what.
//!
//! Every request that asks for a change is written down when it has been answered, with what it was answered; so are
//! those that were refused. It is written beside the change, not in its transaction: what the store does not take
//! is told to the log, whole, so that it is not lost.

use super::Actor;
use crate::{Engine, EngineError, Page};
use outdial_model::{AuditId, TenantId};
use outdial_store::AuditEntry;

/// A request for a change, answered.
#[derive(Debug, Clone)]
pub struct Deed {
    /// The operation's name in the API.
    pub operation: String,
    /// The id or name in the path, if there is one.
    pub target: Option<String>,
    /// What was answered, as an HTTP status.
    pub status: u16,
    /// The request's id.
    pub request_id: String,
}

impl Deed {
    /// Something done beside the API, by a command that succeeded.
    pub fn by_command(operation: &str, target: Option<String>) -> Self {
        Self { operation: operation.to_owned(), target, status: 200, request_id: String::new() }
    }
}

impl Engine {
    /// Writes a deed down.
    pub async fn audited(&self, tenant: &TenantId, by: &Actor, deed: Deed) {
        let at = self.now();
        let Deed { operation, target, status, request_id } = deed;
        let (tenant, actor) = (tenant.clone(), by.noted());
        let id = AuditId::generate(at);
        let entry = AuditEntry { id, tenant, at, actor, operation, target, status, request_id };
        if let Err(error) = self.store().write_audit(std::slice::from_ref(&entry)).await {
            let AuditEntry { tenant, actor, operation, target, request_id, .. } = entry;
            tracing::error!(
                %error, %tenant, actor, operation, target, status, request_id,
                "not in the audit log, therefore here"
            );
        }
    }

    /// A page of the tenant's audit log, newest first; only what was done to `target` if one is given.
    pub async fn audit(
        &self,
        tenant: &TenantId,
        target: Option<&str>,
        page: &Page<AuditId>,
    ) -> Result<Vec<AuditEntry>, EngineError> {
        Ok(self.store().audit(tenant, target, page).await?)
    }
}
