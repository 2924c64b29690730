//! Vendors' pushes, and what is counted of them.

use super::{number, time, word};
use crate::{LeasedPush, StoreError};
use outdial_model::{KeptPush, Tally};

#[derive(sqlx::FromRow)]
pub(crate) struct PushRow {
    id: String,
    account: String,
    kind: String,
    bytes: i64,
    state: String,
    reason: Option<String>,
    deliveries: i64,
    received_at: i64,
    last_received_at: i64,
}

impl TryFrom<PushRow> for KeptPush {
    type Error = StoreError;

    fn try_from(row: PushRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: word(&row.id, "pushes.id")?,
            account: word(&row.account, "pushes.account")?,
            kind: row.kind,
            state: word(&row.state, "pushes.state")?,
            reason: row.reason,
            deliveries: number(row.deliveries, "pushes.deliveries")?,
            received_at: time(row.received_at, "pushes.received_at")?,
            last_received_at: time(row.last_received_at, "pushes.last_received_at")?,
            bytes: number(row.bytes, "pushes.bytes")?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct LeasedPushRow {
    id: String,
    account: String,
    kind: String,
    news: String,
    sealed: String,
    attempts: i64,
    last_received_at: i64,
}

impl TryFrom<LeasedPushRow> for LeasedPush {
    type Error = StoreError;

    fn try_from(row: LeasedPushRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: word(&row.id, "pushes.id")?,
            attempt: number(row.attempts, "pushes.attempts")?,
            account: word(&row.account, "pushes.account")?,
            kind: row.kind,
            news: row.news,
            sealed: row.sealed,
            last_received_at: time(row.last_received_at, "pushes.last_received_at")?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct TallyRow {
    /// The day's first millisecond.
    begins: i64,
    what: String,
    kind: String,
    times: i64,
    last_at: i64,
}

impl TryFrom<TallyRow> for Tally {
    type Error = StoreError;

    fn try_from(row: TallyRow) -> Result<Self, StoreError> {
        Ok(Self {
            day: time(row.begins, "account_tallies.day")?,
            what: word(&row.what, "account_tallies.what")?,
            kind: row.kind,
            count: number(row.times, "account_tallies.times")?,
            last_at: time(row.last_at, "account_tallies.last_at")?,
        })
    }
}
