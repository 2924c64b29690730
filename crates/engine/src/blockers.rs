//! Why nobody new is dialed: an answer to "why is it not dialing?", from the same facts the worker decides by.
//!
//! Not for: what became of one person (the timeline), and what is done about it (the worker).

use crate::budgets::shortage_in;
use crate::rulebook::Rulebook;
use crate::work::{NUMBERS_BUSY, out_elsewhere, window};
use crate::{Account, Breaker, Engine, EngineError};
use outdial_model::{
    ContactStatus, DesiredStatus, DispatchOutcome, HoldReason, Obstacle, Opening, SegmentStatus, TaskId,
    TenantId, Timestamp,
};
use outdial_store::{Held, Shortage, TaskWork};
use std::sync::Arc;

/// What stands in the way of a task's people who wait.
#[derive(Debug, Clone)]
pub struct Blockers {
    /// The task, and what is known of it.
    pub work: TaskWork,
    /// What stands in the way, the most general first; empty when nobody waits, or nothing does.
    pub blockers: Vec<Blocker>,
    /// When something changes by time alone; `None` when only somebody can change it.
    pub changes_at: Option<Timestamp>,
}

/// One thing that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// What it is.
    pub obstacle: Obstacle,
    /// How many people it concerns.
    pub contacts: u64,
    /// Until when, where time alone ends it.
    pub until: Option<Timestamp>,
    /// In words, and what to do about it.
    pub detail: String,
}

impl Engine {
    /// Why people of a task wait.
    pub async fn blockers(&self, tenant: &TenantId, id: &TaskId) -> Result<Blockers, EngineError> {
        let found = self.store().look(tenant, id).await;
        let (work, held) = found.map_err(|error| match error {
            outdial_store::StoreError::NotFound => EngineError::NotFound("task"),
            other => other.into(),
        })?;
        let (account, now) = (self.account(&work.task.account).ok(), self.now());
        let policy = self.policy();
        let rules = Rulebook::of(tenant, &work.task.spec, &policy);
        let blockers = blockers(&work, &held, account.as_ref(), &rules, now);
        let changes_at = blockers.iter().filter_map(|blocker| blocker.until).min();
        Ok(Blockers { work, blockers, changes_at })
    }
}

/// Everything that stands in the way at `now`.
fn blockers(
    work: &TaskWork,
    waiting_held: &[Held],
    account: Option<&Arc<Account>>,
    rules: &Rulebook<'_>,
    now: Timestamp,
) -> Vec<Blocker> {
    let waiting = work.task.counts.sum(ContactStatus::is_ours);
    if waiting == 0 {
        return Vec::new();
    }
    let all = |(obstacle, until, detail): (Obstacle, Option<Timestamp>, String)| Blocker {
        obstacle,
        contacts: waiting,
        until,
        detail,
    };
    let of_task = asked(work).into_iter().chain(schedule(rules, now)).map(all);
    let of_account = at_account(work, account, now).into_iter().map(all);
    let of_people = at_vendor(work, now).into_iter().chain(moving(work)).chain(waiting_held.iter().map(held));
    // What there was too little of while it was the hour says nothing of the next one.
    let is_hour = rules.for_all().next(now) == Opening::Now;
    let trouble = work.task.trouble.clone().filter(|trouble| is_hour || shortage_in(trouble).is_none());
    let trouble = trouble.map(|trouble| match shortage_in(&trouble) {
        None if trouble == NUMBERS_BUSY => all((Obstacle::NumberBusy, None, trouble)),
        None => all((Obstacle::Trouble, None, trouble)),
        Some(Shortage::OfAccount | Shortage::OfTenant) => all((Obstacle::NoLine, None, trouble)),
        Some(_) => all((Obstacle::BudgetExhausted, Some(rules.day(now).1), trouble)),
    });
    of_task.chain(of_account).chain(of_people).chain(trouble).collect()
}

type Found = (Obstacle, Option<Timestamp>, String);

/// What somebody asked of the task, or did not.
fn asked(work: &TaskWork) -> Option<Found> {
    let say = |obstacle, detail: &str| Some((obstacle, None, detail.to_owned()));
    match work.task.desired {
        _ if work.is_halted => say(
            Obstacle::EmergencyStop,
            "everything of the tenant was stopped; its people are being cancelled",
        ),
        DesiredStatus::Draft => say(Obstacle::NotStarted, "start it with `POST /v1/tasks/{id}/start`"),
        DesiredStatus::Paused => say(Obstacle::Paused, "resume it with `POST /v1/tasks/{id}/resume`"),
        DesiredStatus::Stopped => {
            say(Obstacle::Stopping, "it is being stopped; its people are being cancelled")
        }
        DesiredStatus::Running => None,
    }
}

