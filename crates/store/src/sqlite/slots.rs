//! Request budgets. One process owns the file, so its memory is all that has to agree.

use outdial_model::AccountId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the next place of each account and action is free.
#[derive(Debug, Default)]
pub(super) struct Slots(Mutex<HashMap<(AccountId, String), Instant>>);

impl Slots {
    pub(super) fn reserve(
        &self,
        account: &AccountId,
        action: &str,
        spacing: Duration,
        count: u32,
    ) -> Duration {
        let now = Instant::now();
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = free.entry((account.clone(), action.to_owned())).or_insert(now);
        let first = (*next).max(now);
        *next = first + spacing * count;
        first.duration_since(now)
    }
}
