//! Moving a task to another account: whoever is with us is dialed there, whoever is out stays where they are.
//!
//! From the moment of the move nobody new is sent to the account before. What it holds is ended there, and whoever is proven not to
//! have been dialed comes home and goes on with the new account, through the gate; whoever is in doubt is looked up
//! there, and a call in progress is told to its end there. So nobody is rung by both.
//!
//! Not for: how segments at the account before are ended (the worker's decisions).

use crate::budgets;
use crate::once::{Once, Worded};
use crate::routes::{Placement, Question, Route, Rule};
use crate::rulebook::Rulebook;
use crate::{Account, Engine, EngineError};
use outdial_model::{AccountId, Phone, RouteDecision, Task, TaskId, TaskStatus, TenantId};
use outdial_store::{ContactFilter, Destination, Page, StoreError};

/// The statuses in which a task can be moved.
pub(crate) const MOVABLE: &[TaskStatus] = &[
    TaskStatus::Draft,
    TaskStatus::Scheduled,
    TaskStatus::Running,
    TaskStatus::Pausing,
    TaskStatus::Paused,
    TaskStatus::Resuming,
];
/// People whose numbers tell a task's country.
const SAMPLE: u32 = 100;

impl Engine {
    /// Moves what is not dialed yet to another account, which may be named by a route.
    pub async fn move_task(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        to: &AccountId,
        once: Option<&Once<'_, Task>>,
    ) -> Result<Task, EngineError> {
        let worded = Worded::task(once);
        loop {
            let task = self.task(tenant, id).await?;
            if !MOVABLE.contains(&task.status) || task.is_adopted() {
                let detail = if task.is_adopted() {
                    "a task taken over from the vendor stays with it".to_owned()
                } else {
                    format!("a task that is {} cannot be moved", task.status)
                };
                return Err(EngineError::Conflict { code: "wrong_state", detail });
            }
            let phones = self.some_numbers(&task).await?;
            let at = task.spec.schedule.not_before.unwrap_or(self.now()).max(self.now());
            let spent = self.spent_accounts(tenant, task.spec.retry.max_attempts).await?;
            let question =
                Question { task: id, spec: &task.spec, phones: &phones, at, left: &[], spent: &spent };
            let Placement { account, route } = self.placement(tenant, to, &question)?;
            let mut problems = account.provider.refuse_task(&task.spec);
            let policy = self.policy();
            problems.extend(budgets::refuse(
                &Rulebook::of(tenant, &task.spec, &policy),
                &account,
                self.now(),
            ));
            if !problems.is_empty() {
                return Err(EngineError::Invalid(problems));
            }
            if account.id == task.account && route.as_ref().map(|route| &route.name) == named(&task) {
                self.remember(tenant, once, &task).await?;
                return Ok(task);
            }
            let why = "asked for by its owner".to_owned();
            let to = Destination { from: task.account.clone(), account: account.id.clone(), route, why };
            let moved =
                self.store().move_task(tenant, id, &to, MOVABLE, worded.stored().as_ref(), self.now()).await;
            match moved {
                // Somebody steered or moved it meanwhile: it is looked at again.
                Err(StoreError::WrongState { .. }) => {}
                moved => {
                    let moved = moved?;
                    self.ring();
                    return Ok(moved);
                }
            }
        }
    }

    /// Numbers of some of a task's people.
    async fn some_numbers(&self, task: &Task) -> Result<Vec<Phone>, EngineError> {
        let page = Page { after: None, limit: SAMPLE };
        let people = self.store().contacts(&task.tenant, &task.id, &ContactFilter::default(), &page).await?;
        Ok(people.into_iter().filter_map(|person| person.phone).collect())
    }

    /// The route a task came by, as it is configured now.
    pub(crate) fn route_of(&self, task: &Task) -> Option<(Route, RouteDecision)> {
        let decision = task.route.clone()?;
        Some((self.route_for(&task.tenant, decision.name.as_str())?, decision))
    }

    /// Where a task would go by its route if it left `account`, to none of those that are `spent`; `None` when there is nowhere to
    /// go.
    pub(crate) fn way_out(&self, task: &Task, account: &Account, spent: &[AccountId]) -> Option<Placement> {
        let (route, decision) = self.route_of(task)?;
        // Rules may have come and gone, and their accounts: the one it came by has those that were considered, or is still in
        // its place and has the account that is left.
        let chose = |rule: &Rule| {
            let accounts = rule.accounts.iter().map(|share| &share.account);
            accounts.eq(decision.considered.iter().map(|considered| &considered.account))
        };
        let has_it = |rule: &Rule| rule.accounts.iter().any(|share| share.account == account.id);
        let in_its_place = route.rules.get(decision.rule);
        let rule = match in_its_place.filter(|rule| chose(rule)) {
            Some(_) => decision.rule,
            None => match route.rules.iter().position(chose) {
                Some(elsewhere) => elsewhere,
                None => in_its_place.filter(|rule| has_it(rule)).map(|_| decision.rule)?,
            },
        };
        let mut left = decision.left;
        left.push(account.id.clone());
        let (spec, at) = (&task.spec, self.now());
        let question = Question { task: &task.id, spec, phones: &[], at, left: &left, spent };
        self.by_rule(&task.tenant, &route, rule, &question, false)
    }
}

fn named(task: &Task) -> Option<&outdial_model::RouteId> {
    task.route.as_ref().map(|route| &route.name)
}
