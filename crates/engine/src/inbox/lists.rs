//! Telling what is in the inbox.

use crate::{Engine, EngineError, Page};
use outdial_model::{AccountId, KeptPush, PushId, PushState, TenantId};

impl Engine {
    /// Pushes of an account in any of `states`, newest first: that they came, never what they say.
    pub async fn pushes(
        &self,
        tenant: &TenantId,
        account: &AccountId,
        states: &[PushState],
        page: &Page<PushId>,
    ) -> Result<Vec<KeptPush>, EngineError> {
        let account = self.account_for(tenant, account)?;
        Ok(self.store().pushes(&account.id, states, page).await?)
    }
}
