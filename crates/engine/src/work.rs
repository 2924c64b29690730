//! Work: making true what clients asked for.
//!
//! The worker leases tasks that are due. For each it repeats: read everything ([`TaskWork`]),
//! [decide](decide::decide) one step (a pure function), perform it, write what was learned; until
//! the decision is to wait. A lease carries a fencing token that every write checks, the ledger row
//! of a dispatch above all, so a worker that lost its lease sends nothing more.
//!
//! A restart needs no procedure of its own: a dispatch found open by whoever holds the lease was
//! left by somebody who died, and is `unknown` from then on.

mod batches;
mod cancel;
mod decide;
mod dispatch;
pub(crate) mod observe;
mod pauses;
mod poll;
mod resolve;
mod steer;

pub(crate) use batches::Batches;
pub(crate) use pauses::Pauses;

use crate::{Account, Engine, EngineError};
use decide::{Situation, Step, decide};
use outdial_model::{DesiredStatus, Segment, SegmentId, TaskStatus, Timestamp};
use outdial_provider::{ProviderError, RetryAdvice, SegmentRef};
use outdial_store::{Changes, Lease, StoreError, TaskChange, TaskWork};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long a claim on a task lasts without being renewed.
const LEASE_TERM: Duration = Duration::from_secs(60);
/// How often it is renewed while a step takes its time.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Tasks worked on at the same time.
const PARALLEL_TASKS: usize = 64;
/// How long one task may keep its place before others have their turn.
const TURN: Duration = Duration::from_secs(10);
/// How long the worker sleeps at most before it looks for due tasks of other replicas.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// Why a step ended the work on a task for now.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to do after a step.
enum After {
    /// Read and decide again.
    Again,
    /// The step failed and is not tried again for so long, longer each time; others go on.
    Failed(Duration),
    /// The step is not worth repeating for so long; others go on.
    Later(Duration),
    /// Nothing before this instant, if nobody asks for something.
    Wait(Option<Timestamp>),
}

/// One lease's work: the task as read, and what it takes to act on it.
struct Job<'a> {
    engine: &'a Engine,
    account: Arc<Account>,
    lease: &'a Lease,
    work: TaskWork,
    now: Timestamp,
}

impl Engine {
    /// Works until `shutdown`, then finishes the steps in hand and returns.
    pub async fn work(self, shutdown: CancellationToken) {
        if let Err(error) = self.store().release_abandoned_leases().await {
            tracing::error!(%error, "leases of an earlier process could not be released; they will run out");
        }
        let mut jobs = JoinSet::new();
        while !shutdown.is_cancelled() {
            while jobs.try_join_next().is_some() {}
            if jobs.len() >= PARALLEL_TASKS {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    _ = jobs.join_next() => {}
                }
                continue;
            }
            let places = u32::try_from(PARALLEL_TASKS - jobs.len().min(PARALLEL_TASKS)).unwrap_or(0);
            let asked = self.0.asked.notified();
            let leases = match self.store().lease_due_tasks(self.now(), LEASE_TERM, places).await {
                Ok(leases) => leases,
                Err(error) => {
                    tracing::error!(%error, "no tasks could be leased");
                    Vec::new()
                }
            };
            let found_some = !leases.is_empty();
            for lease in leases {
                let engine = self.clone();
                jobs.spawn(async move { engine.work_on(lease).await });
            }
            if found_some {
                continue;
            }
            let nap = self.nap().await;
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = asked => {}
                Some(_) = jobs.join_next() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
        while jobs.join_next().await.is_some() {}
    }

    /// Works on everything that is due now, and answers how many tasks that were; for whoever steps
    /// an engine by hand.
    pub async fn work_due(&self) -> Result<usize, EngineError> {
        let leases = self.store().lease_due_tasks(self.now(), LEASE_TERM, u32::MAX).await?;
        let due = leases.len();
        for lease in leases {
            self.work_on(lease).await;
        }
        Ok(due)
    }

    /// How long nothing is due.
    async fn nap(&self) -> Duration {
        match self.store().next_due().await {
            Ok(Some(due)) => {
                let left = Duration::try_from(due.duration_since(self.now())).unwrap_or_default();
                left.clamp(Duration::from_millis(5), LONGEST_SLEEP)
            }
            Ok(None) => LONGEST_SLEEP,
            Err(_) => LONGEST_SLEEP,
        }
    }

    async fn work_on(&self, lease: Lease) {
        let due = match self.take_steps(&lease).await {
            Ok(due) => due,
            Err(Interrupted::Store(StoreError::LeaseLost)) => {
                tracing::warn!(task = %lease.task, "another worker has this task now");
                return;
            }
            Err(error) => {
                tracing::error!(task = %lease.task, %error, "work on a task was interrupted");
                Some(later(self.now(), Duration::from_secs(2)))
            }
        };
        if let Err(error) = self.store().release_lease(&lease, due, self.now()).await {
            tracing::warn!(task = %lease.task, %error, "a lease could not be given back; it will run out");
        }
        self.0.changed.notify_waiters();
    }

