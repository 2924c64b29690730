//! One step of one lease's work, and what every step needs: the task as read, writing what was learned,
//! noting how the vendor fares.

use super::decide::{self, Step};
use super::sides::Sides;
use super::{After, Claim, Interrupted, dispatch, later, withdrawn};
use crate::budgets::shortage_in;
use crate::metrics::dispatched;
use crate::{Account, Engine};
use outdial_model::{
    ContactStatus, DesiredStatus, DispatchKind, OnUnknown, Segment, SegmentId, TaskStatus, Timestamp,
};
use outdial_provider::fence::Fence;
use outdial_provider::{ProviderError, RetryAdvice, SegmentRef};
use outdial_store::{Changes, Lease, StoreError, TaskChange, TaskWork};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the store may be away before an answer that cannot be had again is given up to a look-up.
const SETTLE_PATIENCE: Duration = Duration::from_secs(60);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// One step: the task as read, and what it takes to act on it.
pub(super) struct Job<'a> {
    pub(super) engine: &'a Engine,
    /// The account the step is for.
    pub(super) account: Arc<Account>,
    pub(super) sides: Sides,
    pub(super) claim: &'a Claim,
    pub(super) work: TaskWork,
    pub(super) now: Timestamp,
}

impl Job<'_> {
    pub(super) async fn perform(&self, step: Step) -> Result<After, Interrupted> {
        match step {
            Step::Disown(dispatch) => self.disown(&dispatch).await,
            Step::Resolve(dispatch, occasion) => self.resolve(&dispatch, occasion).await,
            Step::Verify(segment) => self.verify(&segment).await,
            Step::CancelOurs { status, why } => self.cancel_ours(status, why).await,
            Step::CancelAtVendor { .. } => self.cancel_at_vendor().await,
            Step::Steer(segment, verb) => self.steer(&segment, verb).await,
            Step::Update(segment) => self.update(&segment).await,
            Step::Close(segment, status) => self.close(&segment, status).await,
            Step::Open { contacts, not_before, hours } => self.open(contacts, not_before, hours).await,
            Step::Sift { contacts } => self.sift(contacts).await,
            Step::Add { segment, contacts } => self.add(&segment, contacts).await,
            Step::Place => self.place().await,
            Step::Poll(segment) => self.poll(&segment).await,
            Step::Fill => self.fill().await,
            Step::FailOver => self.fail_over().await,
            Step::Become(status) => self.become_status(status).await,
            Step::Wait(due) => Ok(After::Wait(due)),
        }
    }

    pub(super) fn lease(&self) -> &Lease {
        &self.claim.lease
    }

    /// Nothing learned yet.
    pub(super) fn changes(&self) -> Changes {
        Changes::under(self.lease())
    }

    pub(super) fn segment(&self, id: &SegmentId) -> Result<&Segment, Interrupted> {
        let found = self.work.segments.iter().find(|segment| segment.id == *id);
        found.ok_or(Interrupted::Store(StoreError::NotFound))
    }

    async fn become_status(&self, to: TaskStatus) -> Result<After, Interrupted> {
        let mut changes = self.changes();
        changes.task = Some(TaskChange { from: self.work.task.status, to, trouble: None });
        self.apply(changes).await
    }

    pub(super) async fn apply(&self, changes: Changes) -> Result<After, Interrupted> {
        let settled = self.settled(&changes);
        self.engine.store().apply(changes, self.engine.now()).await?;
        for (kind, outcome) in settled {
            dispatched(&self.account, kind, outcome);
        }
        Ok(After::Again)
    }

    /// Writes what the answer to a dispatch of `kind` meant. The answer cannot be had again, so a store
    /// that is away is asked again for a while; given up, the dispatch stays open and is looked up.
    pub(super) async fn settle(&self, kind: DispatchKind, changes: Changes) -> Result<After, Interrupted> {
        let outcomes: Vec<_> = changes.dispatches.iter().map(|change| change.outcome).collect();
        let patience = Instant::now() + SETTLE_PATIENCE;
        let mut pause = SHORTEST_PAUSE;
        loop {
            match self.engine.store().apply(changes.clone(), self.engine.now()).await {
                Err(StoreError::Unavailable(error)) if Instant::now() < patience => {
                    tracing::error!(task = %self.lease().task, %error, "an answer could not be written yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                written => {
                    written?;
                    outcomes.into_iter().for_each(|outcome| dispatched(&self.account, kind, outcome));
                    return Ok(After::Again);
                }
            }
        }
    }

    /// How dispatches that were in doubt end by these changes.
    fn settled(&self, changes: &Changes) -> Vec<(DispatchKind, outdial_model::DispatchOutcome)> {
        let known = |change: &outdial_store::DispatchChange| {
            let dispatch = self.work.dispatches.iter().find(|dispatch| dispatch.id == change.id)?;
            Some((dispatch.kind, change.outcome))
        };
        changes.dispatches.iter().filter_map(known).collect()
    }

    /// Notes how a request fared. One that the fence kept back says nothing about the vendor.
    pub(super) fn observe<T>(&self, answer: &Result<T, ProviderError>) {
        if self.claim.stands() {
            self.engine.observe(&self.account, answer);
        }
    }

    /// Notes a vendor's failure on the account and the task, and waits as the error advises.
    pub(super) async fn trouble(&self, error: &ProviderError) -> Result<After, Interrupted> {
        tracing::warn!(
            task = %self.lease().task, account = %self.account.id, kind = ?error.kind, effect = ?error.effect,
            code = error.code, vendor_request = error.request_id, "{}", error.detail
        );
        let is_home = self.account.id == self.sides.home.id;
        let which = if is_home { String::new() } else { format!("account `{}`: ", self.account.id) };
        self.tell(format!("{which}{}", error.detail)).await?;
        Ok(After::Failed(match error.retry() {
            RetryAdvice::After(pause) => pause,
            RetryAdvice::ReconcileFirst => Duration::from_secs(1),
            RetryAdvice::Never => Duration::from_secs(30),
        }))
    }

    /// Says on the task why it does not go on.
    pub(super) async fn tell(&self, trouble: String) -> Result<(), StoreError> {
        self.engine.tell_trouble(self.lease(), &self.work, Some(trouble)).await
    }

    /// The vendor answered as it should: whatever troubled the task is over, but for what only an operator
    /// can decide.
    pub(super) fn all_well(&self, changes: &mut Changes) {
        let task = &self.work.task;
        let sending_waits = self.engine.0.pauses.of(&task.id, self.now).contains_key(decide::SENDING);
        let passes = task
            .trouble
            .as_deref()
            .is_some_and(|trouble| trouble != dispatch::NUMBERS_BUSY && shortage_in(trouble).is_none());
        if passes && !sending_waits && !task.status.is_final() {
            self.untrouble(changes);
        }
    }

    /// Takes back what troubled the task.
    pub(super) fn untrouble(&self, changes: &mut Changes) {
        let task = &self.work.task;
        let trouble = withdrawn(&self.sides.home, task).or_else(|| self.undecided());
        if task.trouble != trouble {
            changes.task = Some(TaskChange { from: task.status, to: task.status, trouble });
        }
    }

    /// What the task says while people stay unknown beyond its horizon.
    pub(super) fn undecided(&self) -> Option<String> {
        let task = &self.work.task;
        let safety = &task.spec.safety;
        let horizon = Duration::from_secs(safety.unknown_horizon_seconds.into());
        let unknown = task.counts.of(ContactStatus::Unknown);
        let mut overdue =
            self.work.dispatches.iter().filter(|dispatch| later(dispatch.created_at, horizon) <= self.now);
        (safety.on_unknown == OnUnknown::Hold && unknown > 0 && overdue.next().is_some()).then(|| {
            format!(
                "nobody can tell whether {unknown} contacts were dialed; they stay `unknown` until a look-up \
                 can tell or `POST /v1/contacts/{{id}}/resolve` decides"
            )
        })
    }

    pub(super) fn is_ending(&self) -> bool {
        self.work.task.desired == DesiredStatus::Stopped
    }
}

pub(crate) fn reference(segment: &Segment) -> SegmentRef {
    SegmentRef {
        key: segment.id.clone(),
        vendor_ref: segment.vendor_ref.clone(),
        opened_at: segment.opened_at,
    }
}
