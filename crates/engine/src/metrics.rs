//! Numbers for whoever watches the gateway: what is counted while it works, what is sampled when asked.
//!
//! Everything hangs on an engine and its accounts, nothing is global: gateways that share a process do
//! not mix. Doubts come from the store, so that every replica shows those of all.
//!
//! Not for: names and text forms of metrics (the API's), and nothing here is decided upon.

use crate::budgets::told;
use crate::{Account, Breaker, Engine, EngineError};
use outdial_model::{AccountId, DispatchKind, DispatchOutcome, HoldReason, ProviderKind};
use outdial_store::Shortage;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An account in numbers.
#[derive(Debug, Clone)]
pub struct AccountMetrics {
    /// Which account.
    pub account: AccountId,
    /// How it fares in this process; `None` for an account that is no longer configured and left doubts.
    pub traffic: Option<Traffic>,
    /// Dispatches whose outcome is unknown.
    pub unknown: u64,
    /// How old the oldest of them is; zero when there is none.
    pub lag: Duration,
}

/// What a configured account has done since the start of the process.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// Its vendor.
    pub provider: ProviderKind,
    /// Whether creating requests may leave.
    pub breaker: Breaker,
    /// How many dispatches of a kind ended how; every pair is there, from zero. One that was unknown
    /// counts again when it is settled.
    pub dispatches: Vec<(DispatchKind, DispatchOutcome, u64)>,
    /// How many pushes of a kind came to what, those that came to anything.
    pub pushes: Vec<(String, PushOutcome, u64)>,
    /// How often a task found no line or no dials for its people, by the setting that says how many there are; all are there, from
    /// zero.
    pub shortages: Vec<(&'static str, u64)>,
}

/// What a push came to. Each is counted once at the door, and those that were kept once more when they are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PushOutcome {
    /// At the door: kept.
    Kept,
    /// At the door: its news was there already.
    Repeated,
    /// At the door: kept as refused.
    Refused,
    /// At the door: kept as unusable, for it cannot be read.
    Unreadable,
    /// At the door: it came from where the account's vendor does not push from, and nothing of it was read.
    Elsewhere,
    /// At the door: no such push is known.
    UnknownKind,
    /// At the door: larger than any is.
    TooLarge,
    /// At the door: turned away, for it could not be kept.
    NotKept,
    /// Afterwards: what it tells is where it belongs.
    Used,
    /// Afterwards: of no use.
    Unusable,
    /// Afterwards: the vendor, asked, does not know it.
    Disowned,
}

impl PushOutcome {
    /// The word in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Repeated => "repeated",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
            Self::Elsewhere => "elsewhere",
            Self::UnknownKind => "unknown_kind",
            Self::TooLarge => "too_large",
            Self::NotKept => "not_kept",
            Self::Used => "used",
            Self::Unusable => "unusable",
            Self::Disowned => "disowned",
        }
    }
}

/// What an account's pushes came to, counted.
#[derive(Debug, Default)]
pub(crate) struct PushTally(Mutex<BTreeMap<(String, PushOutcome), u64>>);

impl PushTally {
    /// Counts one; `kind` is one the provider knows, so that there are few.
    pub(crate) fn count(&self, kind: Option<&str>, outcome: PushOutcome) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((kind.unwrap_or("other").to_owned(), outcome)).or_default() += 1;
    }

    fn snapshot(&self) -> Vec<(String, PushOutcome, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|((kind, outcome), count)| (kind.clone(), *outcome, *count)).collect()
    }
}

/// How often there was too little of something, counted.
#[derive(Debug, Default)]
pub(crate) struct ShortageTally(Mutex<HashMap<Shortage, u64>>);

impl ShortageTally {
    pub(crate) fn count(&self, shortage: Shortage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(shortage).or_default() += 1;
    }

    fn snapshot(&self) -> Vec<(&'static str, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |shortage: &Shortage| (told(*shortage).0, counts.get(shortage).copied().unwrap_or(0));
        Shortage::ALL.iter().map(count).collect()
    }
}

/// Counts one ending of a dispatch; to be called where the ending has been written.
pub(crate) fn dispatched(account: &Account, kind: DispatchKind, outcome: DispatchOutcome) {
    *account.tally.lock().entry((kind, outcome)).or_default() += 1;
}

type Endings = HashMap<(DispatchKind, DispatchOutcome), u64>;

/// Endings of an account's dispatches, counted.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Endings>);

impl Tally {
    fn lock(&self) -> std::sync::MutexGuard<'_, Endings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot(&self) -> Vec<(DispatchKind, DispatchOutcome, u64)> {
        let counted = self.lock();
        let pairs = DispatchKind::ALL
            .iter()
            .flat_map(|&kind| DispatchOutcome::ALL.iter().map(move |&outcome| (kind, outcome)));
        pairs
            .map(|(kind, outcome)| (kind, outcome, counted.get(&(kind, outcome)).copied().unwrap_or(0)))
            .collect()
    }
}

impl Engine {
    /// How many people the gate holds for each reason there is, from zero.
    pub async fn held_back(&self) -> Result<Vec<(HoldReason, u64)>, EngineError> {
        let held = self.store().held_back().await?;
        let of = |reason: &HoldReason| {
            held.iter().find(|(found, _)| found == reason).map_or(0, |(_, count)| *count)
        };
        Ok(HoldReason::ALL.iter().map(|reason| (*reason, of(reason))).collect())
    }

    /// Every account in numbers, by name: the configured ones, and others that left doubts.
    pub async fn metrics(&self) -> Result<Vec<AccountMetrics>, EngineError> {
        let doubts = self.store().doubts().await?;
        let now = self.now();
        let configured = self.accounts().map(|account| {
            let traffic = Traffic {
                provider: account.kind.clone(),
                breaker: account.breaker(now),
                dispatches: account.tally.snapshot(),
                pushes: account.pushes.snapshot(),
                shortages: account.shortages.snapshot(),
            };
            (account.id.clone(), without_doubt(&account.id, Some(traffic)))
        });
        let mut accounts: BTreeMap<_, _> = configured.collect();
        for doubt in doubts {
            let account =
                accounts.entry(doubt.account.clone()).or_insert_with(|| without_doubt(&doubt.account, None));
            account.unknown = doubt.dispatches;
            account.lag = Duration::try_from(now.duration_since(doubt.oldest)).unwrap_or_default();
        }
        Ok(accounts.into_values().collect())
    }
}

fn without_doubt(account: &AccountId, traffic: Option<Traffic>) -> AccountMetrics {
    AccountMetrics { account: account.clone(), traffic, unknown: 0, lag: Duration::ZERO }
}
