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
mod claim;
mod decide;
mod dispatch;
mod fail_over;
mod fill;
pub(crate) mod gate;
mod job;
pub(crate) mod observe;
mod pauses;
mod place;
mod poll;
mod resolve;
mod sides;
mod steer;
mod told;
mod unheard;
mod verify;

pub(crate) use batches::Batches;
pub(crate) use cancel::Rounds;
pub(crate) use dispatch::{NUMBERS_BUSY, dial_contacts};
pub(crate) use gate::{Verdict, gate};
pub(crate) use job::reference;
pub(crate) use pauses::Pauses;

use crate::accounts::Place;
use crate::rulebook::Rulebook;
use crate::{Account, Engine, EngineError, TaskVerb};
use claim::{Claim, HEARTBEAT, Moment, TERM};
use decide::{Situation, Step, Who, decide};
pub(crate) use decide::{out_elsewhere, portion, window, window_of};
use job::Job;
use outdial_model::{ContactStatus, DesiredStatus, Task, Timestamp};
use outdial_provider::fence;
use outdial_store::{Changes, Lease, StoreError, TaskChange, TaskWork};
use sides::Sides;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use told::{NextPerson, next_person};

/// Tasks worked on at the same time.
const PARALLEL_TASKS: usize = 64;
/// How long one task may keep its place before others have their turn.
const TURN: Duration = Duration::from_secs(10);
/// How long the worker sleeps at most before it looks for due tasks of other replicas.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// How soon a task whose account is not configured is looked at again: the account may come back.
const ACCOUNT_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How soon a task whose vendor does not answer asks for a place again when none was left for it.
const PLACE_AGAIN_AFTER: Duration = Duration::from_secs(1);

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
    /// The vendor answered and could not tell; it is asked again after so long, longer each time.
    Untold(Duration),
    /// The step is not worth repeating for so long; others go on.
    Later(Duration),
    /// Nothing before this instant, if nobody asks for something.
    Wait(Option<Timestamp>),
}

impl Engine {
    /// Works until `shutdown`, then finishes the steps in hand and returns. So it does when a part of it ends by itself:
    /// half a worker would look well and deliver nothing.
    pub async fn work(self, shutdown: CancellationToken) {
        if let Err(error) = self.store().release_abandoned_leases().await {
            tracing::error!(%error, "leases of an earlier process could not be released; they will run out");
        }
        // A set, for what is in it ends with the worker, however that ends.
        let mut house = JoinSet::new();
        house.spawn(self.clone().keep_house(shutdown.clone()));
        house.spawn(self.clone().read_inbox(shutdown.clone()));
        house.spawn(self.clone().read_transcripts(shutdown.clone()));
        house.spawn(self.clone().watch_accounts(shutdown.clone()));
        house.spawn(self.clone().deliver(shutdown.clone()));
        let mut jobs = JoinSet::new();
        while !shutdown.is_cancelled() {
            while jobs.try_join_next().is_some() {}
            if jobs.len() >= PARALLEL_TASKS {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    _ = jobs.join_next() => {}
                    Some(ended) = house.join_next() => {
                        untimely(&ended, &shutdown);
                        break;
                    }
                }
                continue;
            }
            let places = u32::try_from(PARALLEL_TASKS - jobs.len().min(PARALLEL_TASKS)).unwrap_or(0);
            let asked = self.0.asked.notified();
            let nap = match self.claim_due(places).await {
                Ok(claims) if claims.is_empty() => self.nap().await,
                Ok(claims) => {
                    for claim in claims {
                        let engine = self.clone();
                        jobs.spawn(async move { engine.work_on(&claim).await });
                    }
                    continue;
                }
                Err(error) => {
                    tracing::error!(%error, "no tasks could be claimed");
                    // Claims in hand that ran out meanwhile are renewed first, by whoever works under them.
                    HEARTBEAT
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = asked => {}
                Some(_) = jobs.join_next() => {}
                Some(ended) = house.join_next() => {
                    untimely(&ended, &shutdown);
                    break;
                }
                () = tokio::time::sleep(nap) => {}
            }
        }
        while jobs.join_next().await.is_some() {}
        while shutdown.is_cancelled() && house.join_next().await.is_some() {}
    }

