//! The contract of suppressions: who is not to be called.

use crate::{Once, Page, StoreError};
use async_trait::async_trait;
use outdial_model::{NewSuppression, Phone, Purpose, Suppression, SuppressionId, TenantId, Timestamp};
use std::fmt::Debug;

/// Which suppressions.
#[derive(Debug, Clone, Default)]
pub struct SuppressionFilter {
    /// Of this number.
    pub phone: Option<Phone>,
    /// For this purpose.
    pub purpose: Option<Purpose>,
}

/// Numbers that are not to be called. Each method is one transaction, durable when it returns.
#[async_trait]
pub trait Suppressions: Debug + Send + Sync + 'static {
    /// Suppresses numbers: when this returns, nobody who has one is chosen for a dispatch any more, and everybody who has one
    /// and is not done is put down to be taken back. A number that is suppressed for the same purpose already keeps its
    /// id, and has the new reason, source and end. Answers them in the order they came in, each number and purpose once.
    async fn suppress(
        &self,
        tenant: &TenantId,
        numbers: &[NewSuppression],
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Vec<Suppression>, StoreError>;
    /// One suppression.
    async fn suppression(&self, tenant: &TenantId, id: &SuppressionId) -> Result<Suppression, StoreError>;
    /// A page of the tenant's suppressions, newest first, those that have ended included.
    async fn suppressions(
        &self,
        tenant: &TenantId,
        filter: &SuppressionFilter,
        page: &Page<SuppressionId>,
    ) -> Result<Vec<Suppression>, StoreError>;
    /// Takes a suppression away: from then on the number may be called, as far as it goes.
    async fn allow(&self, tenant: &TenantId, id: &SuppressionId) -> Result<(), StoreError>;
    /// Goes on with people who were there when their number was suppressed, at most `limit` of one task: cancels whoever is
    /// with us, and asks for whoever is out to be cancelled at the vendor. Tells how many it looked at.
    async fn take_back_some(&self, limit: u32, now: Timestamp) -> Result<u64, StoreError>;
}
