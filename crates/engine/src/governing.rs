//! Whoever waits by rules that are others now: a task's own that were changed, or the operator's that were read again.
//!
//! Not for: whom rules let go (the [gate](crate::work)).

use crate::{Engine, EngineError};
use outdial_model::{HoldReason, TaskId, TenantId};
use tokio_util::sync::CancellationToken;

/// People in one transaction.
const AT_ONCE: u32 = 1_000;
/// Tasks that are read at a time.
const TASKS: u32 = 500;

impl Engine {
    /// Has everybody of a task asked about again who waits for what may be otherwise now; whoever is not reached here waits on.
    pub(crate) async fn ask_again(&self, tenant: &TenantId, task: &TaskId) -> Result<(), EngineError> {
        let since = self.now();
        for held in [HoldReason::OutsideWindow, HoldReason::Capped] {
            while self.store().release_held(tenant, task, held, AT_ONCE, since).await? >= u64::from(AT_ONCE) {
            }
        }
        self.ring();
        Ok(())
    }

    /// The same for every task that goes on at some time: it may have been put off until hours that are others now.
    pub(crate) async fn ask_everybody_again(&self, shutdown: &CancellationToken) -> Result<(), EngineError> {
        let mut after = None;
        while !shutdown.is_cancelled() {
            let tasks = self.store().tasks_ahead(after.as_ref(), TASKS).await?;
            for (tenant, task) in &tasks {
                if shutdown.is_cancelled() {
                    return Ok(());
                }
                self.ask_again(tenant, task).await?;
            }
            match tasks.last() {
                Some((_, last)) => after = Some(last.clone()),
                None => return Ok(()),
            }
        }
        Ok(())
    }
}
