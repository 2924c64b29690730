//! Emergency stops: everything of a tenant, at every vendor, at once.
//!
//! One row in the store is the stop; from then on nothing is dialed for a task that was there before. The worker sees it
//! at every such task and repeats what there is to do until the vendor confirms. A task made afterwards is not concerned.

use crate::{Actor, Engine, EngineError, Page, TaskFilter};
use outdial_model::{Task, TaskStatus, TenantId};
use outdial_store::EmergencyStop;
use std::time::Duration;

/// Tasks that are shown as not confirmed.
const MOST_SHOWN: u32 = 100;
/// How far the store keeps instants apart.
const MILLISECOND: Duration = Duration::from_millis(1);

/// An emergency stop, and how far it is.
#[derive(Debug, Clone)]
pub struct Halt {
    /// The stop.
    pub stop: EmergencyStop,
    /// Tasks that are not over yet, newest first; at most a hundred of them.
    pub unconfirmed: Vec<Task>,
    /// Whether there are more.
    pub has_more: bool,
}

impl Engine {
    /// Stops everything of a tenant; when this returns, nobody new is dialed.
    pub async fn halt(&self, tenant: &TenantId, actor: &Actor) -> Result<EmergencyStop, EngineError> {
        let stop = self.store().halt(tenant, &actor.noted(), self.now()).await?;
        tracing::warn!(%tenant, actor = stop.actor, tasks = stop.tasks, "emergency stop");
        self.ring();
        Ok(stop)
    }

    /// As [`Self::halt`], for every tenant there is. One that cannot be stopped keeps no other from it.
    pub async fn halt_all(
        &self,
        actor: &Actor,
    ) -> Result<Vec<(TenantId, Result<EmergencyStop, EngineError>)>, EngineError> {
        let mut stops = Vec::new();
        for tenant in self.store().tenants().await? {
            let stop = self.halt(&tenant, actor).await;
            stops.push((tenant, stop));
        }
        Ok(stops)
    }

    /// The tenant's last emergency stop, as far as it is.
    pub async fn halted(&self, tenant: &TenantId) -> Result<Halt, EngineError> {
        let stop = self.store().emergency_stop(tenant).await?;
        self.progress_of(tenant, stop.ok_or(EngineError::NotFound("emergency stop"))?).await
    }

    /// The same once everything is confirmed, or as far as it is when `patience` is over.
    pub async fn halted_within(&self, tenant: &TenantId, patience: Duration) -> Result<Halt, EngineError> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let change = self.0.changed.notified();
            let halt = self.halted(tenant).await?;
            if halt.unconfirmed.is_empty() || tokio::time::Instant::now() >= deadline {
                return Ok(halt);
            }
            let again = deadline.min(tokio::time::Instant::now() + Duration::from_millis(500));
            let _ = tokio::time::timeout_at(again, change).await;
        }
    }

    async fn progress_of(&self, tenant: &TenantId, stop: EmergencyStop) -> Result<Halt, EngineError> {
        let filter = TaskFilter {
            statuses: TaskStatus::ALL.iter().copied().filter(|status| !status.is_final()).collect(),
            created_before: Some(stop.at + MILLISECOND),
            ..TaskFilter::default()
        };
        let page = Page { after: None, limit: MOST_SHOWN + 1 };
        let mut unconfirmed = self.store().tasks(tenant, &filter, &page).await?;
        let most = usize::try_from(MOST_SHOWN).unwrap_or(usize::MAX);
        let has_more = unconfirmed.len() > most;
        unconfirmed.truncate(most);
        Ok(Halt { stop, unconfirmed, has_more })
    }
}
