//! Tasks: accepting them, steering them, waiting for what was asked to be confirmed.

use crate::budgets::{self, Ask};
use crate::caps;
use crate::contacts::{accept_all, numbers};
use crate::once::{Once, Worded};
use crate::routes::{Placement, Question};
use crate::rulebook::Rulebook;
use crate::{Account, ContactDraft, Engine, EngineError, Page, TaskFilter};
use outdial_model::{
    AccountId, DesiredStatus, FieldProblem, Segment, StartMode, Task, TaskId, TaskSpec, TaskStatus, TenantId,
    Timestamp,
};
use outdial_store::{Begin, NewTask, StoreError, TaskPatch};
use std::time::Duration;

/// A task as a client asks for it; its fields are parsed, its sense is not checked yet.
#[derive(Debug, Clone)]
pub struct CreateTask {
    /// The client's own key.
    pub external_id: Option<String>,
    /// Where it dials.
    pub account: AccountId,
    /// What is asked for.
    pub spec: TaskSpec,
    /// Its first contacts.
    pub contacts: Vec<ContactDraft>,
    /// Who asks, as budgets know them.
    pub client: Option<String>,
}

/// What a client can ask of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskVerb {
    /// Begin to dial when the schedule allows.
    Start,
    /// Dial nobody new.
    Pause,
    /// Go on.
    Resume,
    /// End it; nobody new is dialed, ever.
    Stop,
}

impl TaskVerb {
    /// The statuses it may be asked in; asking for what is so already is no error.
    fn allowed(self) -> &'static [TaskStatus] {
        use TaskStatus::{Draft, Paused, Pausing, Resuming, Running, Scheduled, Stopped, Stopping};
        match self {
            Self::Start => &[Draft, Scheduled, Running],
            Self::Pause => &[Scheduled, Running, Resuming, Pausing, Paused],
            Self::Resume => &[Pausing, Paused, Resuming, Running],
            Self::Stop => &[Draft, Scheduled, Running, Pausing, Paused, Resuming, Stopping, Stopped],
        }
    }

    /// What to write when it is asked in `status`; `None` when it is so already.
    pub(crate) fn begin(self, status: TaskStatus) -> Option<Begin> {
        use TaskStatus::{Draft, Paused, Pausing, Resuming, Running, Scheduled, Stopped, Stopping};
        let (desired, status) = match (self, status) {
            (Self::Start, Draft) => (DesiredStatus::Running, Scheduled),
            (Self::Pause, Scheduled | Running | Resuming) => (DesiredStatus::Paused, Pausing),
            (Self::Resume, Pausing | Paused) => (DesiredStatus::Running, Resuming),
            (Self::Stop, Draft | Scheduled | Running | Pausing | Paused | Resuming) => {
                (DesiredStatus::Stopped, Stopping)
            }
            (Self::Start, _)
            | (Self::Pause, _)
            | (Self::Resume, _)
            | (Self::Stop, Stopping | Stopped | _) => {
                return None;
            }
        };
        Some(Begin { desired, status })
    }

    /// The word in routes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
        }
    }
}

impl Engine {
    /// Accepts a task with its first contacts, all or nothing.
    pub async fn create_task(
        &self,
        tenant: &TenantId,
        request: CreateTask,
        once: Option<&Once<'_, Task>>,
    ) -> Result<Task, EngineError> {
        let CreateTask { external_id, account, spec, contacts, client } = request;
        let now = self.now();
        let id = TaskId::generate(now);
        let (phones, at) = (numbers(&contacts, &spec), spec.schedule.not_before.unwrap_or(now).max(now));
        let spent = self.spent_accounts(tenant, spec.retry.max_attempts).await?;
        let question = Question { task: &id, spec: &spec, phones: &phones, at, left: &[], spent: &spent };
        let Placement { account, route } = self.placement(tenant, &account, &question)?;
        let policy = self.policy();
        let (contacts, ask) = {
            let rules = Rulebook::of(tenant, &spec, &policy);
            let mut problems = refuse(&rules, &account, now);
            let accepted = accept_all(&contacts, &rules, &account, now);
            let contacts = accepted.unwrap_or_else(|bad| {
                problems.extend(bad);
                Vec::new()
            });
            if !problems.is_empty() {
                return Err(EngineError::Invalid(problems));
            }
            let dials = spec.schedule.start != StartMode::Manual && !contacts.is_empty();
            (contacts, dials.then(|| Ask::of_task(&rules, &account, now)))
        };
        if let Some(ask) = ask {
            self.within_budget(tenant, client.as_deref(), external_id.as_deref(), &account.id, ask, now)
                .await?;
        }
        let task = NewTask { id, route, client, ..new_task(external_id, &account, spec, now) };
        let worded = Worded::task(once);
        let task = self.store().create_task(tenant, task, contacts, worded.stored().as_ref(), now).await?;
        self.ring();
        Ok(task)
    }