/// Hours that keep everybody waiting; those that depend on the person are told with whoever is held.
fn schedule(rules: &Rulebook<'_>, now: Timestamp) -> Option<Found> {
    let say = |obstacle, until, detail: &str| Some((obstacle, until, detail.to_owned()));
    match rules.for_all().next(now) {
        Opening::Now => None,
        Opening::At(opening) => say(
            Obstacle::OutsideWindow,
            Some(opening),
            "the hours of its `schedule`, and those the operator allows, begin again then",
        ),
        Opening::Nowhere => say(
            Obstacle::OutsideWindow,
            None,
            "the hours of its `schedule` and those the operator allows never meet; change the schedule",
        ),
        Opening::Never => say(
            Obstacle::ScheduleOver,
            None,
            "no hour of its `schedule` is left; change it, or its people expire",
        ),
    }
}

fn at_account(work: &TaskWork, account: Option<&Arc<Account>>, now: Timestamp) -> Option<Found> {
    let name = &work.task.account;
    let Some(account) = account else {
        return Some((Obstacle::AccountMissing, None, format!("account `{name}` is no longer configured")));
    };
    if !account.policy.clients.include(&work.task.tenant) {
        let detail = format!("account `{name}` is no longer for this tenant");
        return Some((Obstacle::AccountWithdrawn, None, detail));
    }
    if let Breaker::Open { until } = account.breaker(now) {
        let detail =
            format!("the vendor of account `{name}` does not answer as it should; it is tried again then");
        return Some((Obstacle::VendorUnavailable, Some(until), detail));
    }
    let out = work.task.counts.sum(ContactStatus::is_out).saturating_sub(out_elsewhere(work));
    let room = window(work, account);
    (out >= room).then(|| {
        let detail =
            format!("the vendor has {out} people, and may have {room} at a time; others follow as calls end");
        (Obstacle::VendorFull, None, detail)
    })
}

/// What is not settled at the vendor.
fn at_vendor(work: &TaskWork, now: Timestamp) -> Vec<Blocker> {
    let in_doubt = work.dispatches.iter().any(|one| one.outcome == Some(DispatchOutcome::Unknown));
    let doubt = in_doubt.then(|| Blocker {
        obstacle: Obstacle::InDoubt,
        contacts: work.task.counts.of(ContactStatus::Unknown),
        until: None,
        detail: "a request to the vendor got no clear answer; it is looked up and not sent again blindly"
            .to_owned(),
    });
    let stands = |at: &Timestamp| *at > now;
    let burning = work.segments.iter().filter(|segment| segment.status == SegmentStatus::Ready);
    let burning = burning.filter_map(|segment| Some((segment, segment.not_before.filter(stands)?)));
    let verifying = burning.map(|(segment, begins)| Blocker {
        obstacle: Obstacle::Verifying,
        contacts: u64::from(segment.open_contacts),
        until: Some(begins),
        detail: "what was made at the vendor is looked at before it may ring, and begins then".to_owned(),
    });
    doubt.into_iter().chain(verifying).collect()
}

/// Whoever is still at accounts the task has moved away from.
fn moving(work: &TaskWork) -> Option<Blocker> {
    let left = work.segments.iter().filter(|segment| segment.account != work.task.account);
    let mut accounts: Vec<_> = left.map(|segment| segment.account.as_str()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    (!accounts.is_empty()).then(|| Blocker {
        obstacle: Obstacle::Moving,
        contacts: out_elsewhere(work),
        until: None,
        detail: format!(
            "they are still at {}, which the task has moved away from: whoever is proven not to have been dialed there follows",
            accounts.join(", ")
        ),
    })
}

/// Whoever is held, for each reason there is.
fn held(held: &Held) -> Blocker {
    let detail = match held.reason {
        HoldReason::OutsideWindow => "it is not their hour; each is held until theirs",
        HoldReason::Capped => "they were rung as often as a cap allows; each is held until it allows more",
        HoldReason::Retry => "they are tried again later, each at an instant",
    };
    Blocker {
        obstacle: held.reason.into(),
        contacts: held.people,
        until: Some(held.next),
        detail: detail.to_owned(),
    }
}
