//! Transactions that were in each other's way: the database ended one of them, which may try again.

use crate::StoreError;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// How often a transaction is tried.
const MOST: u32 = 6;
/// The longest wait before the second try; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(10);

/// How often one method has been tried.
#[derive(Debug, Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Whether it is worth another try after `error`; if so, only after a short wait, a different one for
    /// each of those that meet.
    pub(super) async fn again(&mut self, error: &StoreError) -> bool {
        self.0 += 1;
        let passes = matches!(error, StoreError::Unavailable(failure) if failure.is_contention());
        if !passes || self.0 >= MOST {
            return false;
        }
        let longest = FIRST_WAIT * 2u32.pow(self.0 - 1);
        // A hasher of the standard library has random keys: chance enough for this.
        let chance = RandomState::new().hash_one(self.0) % 1_000;
        tokio::time::sleep(longest * u32::try_from(chance).unwrap_or(0) / 1_000).await;
        true
    }
}