    /// One task.
    pub async fn task(&self, tenant: &TenantId, id: &TaskId) -> Result<Task, EngineError> {
        self.store().task(tenant, id).await.map_err(|error| match error {
            StoreError::NotFound => EngineError::NotFound("task"),
            other => other.into(),
        })
    }

    /// Tasks, newest first.
    pub async fn tasks(
        &self,
        tenant: &TenantId,
        filter: &TaskFilter,
        page: &Page<TaskId>,
    ) -> Result<Vec<Task>, EngineError> {
        Ok(self.store().tasks(tenant, filter, page).await?)
    }

    /// The vendor-side tasks that carry it, oldest first.
    pub async fn segments(&self, tenant: &TenantId, id: &TaskId) -> Result<Vec<Segment>, EngineError> {
        self.task(tenant, id).await?;
        Ok(self.store().segments(tenant, id).await?)
    }

    /// Changes a task that is not over. A vendor-side task that stands still (not started or paused)
    /// is changed too where the vendor can (`update_segment`); otherwise the change holds for
    /// vendor-side tasks opened from now on.
    pub async fn patch_task(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        spec: TaskSpec,
        revision: Option<i64>,
    ) -> Result<Task, EngineError> {
        let task = changeable(self.task(tenant, id).await?)?;
        let (account, policy) = (self.account_for(tenant, &task.account)?, self.policy());
        let problems = {
            let rules = Rulebook::of(tenant, &spec, &policy);
            let mut problems = account.provider.refuse_task(&spec);
            problems.extend(caps::refuse(&rules));
            problems.extend(budgets::refuse(&rules, &account, self.now()));
            problems
        };
        if !problems.is_empty() {
            return Err(EngineError::Invalid(problems));
        }
        let task = self.store().patch_task(tenant, id, TaskPatch { spec }, revision, self.now()).await?;
        self.ask_again(tenant, id).await?;
        Ok(task)
    }

    /// Writes what a client wants of a task; the worker makes it so.
    pub async fn steer(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        verb: TaskVerb,
        once: Option<&Once<'_, Task>>,
    ) -> Result<Task, EngineError> {
        let worded = Worded::task(once);
        loop {
            let task = self.task(tenant, id).await?;
            if !verb.allowed().contains(&task.status) {
                return Err(EngineError::Conflict {
                    code: "wrong_state",
                    detail: format!("a task that is {} cannot be asked to {}", task.status, verb.as_str()),
                });
            }
            let Some(begin) = verb.begin(task.status) else {
                self.remember(tenant, once, &task).await?;
                return Ok(task);
            };
            if verb == TaskVerb::Start && task.counts.total() > 0 {
                self.may_dial(&task).await?;
            }
            let (once, now) = (worded.stored(), self.now());
            match self.store().begin(tenant, id, begin, &[task.status], once.as_ref(), now).await {
                Err(StoreError::WrongState { .. }) => continue,
                Err(error) => return Err(error.into()),
                Ok(task) => {
                    self.ring();
                    return Ok(task);
                }
            }
        }
    }

