//! Suppressions: numbers that are not to be called.
//!
//! From the moment one is written nobody who has the number is chosen for a dispatch (the gate asks in the transaction that
//! writes the ledger's row). Whoever was there before is taken back at once, as far as that goes.

use crate::once::{Once, Worded};
use crate::until_nobody::{A_ROUND, until_nobody};
use crate::{Engine, EngineError, Page, SuppressionFilter};
use outdial_model::{FieldProblem, NewSuppression, Suppression, SuppressionId, TenantId, Timestamp};
use tokio_util::sync::CancellationToken;

/// People in one transaction.
const AT_ONCE: u32 = 500;
/// Transactions while whoever asked waits.
const AT_FIRST: u32 = 20;

impl Engine {
    /// Suppresses numbers, all of them or none. When this returns nobody who has one is dialed any more, and everybody whom a
    /// vendor has is being taken back where that is possible.
    pub async fn suppress(
        &self,
        tenant: &TenantId,
        numbers: &[NewSuppression],
        once: Option<&Once<'_, Vec<Suppression>>>,
    ) -> Result<Vec<Suppression>, EngineError> {
        let now = self.now();
        let problems: Vec<_> = numbers.iter().filter_map(|new| refuse_suppression(new, now)).collect();
        if !problems.is_empty() {
            return Err(EngineError::Invalid(problems));
        }
        let worded = Worded::suppressed(once);
        let kept = self.store().suppress(tenant, numbers, worded.stored().as_ref(), now).await?;
        // They are written, and nobody new is dialed: the others are taken back in a while.
        if let Err(error) = self.take_back_some(AT_FIRST, &CancellationToken::new()).await {
            tracing::warn!(%error, "people whose numbers are suppressed are taken back later");
        }
        self.ring();
        Ok(kept)
    }

    /// One suppression.
    pub async fn suppression(
        &self,
        tenant: &TenantId,
        id: &SuppressionId,
    ) -> Result<Suppression, EngineError> {
        Ok(self.store().suppression(tenant, id).await?)
    }

    /// Suppressions, newest first.
    pub async fn suppressions(
        &self,
        tenant: &TenantId,
        filter: &SuppressionFilter,
        page: &Page<SuppressionId>,
    ) -> Result<Vec<Suppression>, EngineError> {
        Ok(self.store().suppressions(tenant, filter, page).await?)
    }

    /// Takes a suppression away. Whoever was cancelled because of it stays so.
    pub async fn allow(&self, tenant: &TenantId, id: &SuppressionId) -> Result<(), EngineError> {
        Ok(self.store().allow(tenant, id).await?)
    }

    /// Takes back whoever is left of those whose numbers were suppressed.
    pub(crate) async fn take_back(&self, shutdown: &CancellationToken) -> Result<(), EngineError> {
        self.take_back_some(A_ROUND, shutdown).await
    }

    /// The same, in so many transactions as are `left`.
    async fn take_back_some(&self, mut left: u32, shutdown: &CancellationToken) -> Result<(), EngineError> {
        let step = async || Ok(self.store().take_back_some(AT_ONCE, self.now()).await?);
        until_nobody(&mut left, shutdown, step).await
    }
}

/// Why a number cannot be suppressed so.
pub fn refuse_suppression(new: &NewSuppression, now: Timestamp) -> Option<FieldProblem> {
    let has_passed = new.expires_at.is_some_and(|end| end <= now);
    let detail = "this instant has passed; nobody would be kept from being called";
    has_passed.then(|| FieldProblem::new("/expires_at", "in_the_past", detail))
}
