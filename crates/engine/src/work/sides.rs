//! The accounts of one task: the one it dials with, and those it has moved away from and still has people or doubts at.
//! Each segment is read and steered through the account it was opened at.

use super::decide::Step;
use crate::{Account, Engine};
use outdial_model::{AccountId, DispatchId, SegmentId, Timestamp};
use outdial_store::TaskWork;
use std::sync::Arc;

/// The accounts of one task.
pub(super) struct Sides {
    /// The one it dials with.
    pub(super) home: Arc<Account>,
    /// The others, as far as they are configured.
    away: Vec<Arc<Account>>,
    /// When whoever waits leaves the first for another, unless it is well by then; `None` when there is none.
    pub(super) escapes_at: Option<Timestamp>,
}

impl Sides {
    pub(super) fn of(engine: &Engine, work: &TaskWork, home: Arc<Account>) -> Self {
        let segments = work.segments.iter().map(|segment| &segment.account);
        let mut ids: Vec<_> =
            segments.chain(work.dispatches.iter().map(|dispatch| &dispatch.account)).collect();
        ids.retain(|id| **id != home.id);
        ids.sort();
        ids.dedup();
        let (away, escapes_at) = (
            ids.into_iter().filter_map(|id| engine.account(id).ok()).collect(),
            engine.escapes_at(work, &home),
        );
        Self { home, away, escapes_at }
    }

    /// The account of that name; `None` when it is not configured any more, or no account of the task's.
    pub(super) fn at(&self, id: &AccountId) -> Option<&Arc<Account>> {
        std::iter::once(&self.home).chain(&self.away).find(|account| account.id == *id)
    }

    /// The account a step is for. What concerns a segment at an account nobody knows any more asks no vendor (`decide`).
    pub(super) fn for_step(&self, work: &TaskWork, step: &Step) -> Arc<Account> {
        let of_segment =
            |id: &SegmentId| work.segments.iter().find(|one| one.id == *id).map(|one| &one.account);
        let of_dispatch =
            |id: &DispatchId| work.dispatches.iter().find(|one| one.id == *id).map(|one| &one.account);
        let account = match step {
            Step::Verify(id)
            | Step::Steer(id, _)
            | Step::Update(id)
            | Step::Close(id, _)
            | Step::Poll(id) => of_segment(id),
            Step::Disown(id) | Step::Resolve(id, _) => of_dispatch(id),
            Step::CancelOurs { .. }
            | Step::CancelAtVendor { .. }
            | Step::Open { .. }
            | Step::Sift { .. }
            | Step::Fill
            | Step::Add { .. }
            | Step::Place
            | Step::FailOver
            | Step::Become(_)
            | Step::Wait(_) => None,
        };
        Arc::clone(account.and_then(|id| self.at(id)).unwrap_or(&self.home))
    }
}
