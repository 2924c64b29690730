//! Why a task is not dialing, as clients see it.

use super::segment::SegmentView;
use super::{instant, words};
use outdial_engine::{Blocker, Blockers};
use outdial_model::ContactStatus;
use serde::Serialize;
use utoipa::ToSchema;

/// What stands between a task's people who wait and their calls.
#[derive(Serialize, ToSchema)]
#[schema(as = Blockers)]
pub(crate) struct BlockersView {
    /// The task.
    task_id: String,
    #[schema(schema_with = words::task_status)]
    status: &'static str,
    /// People who wait with us: `queued` and `held`.
    waiting: u64,
    /// People the vendor has, or may have.
    at_vendor: u64,
    /// What stands in the way, the most general first; empty when nobody waits, or nothing does.
    blockers: Vec<BlockerView>,
    /// When something changes by time alone, as far as is known; `null` when only somebody can change it.
    #[schema(format = DateTime)]
    changes_at: Option<String>,
    /// Its vendor-side tasks that are not over, with the vendor's own word for each.
    segments: Vec<SegmentView>,
}

/// One thing that stands in the way.
#[derive(Serialize, ToSchema)]
#[schema(as = Blocker)]
pub(crate) struct BlockerView {
    #[schema(schema_with = words::obstacle)]
    reason: &'static str,
    /// How many people it concerns.
    contacts: u64,
    /// Until when, where time alone ends it.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// In words, and what to do about it.
    detail: String,
}

impl From<Blocker> for BlockerView {
    fn from(blocker: Blocker) -> Self {
        Self {
            reason: blocker.obstacle.as_str(),
            contacts: blocker.contacts,
            until: blocker.until.map(instant),
            detail: blocker.detail,
        }
    }
}

impl From<Blockers> for BlockersView {
    fn from(Blockers { work, blockers, changes_at }: Blockers) -> Self {
        Self {
            task_id: work.task.id.to_string(),
            status: work.task.status.as_str(),
            waiting: work.task.counts.sum(ContactStatus::is_ours),
            at_vendor: work.task.counts.sum(ContactStatus::is_out),
            blockers: blockers.into_iter().map(Into::into).collect(),
            changes_at: changes_at.map(instant),
            segments: work.segments.into_iter().map(Into::into).collect(),
        }
    }
}
