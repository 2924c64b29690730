//! Redials: a task that calls people of another task again, by how their calls ended there.
//!
//! Accepting one writes the task alone, whatever the number of its people. They are taken over by its worker, a portion at a time
//! (`work::fill`), and are people of the new task like any other: suppressions, the number lock and the gate concern them anew.

use crate::budgets::Ask;
use crate::once::{Once, Worded};
use crate::rulebook::Rulebook;
use crate::tasks::{new_task, refuse, unknown_account};
use crate::{Engine, EngineError};
use outdial_model::{Disposition, FieldProblem, Redial, StartMode, Task, TaskSpec, TenantId};
use outdial_store::NewTask;
use std::collections::BTreeSet;

/// A redial as a client asks for it.
#[derive(Debug, Clone)]
pub struct CreateRedial {
    /// The client's own key of the new task.
    pub external_id: Option<String>,
    /// Whose calls had ended how.
    pub dispositions: BTreeSet<Disposition>,
    /// What is asked for; the account stays that of the task before.
    pub spec: TaskSpec,
    /// Who asks, as budgets know them.
    pub client: Option<String>,
}

impl Engine {
    /// Accepts a task that calls those people of `source` again who are done by now and ended in one of the ways that are asked for.
    /// `source` may be in any state; whoever ends later is not called again.
    pub async fn redial(
        &self,
        tenant: &TenantId,
        source: &Task,
        request: CreateRedial,
        once: Option<&Once<'_, Task>>,
    ) -> Result<Task, EngineError> {
        let CreateRedial { external_id, dispositions, spec, client } = request;
        let unknown = |_| unknown_account(self, tenant, &source.account);
        let (account, now) = (self.account_for(tenant, &source.account).map_err(unknown)?, self.now());
        let (mut problems, ask) = {
            let policy = self.policy();
            let rules = Rulebook::of(tenant, &spec, &policy);
            let dials = spec.schedule.start != StartMode::Manual;
            (refuse(&rules, &account, now), dials.then(|| Ask::of_task(&rules, &account, now)))
        };
        let of = |disposition| source.counts.dispositions.get(disposition).copied().unwrap_or(0);
        let people = dispositions.iter().map(of).sum();
        if people == 0 {
            let detail =
                "nobody of the task has ended in one of these ways yet; there is nobody to call again";
            problems.push(FieldProblem::new("/dispositions", "nobody", detail));
        }
        if !problems.is_empty() {
            return Err(EngineError::Invalid(problems));
        }
        if let Some(ask) = ask {
            self.within_budget(tenant, client.as_deref(), external_id.as_deref(), &account.id, ask, now)
                .await?;
        }
        let redial = Redial::of(source.id.clone(), dispositions, people);
        let task = NewTask {
            redial: Some(redial),
            route: source.route.clone(),
            client,
            ..new_task(external_id, &account, spec, now)
        };
        let worded = Worded::task(once);
        let task = self.store().create_task(tenant, task, Vec::new(), worded.stored().as_ref(), now).await?;
        self.ring();
        Ok(task)
    }
}
