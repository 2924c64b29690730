//! The contract of privacy: what is sealed, and who is forgotten.

use crate::{Once, Rewrapped, SealProgress, Step, StoreError};
use async_trait::async_trait;
use outdial_model::{ContactId, Erased, Erasure, ErasureId, TenantId, Timestamp};
use std::fmt::Debug;

/// What one step of forgetting came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgetting {
    /// How many contacts were looked at; nobody's turn has come where it is none.
    pub seen: u64,
    /// Those of them that cannot be read, and so are not forgotten.
    pub unreadable: Vec<ContactId>,
}

/// What is done about what is personal beside writing and reading it. Each method is one transaction, durable when it
/// returns.
#[async_trait]
pub trait Privacy: Debug + Send + Sync + 'static {
    /// Seals the data key with the active key of the configuration: the others are not needed any more.
    async fn rewrap_data_key(&self) -> Result<Rewrapped, StoreError>;
    /// Seals what is still as it was written before there was a key, among the next few rows; safe beside everything
    /// else. The first step is [`Step::first`]; whoever takes all of them has sealed everything.
    async fn seal_step(&self, from: &Step) -> Result<SealProgress, StoreError>;

    /// Writes down who is to be forgotten: every contact of the tenant that has the number, or that of the contact, or of
    /// whoever has the external id. `NotFound` for a contact there is none of.
    async fn begin_erasure(
        &self,
        tenant: &TenantId,
        id: &ErasureId,
        who: &Erased,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Erasure, StoreError>;
    /// One erasure.
    async fn erasure(&self, tenant: &TenantId, id: &ErasureId) -> Result<Erasure, StoreError>;
    /// Goes on with people who are to be forgotten, at most `limit` of one task: cancels whoever is with us, asks for
    /// whoever is out to be cancelled at the vendor, and empties whoever is done. Whoever is out is looked at again after a
    /// while, and so is whoever cannot be read. Where nobody is left to look at, what rows were before is forgotten, too.
    async fn erase_some(&self, limit: u32, now: Timestamp) -> Result<Forgetting, StoreError>;
    /// Puts people of one of the tenant's tasks that ended before `ended`, at most `limit`, among those who are to be
    /// forgotten, as erasure `id`; the others of it are next. Tells whether there was such a task: `false` when
    /// nobody is left.
    async fn retire_some(
        &self,
        tenant: &TenantId,
        id: &ErasureId,
        ended: Timestamp,
        limit: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}
