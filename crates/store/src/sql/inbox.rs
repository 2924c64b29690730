//! The contract of the inbox, kept as that of the store.

use super::{Engine, push, settling, tally};
use crate::{Inbox, Intake, LeasedPush, NewPush, Page, PushesKept, SettledPush, StoreError};
use async_trait::async_trait;
use outdial_model::{AccountId, KeptPush, PushId, PushState, Tally, Timestamp};
use std::time::Duration;

#[async_trait]
impl Inbox for Engine {
    async fn keep_pushes(&self, pushes: &[NewPush]) -> Result<Vec<Intake>, StoreError> {
        writing!(self, |tx| push::keep(&mut tx, pushes))
    }

    async fn lease_pushes(
        &self,
        now: Timestamp,
        term: Duration,
        limit: u32,
    ) -> Result<Vec<LeasedPush>, StoreError> {
        writing!(self, |tx| push::lease(&mut tx, now, term, limit))
    }

    async fn next_push_due(&self) -> Result<Option<Timestamp>, StoreError> {
        reading!(self, |tx| push::next_due(&mut tx))
    }

    async fn settle_pushes(
        &self,
        settled: &[SettledPush],
        now: Timestamp,
    ) -> Result<Vec<PushId>, StoreError> {
        writing!(self, |tx| settling::settle(&mut tx, &self.vault, settled, now))
    }

    async fn pushes(
        &self,
        account: &AccountId,
        states: &[PushState],
        page: &Page<PushId>,
    ) -> Result<Vec<KeptPush>, StoreError> {
        reading!(self, |tx| push::list(&mut tx, account, states, page))
    }

    async fn tallies(&self, account: &AccountId, since: Timestamp) -> Result<Vec<Tally>, StoreError> {
        reading!(self, |tx| tally::read(&mut tx, account, since))
    }

    async fn next_account_with_pushes(
        &self,
        account: Option<&AccountId>,
    ) -> Result<Option<AccountId>, StoreError> {
        reading!(self, |tx| push::next_account(&mut tx, account))
    }

    async fn forget_pushes(
        &self,
        account: &AccountId,
        kept: PushesKept,
        limit: u32,
    ) -> Result<u64, StoreError> {
        writing!(self, |tx| push::forget(&mut tx, account, kept, limit))
    }
}
