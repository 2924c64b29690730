//! Leaving an account that is of no use, for the next one of the task's route: whoever waits with us goes there, whoever is out
//! or in doubt stays where they are.

use super::{After, Interrupted, Job};
use crate::moving::MOVABLE;
use outdial_model::{ContactStatus, DesiredStatus, DispatchOutcome, Timestamp};
use outdial_provider::{ErrorKind, ProviderError};
use outdial_store::{Destination, StoreError, TaskWork};
use std::time::Duration;

/// How soon it is tried again when there was nowhere to go.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(5);

impl crate::Engine {
    /// When whoever waits leaves the account, if its vendor goes on not to answer; `None` when all is well, or there is nowhere to
    /// go.
    pub(super) fn escapes_at(&self, work: &TaskWork, home: &crate::Account) -> Option<Timestamp> {
        let task = &work.task;
        let waits = task.desired == DesiredStatus::Running && task.counts.sum(ContactStatus::is_ours) > 0;
        let since = home.ill_since(self.now()).filter(|_| waits && !task.status.is_final())?;
        let (route, _) = self.route_of(task)?;
        self.way_out(task, home, &[])?;
        Some(super::later(since, route.fails_over_after))
    }
}

impl Job<'_> {
    /// The account's vendor has not answered for too long.
    pub(super) async fn fail_over(&self) -> Result<After, Interrupted> {
        let why = format!("the vendor of account `{}` does not answer", self.sides.home.id);
        let is_done = self.leave(why).await?;
        Ok(if is_done { After::Again } else { After::Later(TRIED_AGAIN_AFTER) })
    }

    /// The account was certainly refused; tells whether the task has left it for that.
    pub(super) async fn left_for(&self, error: &ProviderError) -> Result<bool, Interrupted> {
        if !is_about_the_account(error) {
            return Ok(false);
        }
        self.leave(format!("account `{}`: {}", self.sides.home.id, error.detail)).await
    }

    async fn leave(&self, why: String) -> Result<bool, Interrupted> {
        let (task, home) = (&self.work.task, &self.sides.home);
        let spent = self.engine.spent_accounts(&task.tenant, task.spec.retry.max_attempts).await?;
        let Some(to) = self.engine.way_out(task, home, &spent) else { return Ok(false) };
        tracing::warn!(task = %task.id, from = %home.id, to = %to.account.id, why, "a task goes on with another account");
        let to = Destination { from: home.id.clone(), account: to.account.id.clone(), route: to.route, why };
        let store = self.engine.store();
        match store.move_task(&task.tenant, &task.id, &to, MOVABLE, None, self.engine.now()).await {
            // Somebody else has moved or ended it: it is looked at again.
            Ok(_) | Err(StoreError::WrongState { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

/// A documented refusal that any request of the account's would meet: nobody was rung, and nobody will be.
pub(super) fn is_about_the_account(error: &ProviderError) -> bool {
    let of_account = matches!(
        error.kind,
        ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::Config
            | ErrorKind::QuotaExhausted
    );
    of_account && error.outcome() == DispatchOutcome::Refused
}
