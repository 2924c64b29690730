//! Calls: reading the attempts that were made.

use crate::{CallFilter, Engine, EngineError, Page};
use outdial_model::{Call, CallId, TenantId};

impl Engine {
    /// One call.
    pub async fn call(&self, tenant: &TenantId, id: &CallId) -> Result<Call, EngineError> {
        Ok(self.store().call(tenant, id).await?)
    }

    /// Calls, newest first.
    pub async fn calls(
        &self,
        tenant: &TenantId,
        filter: &CallFilter,
        page: &Page<CallId>,
    ) -> Result<Vec<Call>, EngineError> {
        Ok(self.store().calls(tenant, filter, page).await?)
    }
}