    /// Works on everything that is due now, and answers how many tasks that were; for whoever steps
    /// an engine by hand.
    pub async fn work_due(&self) -> Result<usize, EngineError> {
        let claims = self.claim_due(u32::MAX).await?;
        for claim in &claims {
            self.work_on(claim).await;
        }
        Ok(claims.len())
    }

    /// Claims tasks that are due.
    async fn claim_due(&self, limit: u32) -> Result<Vec<Arc<Claim>>, StoreError> {
        let asked = Moment::now(&*self.0.clock);
        let leases = self.store().lease_due_tasks(asked.time, TERM, limit).await?;
        Ok(leases.into_iter().map(|lease| Claim::new(lease, asked, Arc::clone(&self.0.clock))).collect())
    }

    /// How long nothing is due.
    async fn nap(&self) -> Duration {
        match self.store().next_due().await {
            Ok(Some(due)) => {
                let left = Duration::try_from(due.duration_since(self.now())).unwrap_or_default();
                left.clamp(Duration::from_millis(5), LONGEST_SLEEP)
            }
            Ok(None) | Err(_) => LONGEST_SLEEP,
        }
    }

    async fn work_on(&self, claim: &Arc<Claim>) {
        let lease = &claim.lease;
        let due = match self.take_steps(claim).await {
            Ok(due) => due,
            Err(Interrupted::Store(StoreError::LeaseLost)) => {
                tracing::warn!(task = %lease.task, "another worker has this task now");
                self.forget(lease);
                return;
            }
            Err(error) => {
                tracing::error!(task = %lease.task, %error, "work on a task was interrupted");
                Some(later(self.now(), Duration::from_secs(2)))
            }
        };
        if due.is_none() {
            self.forget(lease);
        }
        if let Err(error) = self.store().release_lease(lease, due, self.now()).await {
            tracing::warn!(task = %lease.task, %error, "a lease could not be given back; it will run out");
        }
        self.0.changed.notify_waiters();
    }

    /// Nothing is done for the task by this process any more, or not soon: whoever begins begins anew.
    fn forget(&self, lease: &Lease) {
        self.0.pauses.forget(&lease.task);
        self.0.batches.forget(&lease.task);
        self.0.rounds.forget(&lease.task);
    }

