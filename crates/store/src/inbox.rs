//! The inbox: vendors' pushes, kept before they are acknowledged and until they are used.
//!
//! A push is known by the news it tells, so that one delivered a thousand times is one row. Whoever leases
//! pushes has them for a term; when that runs out they are free for others, and whoever was late settles
//! nothing. What a push says is sealed: the store keeps text that it cannot read.
//!
//! Not for: what a push means, when it is due again, how long any is kept.

use crate::{Changes, Page, StoreError};
use async_trait::async_trait;
use outdial_model::{AccountId, KeptPush, PushId, PushState, Tally, Timestamp};
use std::fmt;
use std::time::Duration;

/// A push to be kept.
#[derive(Clone)]
pub struct NewPush {
    /// Id for it if it is new.
    pub id: PushId,
    /// Whose vendor sent it.
    pub account: AccountId,
    /// Which push it claims to be.
    pub kind: String,
    /// The same for every delivery of the same news of that account and kind.
    pub news: String,
    /// What it says, unreadable to whoever has only the store.
    pub sealed: String,
    /// Bytes of its body.
    pub bytes: u64,
    /// `new`, or what it is already known to be.
    pub state: PushState,
    /// Why.
    pub reason: Option<String>,
    /// When it arrived.
    pub received_at: Timestamp,
}

impl fmt::Debug for NewPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPush")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What keeping a push came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// It is a row of its own.
    Kept,
    /// Its news was there already, and one delivery more is counted.
    Repeated,
}

/// A push somebody has in hand.
#[derive(Clone)]
pub struct LeasedPush {
    /// Which.
    pub id: PushId,
    /// Ascends with every lease; whoever has an older one settles nothing.
    pub attempt: u32,
    /// Whose vendor sent it.
    pub account: AccountId,
    /// Which push it claims to be.
    pub kind: String,
    /// Its news, as it was given to be kept.
    pub news: String,
    /// What it says, as it was given to be kept.
    pub sealed: String,
    /// When it was delivered last.
    pub last_received_at: Timestamp,
}

impl fmt::Debug for LeasedPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeasedPush").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What becomes of a push in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushEnd {
    /// What it tells is written; its text is forgotten.
    Used,
    /// It is of no use, for this reason.
    Unusable(String),
    /// It is not the vendor's, for this reason.
    Refused(String),
    /// It is looked at again then.
    Later(Timestamp),
}

/// A push in hand, what it changes, and what becomes of it: one transaction.
#[derive(Debug, Clone)]
pub struct SettledPush {
    /// Which.
    pub id: PushId,
    /// The lease it is settled under.
    pub attempt: u32,
    /// Whose vendor sent it.
    pub account: AccountId,
    /// Which push it claims to be.
    pub kind: String,
    /// When it was delivered last.
    pub last_received_at: Timestamp,
    /// What it changes.
    pub changes: Option<Changes>,
    /// What becomes of it, unless some of the changes are skipped: then it is looked at again at once.
    pub end: PushEnd,
}

/// What of the past of an account's pushes is not forgotten.
#[derive(Debug, Clone, Copy)]
pub struct PushesKept {
    /// What was counted on this day and later.
    pub tallies_since: Timestamp,
    /// Used ones that arrived then or later.
    pub used_since: Timestamp,
    /// Unusable and refused ones that arrived then or later,
    pub others_since: Timestamp,
    /// of each of the two the newest, so many.
    pub most: u32,
}

/// The part of the store that keeps what vendors push; every method is one transaction, durable when it
/// returns.
#[async_trait]
pub trait Inbox: fmt::Debug + Send + Sync + 'static {
    /// Keeps pushes; answers what it came to, in their order. News that is there as `unusable` becomes `new`
    /// when it is delivered again as such: what could not be used then may be of use now.
    async fn keep_pushes(&self, pushes: &[NewPush]) -> Result<Vec<Intake>, StoreError>;
    /// Takes up to `limit` pushes in hand that are new and due, for `term`.
    async fn lease_pushes(
        &self,
        now: Timestamp,
        term: Duration,
        limit: u32,
    ) -> Result<Vec<LeasedPush>, StoreError>;
    /// When the next push is due, if any is.
    async fn next_push_due(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Writes what pushes in hand change and what becomes of them, in one transaction. Answers those that are not
    /// settled: nothing is written of one that is in another hand by now, and one whose changes were skipped
    /// because something had moved on is due at once, a little later where that happened often.
    async fn settle_pushes(&self, settled: &[SettledPush], now: Timestamp)
    -> Result<Vec<PushId>, StoreError>;
    /// Pushes of an account in any of `states`, newest first.
    async fn pushes(
        &self,
        account: &AccountId,
        states: &[PushState],
        page: &Page<PushId>,
    ) -> Result<Vec<KeptPush>, StoreError>;
    /// What was counted of an account from the day of `since` on, by day.
    async fn tallies(&self, account: &AccountId, since: Timestamp) -> Result<Vec<Tally>, StoreError>;
    /// The next account after `account`, by name, of which pushes are kept, be it configured or not.
    async fn next_account_with_pushes(
        &self,
        account: Option<&AccountId>,
    ) -> Result<Option<AccountId>, StoreError>;
    /// Forgets what need not be kept of an account, at most `limit` pushes; answers how many those were.
    async fn forget_pushes(
        &self,
        account: &AccountId,
        kept: PushesKept,
        limit: u32,
    ) -> Result<u64, StoreError>;
}
