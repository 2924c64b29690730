//! Events: reading a tenant's log, following it, and how an event is told to the outside.
//!
//! The feed, the timeline and webhooks read the same rows and say the same ([`Envelope`]).
//!
//! Not for: writing events (the store does, with what they tell), sending them.

mod envelope;

pub use envelope::Envelope;

use crate::{Engine, EngineError};
use outdial_model::TenantId;
use outdial_store::{Feed, FeedFilter};
use std::time::Duration;
use tokio::time::Instant;

/// How long a follower waits at most for what another process has written.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How long it waits at least between two looks: a busy worker rings more often than is worth a look.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

impl Engine {
    /// Events of a tenant's log after a position (0: from the beginning), oldest first.
    pub async fn events(
        &self,
        tenant: &TenantId,
        after: u64,
        filter: &FeedFilter,
        limit: u32,
    ) -> Result<Feed, EngineError> {
        Ok(self.store().feed(tenant, after, filter, limit).await?)
    }

    /// The last position of a tenant's log: where somebody begins who wants what happens from now on.
    pub async fn end_of_events(&self, tenant: &TenantId) -> Result<u64, EngineError> {
        Ok(self.store().log_end(tenant).await?)
    }

    /// Follows a tenant's log from a position on.
    pub fn follow_events(&self, tenant: TenantId, after: u64, filter: FeedFilter) -> Follower {
        Follower { engine: self.clone(), tenant, filter, after }
    }
}

/// Somebody who reads a tenant's log as it is written. It holds nothing but its place: whoever is slow to
/// take what was found only reads it later.
#[derive(Debug)]
pub struct Follower {
    engine: Engine,
    tenant: TenantId,
    filter: FeedFilter,
    after: u64,
}

impl Follower {
    /// The next events, at most `limit`; none when nothing that fits has happened for `patience`. Where the log goes on
    /// is [`Feed::through`] either way.
    pub async fn next(&mut self, limit: u32, patience: Duration) -> Result<Feed, EngineError> {
        let give_up = Instant::now() + patience;
        loop {
            // Before the look: what is written during it is not missed.
            let changed = self.engine.0.changed.notified();
            let feed = self.engine.events(&self.tenant, self.after, &self.filter, limit).await?;
            self.after = feed.through;
            if feed.more && feed.events.is_empty() {
                continue;
            }
            if !feed.events.is_empty() || Instant::now() >= give_up {
                return Ok(feed);
            }
            tokio::time::sleep(SHORTEST_WAIT).await;
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(LONGEST_WAIT) => {}
            }
        }
    }
}
