//! An account's request budget: so many per second for each action, in any second.
//!
//! Vendors count in a sliding window, at their end. Time is therefore divided into places, one request
//! each, and whoever shares the budget takes places from the same row of them ([`Slots`]): the threads of
//! one process from its memory, replicas from their store. Between places lie
//!
//! ```text
//! spacing = (1 s + 0.1 s + 0.1 s) / per_second
//! ```
//!
//! Why not `1 s / per_second`: a request is sent at most 0.1 s after its place begins ([`LATENESS`], then
//! the place is over) and is on its way for a time that differs by at most 0.1 s from request to request
//! ([`JITTER`]). Of two requests `per_second` places apart, the first arrives at most 0.2 s late and the
//! second not early; so they arrive at least a second apart, and no second holds more than `per_second`.
//! It costs a sixth of the rate.
//!
//! A place nobody used in time is lost: a process that was delayed takes a new one instead of sending its
//! past all at once. A trip to the store takes as many places as fit in [`BLOCK`].
//!
//! Not for: counting requests that failed before they left; their places are lost too.

#[cfg(test)]
mod tests;

use super::TransportError;
use super::local::LocalSlots;
use async_trait::async_trait;
use std::collections::HashMap;
use std::fmt::Debug;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
/// How much longer one request may be on its way than another.
const JITTER: Duration = Duration::from_millis(100);
/// How long after it begins a place may be used. A trip to the store has to be shorter: until it ends
/// nobody knows where in it the places begin.
const LATENESS: Duration = Duration::from_millis(100);
/// The part of [`LATENESS`] left to clocks that count in milliseconds and do not run quite alike.
const CLOCKS: Duration = Duration::from_millis(10);
/// Places taken in one trip lie within this. Not more than what one may be late: a place taken along and
/// not needed is lost.
const BLOCK: Duration = Duration::from_millis(50);

/// A request budget that several processes keep to together.
#[async_trait]
pub trait Slots: Debug + Send + Sync {
    /// Takes the next `count` places of `action`, `spacing` apart. `None` when the budget cannot be asked:
    /// nothing may be sent.
    ///
    /// No place begins in the past, and no place is given twice. Whoever keeps time in coarser steps
    /// rounds `spacing` up.
    async fn reserve(&self, action: &'static str, spacing: Duration, count: u32) -> Option<Reserved>;
}

/// Places that were taken.
#[derive(Debug, Clone, Copy)]
pub struct Reserved {
    /// How long it is until the first, from an instant between the two below.
    pub wait: Duration,
    /// When the budget was asked: not before, what came before that (waiting for a connection) left out.
    pub asked: Instant,
    /// When it had answered.
    pub answered: Instant,
}

/// A budget shared by everything that talks for one account; clones are the same budget.
#[derive(Debug, Clone)]
pub struct RateLimits {
    per_second: NonZeroU32,
    slots: Arc<dyn Slots>,
    lanes: Arc<Mutex<HashMap<&'static str, Arc<Lane>>>>,
}

/// The places of one action this process has and has not used, and the queue for them.
type Lane = tokio::sync::Mutex<Block>;

impl RateLimits {
    /// `per_second` requests for each action (at least one), by this process alone.
    pub fn per_action(per_second: u32) -> Self {
        Self::over(per_second, Arc::<LocalSlots>::default())
    }

    /// `per_second` requests for each action (at least one), by all processes that share `slots`.
    pub fn over(per_second: u32, slots: Arc<dyn Slots>) -> Self {
        let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        Self { per_second, slots, lanes: Arc::default() }
    }

    /// Requests per second for each action.
    pub fn per_second(&self) -> u32 {
        self.per_second.get()
    }

    /// Waits for a place to begin, at most `patience`.
    pub(super) async fn permit(
        &self,
        action: &'static str,
        patience: Duration,
    ) -> Result<Place, TransportError> {
        tokio::time::timeout(patience, self.next_place(action))
            .await
            .unwrap_or(Err(TransportError::Throttled))
    }

    /// One at a time, in the order they came. Whoever is first waits until the place begins before
    /// taking it; so whoever gives up leaves it to the next, and places are reserved only when somebody
    /// is there to use them, however long the queue.
    async fn next_place(&self, action: &'static str) -> Result<Place, TransportError> {
        let lane = self.lane(action);
        let mut block = lane.lock().await;
        loop {
            let Some(place) = block.first() else {
                *block = self.reserve(action).await?;
                continue;
            };
            if place.begins > Instant::now() {
                tokio::time::sleep_until(place.begins).await;
            }
            block.left -= 1;
            block.next = place.after(block.spacing);
            if !place.is_over() {
                return Ok(place);
            }
        }
    }

    async fn reserve(&self, action: &'static str) -> Result<Block, TransportError> {
        let spacing = self.spacing();
        let count = u32::try_from(BLOCK.as_nanos() / spacing.as_nanos()).unwrap_or(u32::MAX).max(1);
        let reserved = self.slots.reserve(action, spacing, count).await.ok_or(TransportError::NoBudget)?;
        let Reserved { wait, asked, answered } = reserved;
        // The shared clock was read at some instant of the trip: the place begins at the latest if that
        // was its end, and is over at the earliest if it was its beginning.
        let next = Place { begins: answered + wait, is_over_at: asked + wait + (LATENESS - CLOCKS) };
        // A trip so long that one instant lies after the other has brought nothing.
        let is_usable = next.begins <= next.is_over_at;
        if !is_usable {
            let trip = answered - asked;
            tracing::warn!(action, ?trip, "the request budget is too far away: nothing can be sent in time");
        }
        Ok(Block { next, spacing, left: if is_usable { count } else { 0 } })
    }

    fn spacing(&self) -> Duration {
        let nanos = (SECOND + JITTER + LATENESS).as_nanos().div_ceil(u128::from(self.per_second.get()));
        u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
    }

    fn lane(&self, action: &'static str) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(action).or_default())
    }
}

/// Leave to send one request in a short span of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    begins: Instant,
    is_over_at: Instant,
}

impl Place {
    /// It was not used in time.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() > self.is_over_at
    }

    fn after(self, spacing: Duration) -> Self {
        Self { begins: self.begins + spacing, is_over_at: self.is_over_at + spacing }
    }
}

/// Places one trip has reserved.
#[derive(Debug)]
struct Block {
    next: Place,
    spacing: Duration,
    left: u32,
}

impl Default for Block {
    fn default() -> Self {
        let now = Instant::now();
        Self { next: Place { begins: now, is_over_at: now }, spacing: Duration::ZERO, left: 0 }
    }
}

impl Block {
    /// The first place that is not over.
    fn first(&mut self) -> Option<Place> {
        while self.left > 0 && self.next.is_over() {
            self.left -= 1;
            self.next = self.next.after(self.spacing);
        }
        (self.left > 0).then_some(self.next)
    }
}
