//! How many reads an account may try again.
//!
//! Every first attempt saves a sixth of a retry, a retry costs a whole one. However many answers fail,
//! retries stay within a sixth of the first attempts and a few saved before: a vendor in trouble sees less
//! than 1.2 times the usual reads and not three times.

use std::sync::{Arc, Mutex, PoisonError};

/// First attempts that pay for one retry.
const PRICE: u32 = 6;
/// Ten retries saved at most, in first attempts.
const MOST_SAVED: u32 = 10 * PRICE;
/// Two retries to begin with, so that a quiet account's first hiccup is mended.
const SAVED_AT_FIRST: u32 = 2 * PRICE;

/// Shared by everything that talks for one account.
#[derive(Debug, Clone)]
pub(super) struct RetryBudget(Arc<Mutex<u32>>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(SAVED_AT_FIRST)))
    }
}

impl RetryBudget {
    /// A first attempt is made.
    pub(super) fn save(&self) {
        self.change(|saved| Some((saved + 1).min(MOST_SAVED)));
    }

    /// Whether a retry can be paid for; then it is.
    pub(super) fn spend(&self) -> bool {
        self.change(|saved| saved.checked_sub(PRICE))
    }

    fn change(&self, change: impl FnOnce(u32) -> Option<u32>) -> bool {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(*saved).map(|changed| *saved = changed).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::RetryBudget;

    #[test]
    fn a_quiet_account_saves_ten_retries_and_no_more() {
        let budget = RetryBudget::default();
        (0..1_000).for_each(|_| budget.save());
        let retries = (0..1_000).take_while(|_| budget.spend()).count();
        assert_eq!(retries, 10);
    }

    #[test]
    fn in_a_storm_retries_are_a_sixth_of_the_reads() {
        let budget = RetryBudget::default();
        let mut retries = 0;
        for _ in 0..1_000 {
            budget.save();
            retries += (0..2).take_while(|_| budget.spend()).count();
        }
        assert_eq!(retries, 2 + 166);
    }
}
