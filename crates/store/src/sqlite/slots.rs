//! Request budgets. One process owns the file, so its memory is all that has to agree.

use crate::ReservedSlots;
use outdial_model::AccountId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the next place of each account and action is free.
#[derive(Debug)]
pub(super) struct Slots {
    opened: Instant,
    free: Mutex<HashMap<(AccountId, String), Instant>>,
}

impl Slots {
    /// Nothing is known of what the process before sent, except that it was over when this one opened the
    /// file: the first place lies one spacing behind that.
    pub(super) fn opened(opened: Instant) -> Self {
        Self { opened, free: Mutex::default() }
    }

    pub(super) fn reserve(
        &self,
        account: &AccountId,
        action: &str,
        spacing: Duration,
        count: u32,
    ) -> ReservedSlots {
        let now = Instant::now();
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let next = free.entry((account.clone(), action.to_owned())).or_insert(self.opened + spacing);
        let first = (*next).max(now);
        *next = first + spacing * count;
        ReservedSlots { wait: first.duration_since(now), asked: now, answered: now }
    }
}
