//! The budget of a process that is alone.

use super::{Reserved, Slots};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The next free place of each action.
#[derive(Debug, Default)]
pub(super) struct LocalSlots(Mutex<HashMap<&'static str, Instant>>);

#[async_trait]
impl Slots for LocalSlots {
    async fn reserve(&self, action: &'static str, spacing: Duration, count: u32) -> Option<Reserved> {
        let now = Instant::now();
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = free.entry(action).or_insert(now);
        let first = now.max(*next);
        *next = first + spacing * count;
        Some(Reserved { wait: first - now, asked: now, answered: now })
    }
}
