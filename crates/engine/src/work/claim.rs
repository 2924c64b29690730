//! A claim on a task, as this process may still act under it.
//!
//! The store lets another replica have the task when a claim was not renewed for [`TERM`]. A process that
//! was frozen does not know that it was, so the claim stands only while it was renewed a while less ago
//! than that, counted from before the renewal was asked for, by two clocks: a virtual machine may stop
//! either. Every request of a step asks it once more when its bytes are about to leave
//! ([`outdial_provider::fence`]).
//!
//! Not for: what was written to the store; the store checks the claim's token itself.

use outdial_model::{Clock, Timestamp};
use outdial_provider::fence::Fence;
use outdial_store::{Lease, Store, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a claim lasts in the store without being renewed.
pub(super) const TERM: Duration = Duration::from_secs(8);
/// How often it is renewed.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(2);
/// How much sooner this process stops believing in it; replicas' clocks may differ by so much.
const MARGIN: Duration = Duration::from_secs(2);
/// How soon a renewal that failed is tried again.
const RENEWED_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// An instant by both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    ticks: Instant,
    pub(super) time: Timestamp,
}

impl Moment {
    pub(super) fn now(clock: &dyn Clock) -> Self {
        Self { ticks: Instant::now(), time: clock.now() }
    }

    /// Whether less than `age` went by since, whichever clock is asked.
    fn is_younger_than(self, age: Duration, clock: &dyn Clock) -> bool {
        let by_time = Duration::try_from(clock.now().duration_since(self.time).abs());
        self.ticks.elapsed() < age && by_time.is_ok_and(|elapsed| elapsed < age)
    }
}

/// A claim on a task.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) lease: Lease,
    clock: Arc<dyn Clock>,
    /// When the last renewal that worked was asked for.
    renewed: Mutex<Moment>,
}

impl Claim {
    /// A claim that was asked for at `asked`.
    pub(super) fn new(lease: Lease, asked: Moment, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { lease, clock, renewed: Mutex::new(asked) })
    }

    /// Renews it, unless that was done a moment ago.
    pub(super) async fn renew_when_due(&self, store: &dyn Store) -> Result<(), StoreError> {
        if self.last_renewed().is_younger_than(HEARTBEAT, &*self.clock) {
            return Ok(());
        }
        self.renew(store).await
    }

    /// Renews it for as long as it can be; answers when it is lost. While the store cannot be asked, the
    /// claim falls by itself.
    pub(super) async fn keep(&self, store: &dyn Store) -> StoreError {
        let mut pause = HEARTBEAT;
        loop {
            tokio::time::sleep(pause).await;
            pause = match self.renew(store).await {
                Ok(()) => HEARTBEAT,
                Err(lost @ StoreError::LeaseLost) => return lost,
                Err(error) => {
                    tracing::warn!(task = %self.lease.task, %error, "a claim could not be renewed yet");
                    RENEWED_AGAIN_AFTER
                }
            };
        }
    }

    async fn renew(&self, store: &dyn Store) -> Result<(), StoreError> {
        let asked = Moment::now(&*self.clock);
        store.renew_lease(&self.lease, asked.time, TERM).await?;
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = asked;
        Ok(())
    }

    fn last_renewed(&self) -> Moment {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fence for Claim {
    fn stands(&self) -> bool {
        self.last_renewed().is_younger_than(TERM.saturating_sub(MARGIN), &*self.clock)
    }
}
