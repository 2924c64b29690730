//! The planner: copies what happens into deliveries, tenant after tenant, again and again.
//!
//! Not for: what is copied and how far ahead (the store).

use super::courier::BREATH;
use crate::Engine;
use outdial_model::TenantId;
use outdial_store::{Page, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Events planned in one transaction; clients' requests wait for it.
const MOST_PLANNED: u32 = 500;
/// Deliveries of one endpoint that are planned ahead; what the log holds beyond them waits there.
const ROOM: u32 = 2_000;
/// Tenants looked up in one go.
const MOST_TENANTS: u32 = 100;
/// How long the log is left alone when nobody says that it went on: other processes do not.
const PAUSE: Duration = Duration::from_millis(500);
/// How long events are gathered before they are planned.
const GATHERING: Duration = Duration::from_millis(20);

/// What planning came to.
#[derive(Default)]
struct Planning {
    /// Deliveries it made.
    added: u64,
    /// For whom it failed last time.
    failures: BTreeMap<TenantId, StoreError>,
}

impl Engine {
    pub(super) async fn keep_planning(self, planned: Arc<Notify>, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let changed = self.0.changed.notified();
            let (added, failure) = self.plan(&shutdown).await;
            if added > 0 {
                planned.notify_one();
            }
            let pause = if failure.is_some() { BREATH } else { PAUSE };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
                () = async { changed.await; tokio::time::sleep(GATHERING).await } => {}
            }
        }
    }

    /// Plans all there is to plan, a batch for each tenant in turn, so that nobody waits for all that another one has.
    /// A tenant for whom that fails stops nobody else. Answers how many deliveries were made, and what went wrong last.
    pub(super) async fn plan(&self, shutdown: &CancellationToken) -> (u64, Option<StoreError>) {
        let mut planning = Planning::default();
        let failure = loop {
            match self.plan_each(&mut planning, shutdown).await {
                Ok(true) if !shutdown.is_cancelled() => {}
                Ok(_) => break None,
                Err(error) => break Some(error),
            }
        };
        for (tenant, error) in &planning.failures {
            tracing::error!(%error, %tenant, "deliveries of a tenant could not be planned");
        }
        if let Some(error) = &failure {
            tracing::error!(%error, "nobody could be asked who has deliveries to plan");
        }
        (planning.added, failure.or_else(|| planning.failures.into_values().next_back()))
    }

    /// A batch for each tenant with something to plan; answers whether one has more.
    async fn plan_each(
        &self,
        planning: &mut Planning,
        shutdown: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let mut page = Page { after: None, limit: MOST_TENANTS };
        let mut more = false;
        loop {
            let mut tenants = self.store().tenants_to_plan(ROOM, &page).await?;
            for tenant in tenants.iter().take_while(|_| !shutdown.is_cancelled()) {
                match self.store().plan_deliveries(tenant, MOST_PLANNED, ROOM, self.now()).await {
                    Ok(planned) => {
                        planning.added += planned.added;
                        planning.failures.remove(tenant);
                        more |= planned.more;
                    }
                    Err(error) => drop(planning.failures.insert(tenant.clone(), error)),
                }
            }
            page.after = tenants.pop();
            if page.after.is_none() || shutdown.is_cancelled() {
                return Ok(more);
            }
        }
    }
}