    /// Takes steps until there is nothing to do, or the turn is over; answers when it is due again.
    async fn take_steps(&self, claim: &Arc<Claim>) -> Result<Option<Timestamp>, Interrupted> {
        let lease = &claim.lease;
        let turn_ends = later(self.now(), TURN);
        // Whoever waits to be sent goes first: reading can be slow.
        let mut has_just_read = true;
        let mut place: Option<Place> = None;
        loop {
            claim.renew_when_due(self.store()).await?;
            let now = self.now();
            let work = self.store().work(lease, now).await?;
            if work.is_halted && self.is_stopped_by_force(&work.task).await? {
                continue;
            }
            let Ok(account) = self.account(&work.task.account) else {
                let trouble = format!("account `{}` is no longer configured", work.task.account);
                self.tell_trouble(lease, &work, Some(trouble)).await?;
                return Ok(Some(later(now, ACCOUNT_AGAIN_AFTER)));
            };
            if let Some(trouble) = withdrawn(&account, &work.task) {
                self.tell_trouble(lease, &work, Some(trouble)).await?;
            }
            let here =
                place.take().filter(|place| place.is_at(&account)).unwrap_or_else(|| Place::at(&account));
            if !place.insert(here).may_stay(now) {
                return Ok(Some(later(now, PLACE_AGAIN_AFTER)));
            }
            let (paused, batch) = (self.0.pauses.of(&lease.task, now), self.0.batches.limit(&lease.task));
            let policy = self.policy();
            let somebody_waits = work.task.counts.of(ContactStatus::Queued) > 0
                || work.next_hold_ends.is_some_and(|end| end <= now);
            let is_plain = work.task.desired != DesiredStatus::Running
                || !somebody_waits
                || Rulebook::of(&lease.tenant, &work.task.spec, &policy).is_plain();
            let first = if is_plain { None } else { self.store().next_in_turn(lease, now).await? };
            let sides = Sides::of(self, &work, account);
            let step = {
                let rules = Rulebook::of(&lease.tenant, &work.task.spec, &policy);
                let next =
                    if is_plain { NextPerson::Anybody } else { next_person(first, &rules, &sides.home, now) };
                let who = Who { hours: rules.for_all(), next };
                decide(&Situation::new(&work, &sides, who, now, paused, batch, has_just_read))
            };
            tracing::debug!(task = %lease.task, ?step, "step");
            let name = step.name();
            has_just_read = matches!(step, Step::Poll(_));
            let account = sides.for_step(&work, &step);
            // An account the task has moved away from has places of its own, and few while its vendor does not answer.
            // What asks no vendor needs none.
            let asks = !matches!(step, Step::Disown(_) | Step::Close(..));
            let aside = (asks && account.id != sides.home.id).then(|| Place::at(&account));
            if aside.as_ref().is_some_and(|place| !place.may_stay(now)) {
                self.0.pauses.failed(&lease.task, name, PLACE_AGAIN_AFTER, now);
                if self.now() >= turn_ends {
                    return Ok(Some(self.now()));
                }
                continue;
            }
            let job = Job { engine: self, account, sides, claim, work, now };
            let after = tokio::select! {
                after = fence::within(Arc::clone(claim) as _, job.perform(step)) => after?,
                lost = claim.keep(self.store()) => return Err(lost.into()),
            };
            match after {
                After::Wait(due) => return Ok(due),
                After::Failed(pause) => self.0.pauses.failed(&lease.task, name, pause, self.now()),
                After::Untold(pause) => self.0.pauses.untold(&lease.task, name, pause, self.now()),
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

    /// Has a task stopped that an emergency stop is for; `false` when that was asked for already.
    async fn is_stopped_by_force(&self, task: &Task) -> Result<bool, StoreError> {
        let Some(begin) =
            TaskVerb::Stop.begin(task.status).filter(|_| task.desired != DesiredStatus::Stopped)
        else {
            return Ok(false);
        };
        match self.store().begin(&task.tenant, &task.id, begin, &[task.status], None, self.now()).await {
            // Somebody steered it meanwhile: it is read again.
            Ok(_) | Err(StoreError::WrongState { .. }) => Ok(true),
            Err(error) => Err(error),
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

/// Why nobody new is dialed with an account that is there, but no longer for the task's tenant. What the vendor
/// has by then is watched, and ended when that is asked for.
fn withdrawn(account: &Account, task: &Task) -> Option<String> {
    let is_theirs = account.policy.clients.include(&task.tenant);
    (!is_theirs)
        .then(|| format!("account `{}` is no longer for this tenant: nobody new is dialed", account.id))
}

/// Tells that a part of the worker is over, unless it was told to end.
fn untimely(ended: &Result<(), JoinError>, shutdown: &CancellationToken) {
    if shutdown.is_cancelled() {
        return;
    }
    // In words, an error would repeat what the panic said, and that may be about anybody.
    let panicked = ended.as_ref().is_err_and(JoinError::is_panic);
    tracing::error!(panicked, "a part of the worker has ended before its time; the others end, too");
}

/// So much later, to the next millisecond: the store keeps no less, and what is due must not be early.
fn later(now: Timestamp, by: Duration) -> Timestamp {
    let whole = Duration::from_nanos(999_999);
    let late = by.checked_add(whole).and_then(|by| now.checked_add(by).ok());
    late.and_then(|late| Timestamp::from_millisecond(late.as_millisecond()).ok()).unwrap_or(Timestamp::MAX)
}