    /// Takes steps until there is nothing to do, or the turn is over; answers when it is due again.
    async fn take_steps(&self, lease: &Lease) -> Result<Option<Timestamp>, Interrupted> {
        let turn_ends = later(self.now(), TURN);
        let mut has_just_read = false;
        loop {
            let now = self.now();
            self.store().renew_lease(lease, now, LEASE_TERM).await?;
            let work = self.store().work(lease, now).await?;
            let Ok(account) = self.account(&work.task.account) else {
                let trouble = format!("account `{}` is no longer configured", work.task.account);
                self.tell_trouble(lease, &work, Some(trouble)).await?;
                return Ok(Some(later(now, Duration::from_secs(60))));
            };
            let paused = self.0.pauses.of(&lease.task, now);
            let situation = Situation::new(
                &work,
                &account,
                now,
                paused,
                self.0.batches.limit(&lease.task),
                has_just_read,
            );
            let step = decide(&situation);
            tracing::debug!(task = %lease.task, ?step, "step");
            let name = step.name();
            has_just_read = matches!(step, Step::Poll(_));
            let job = Job { engine: self, account, lease, work, now };
            let after = tokio::select! {
                after = job.perform(step) => after?,
                lost = self.keep(lease) => return Err(lost),
            };
            match after {
                After::Wait(due) => return Ok(due),
                After::Failed(pause) => self.0.pauses.failed(&lease.task, name, pause, self.now()),
                After::Later(pause) => {
                    self.0.pauses.done(&lease.task, &name);
                    self.0.pauses.failed(&lease.task, name, pause, self.now());
                }
                After::Again => self.0.pauses.done(&lease.task, &name),
            }
            if self.now() >= turn_ends {
                return Ok(Some(self.now()));
            }
            self.0.changed.notify_waiters();
        }
    }

    /// Renews the lease while a step takes its time; ends when the lease is lost, and the step with
    /// it: whatever the step had under way is found open by the new holder, and is in doubt.
    async fn keep(&self, lease: &Lease) -> Interrupted {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            if let Err(lost @ StoreError::LeaseLost) =
                self.store().renew_lease(lease, self.now(), LEASE_TERM).await
            {
                return lost.into();
            }
        }
    }

    async fn tell_trouble(
        &self,
        lease: &Lease,
        work: &TaskWork,
        trouble: Option<String>,
    ) -> Result<(), StoreError> {
        if work.task.trouble == trouble || work.task.status.is_final() {
            return Ok(());
        }
        let mut changes = Changes::under(lease);
        changes.task = Some(TaskChange { from: work.task.status, to: work.task.status, trouble });
        self.store().apply(changes, self.now()).await.map(drop)
    }
}

impl Job<'_> {
    async fn perform(&self, step: Step) -> Result<After, Interrupted> {
        match step {
            Step::Disown(dispatch) => self.disown(&dispatch).await,
            Step::Resolve(dispatch) => self.resolve(&dispatch).await,
            Step::CancelOurs { status, reason } => self.cancel_ours(status, reason).await,
            Step::CancelAtVendor => self.cancel_at_vendor().await,
            Step::Steer(segment, verb) => self.steer(&segment, verb).await,
            Step::Update(segment) => self.update(&segment).await,
            Step::Close(segment, status) => self.close(&segment, status).await,
            Step::Open { contacts, not_before } => self.open(contacts, not_before).await,
            Step::Add { segment, contacts } => self.add(&segment, contacts).await,
            Step::Poll(segment) => self.poll(&segment).await,
            Step::Become(status) => self.become_status(status).await,
            Step::Wait(due) => Ok(After::Wait(due)),
        }
    }

    async fn become_status(&self, to: TaskStatus) -> Result<After, Interrupted> {
        let mut changes = Changes::under(self.lease);
        changes.task = Some(TaskChange { from: self.work.task.status, to, trouble: None });
        self.apply(changes).await
    }

    async fn apply(&self, changes: Changes) -> Result<After, Interrupted> {
        self.engine.store().apply(changes, self.engine.now()).await?;
        Ok(After::Again)
    }

    fn segment(&self, id: &SegmentId) -> Result<&Segment, Interrupted> {
        let found = self.work.segments.iter().find(|segment| segment.id == *id);
        found.ok_or(Interrupted::Store(StoreError::NotFound))
    }

    /// Notes a vendor's failure on the account and the task, and waits as the error advises.
    async fn trouble(&self, error: &ProviderError) -> Result<After, Interrupted> {
        tracing::warn!(
            task = %self.lease.task, account = %self.account.id, kind = ?error.kind, effect = ?error.effect,
            code = error.code, vendor_request = error.request_id, "{}", error.detail
        );
        self.engine.tell_trouble(self.lease, &self.work, Some(error.detail.clone())).await?;
        Ok(After::Failed(match error.retry() {
            RetryAdvice::After(pause) => pause,
            RetryAdvice::ReconcileFirst => Duration::from_secs(1),
            RetryAdvice::Never => Duration::from_secs(30),
        }))
    }

    /// The vendor answered as it should: whatever troubled the task is over.
    fn all_well(&self, changes: &mut Changes) {
        let task = &self.work.task;
        let sending_waits = self.engine.0.pauses.of(&task.id, self.now).contains_key(decide::SENDING);
        let passes = task.trouble.as_deref().is_some_and(|trouble| trouble != dispatch::NUMBERS_BUSY);
        if passes && !sending_waits && !task.status.is_final() {
            let status = self.work.task.status;
            changes.task = Some(TaskChange { from: status, to: status, trouble: None });
        }
    }

    /// Writes what an answer meant. The answer cannot be had again, so a store that is busy is asked
    /// again for a while; given up, the dispatch stays open and is looked up.
    async fn settle(&self, changes: Changes) -> Result<After, Interrupted> {
        for _ in 0..5 {
            match self.engine.store().apply(changes.clone(), self.engine.now()).await {
                Err(StoreError::Unavailable(error)) => {
                    tracing::error!(task = %self.lease.task, %error, "an answer could not be written yet");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                result => return Ok(result.map(|_| After::Again)?),
            }
        }
        self.apply(changes).await
    }

    fn is_ending(&self) -> bool {
        self.work.task.desired == DesiredStatus::Stopped
    }
}

fn reference(segment: &Segment) -> SegmentRef {
    SegmentRef {
        key: segment.id.clone(),
        vendor_ref: segment.vendor_ref.clone(),
        opened_at: segment.opened_at,
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