    /// Refuses whatever would have a task dial now when there is nothing left of a budget for it.
    pub(crate) async fn may_dial(&self, task: &Task) -> Result<(), EngineError> {
        let (policy, now) = (self.policy(), self.now());
        let account = self.account_for(&task.tenant, &task.account)?;
        let ask = Ask::of_task(&Rulebook::of(&task.tenant, &task.spec, &policy), &account, now);
        self.within_budget(&task.tenant, task.client.as_deref(), None, &account.id, ask, now).await
    }

    /// The task once what was asked for is confirmed, or as it is when `patience` is over.
    pub async fn settled(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        patience: Duration,
    ) -> Result<Task, EngineError> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let change = self.0.changed.notified();
            let task = self.task(tenant, id).await?;
            if is_settled(&task) || tokio::time::Instant::now() >= deadline {
                return Ok(task);
            }
            // Another replica may have done it: look again now and then without being told.
            let again = deadline.min(tokio::time::Instant::now() + Duration::from_millis(500));
            let _ = tokio::time::timeout_at(again, change).await;
        }
    }
}

/// What makes no sense in a task that is to begin.
pub(crate) fn refuse(rules: &Rulebook<'_>, account: &Account, now: Timestamp) -> Vec<FieldProblem> {
    let spec = rules.spec;
    let mut problems = account.provider.refuse_task(spec);
    problems.extend(caps::refuse(rules));
    problems.extend(budgets::refuse(rules, account, now));
    if spec.schedule.is_over(now) {
        let detail = "this instant has passed; nothing could be dialed";
        problems.push(FieldProblem::new("/schedule/not_after", "in_the_past", detail));
    }
    problems
}

/// A task that begins as its schedule says.
pub(crate) fn new_task(
    external_id: Option<String>,
    account: &Account,
    spec: TaskSpec,
    now: Timestamp,
) -> NewTask {
    let (status, desired) = match spec.schedule.start {
        StartMode::Manual => (TaskStatus::Draft, DesiredStatus::Draft),
        StartMode::Immediate | StartMode::Scheduled => (TaskStatus::Scheduled, DesiredStatus::Running),
    };
    let (id, account) = (TaskId::generate(now), account.id.clone());
    NewTask {
        id,
        external_id,
        account,
        spec,
        status,
        desired,
        route: None,
        adopted: None,
        redial: None,
        client: None,
    }
}

/// Whether what was asked for is what is confirmed.
fn is_settled(task: &Task) -> bool {
    match task.desired {
        DesiredStatus::Draft => true,
        DesiredStatus::Running => task.status == TaskStatus::Running || task.status.is_final(),
        DesiredStatus::Paused => task.status == TaskStatus::Paused || task.status.is_final(),
        DesiredStatus::Stopped => task.status.is_final(),
    }
}

/// The task, if its owner may still change what it asks for.
pub fn changeable(task: Task) -> Result<Task, EngineError> {
    let detail = if task.status.is_final() || task.status == TaskStatus::Stopping {
        format!("a task that is {} cannot be changed", task.status)
    } else if task.is_adopted() {
        "a task taken over from the vendor keeps the vendor's script and settings; steer it instead"
            .to_owned()
    } else if task.spec.single_call {
        "a single call stays as it was asked for; cancel it, and ask for another".to_owned()
    } else {
        return Ok(task);
    };
    Err(EngineError::Conflict { code: "wrong_state", detail })
}

pub(crate) fn unknown_account(engine: &Engine, tenant: &TenantId, wanted: &AccountId) -> EngineError {
    let known: Vec<_> = engine.accounts_for(tenant).map(|account| account.id.to_string()).collect();
    let routes: Vec<_> = engine.routes_for(tenant).iter().map(|route| route.id.to_string()).collect();
    let routes =
        if routes.is_empty() { String::new() } else { format!("; the routes are: {}", routes.join(", ")) };
    let detail =
        format!("no account `{wanted}` is configured; the accounts are: {}{routes}", known.join(", "));
    EngineError::Invalid(vec![FieldProblem::new("/account", "unknown_account", detail)])
}
