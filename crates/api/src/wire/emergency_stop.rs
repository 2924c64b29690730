//! An emergency stop as clients see it.

use super::{instant, words};
use outdial_engine::Halt;
use outdial_model::{ContactStatus, Task};
use serde::Serialize;
use utoipa::ToSchema;

/// That everything was to stop, and how far it is.
#[derive(Serialize, ToSchema)]
#[schema(as = EmergencyStop)]
pub(crate) struct EmergencyStopView {
    /// Its id.
    id: String,
    /// When it was asked for. Nothing that was there by then dials any more.
    #[schema(format = DateTime)]
    at: String,
    /// Who asked for it: the id of an API key, issuer and subject of a token with `#` between them, or an operator's command.
    actor: String,
    /// Tasks that were not over then.
    tasks: u64,
    /// Whether all of them are over now, confirmed by their vendors.
    is_confirmed: bool,
    /// Those that are not confirmed yet, newest first, at most 100.
    unconfirmed: Vec<UnconfirmedView>,
    /// Whether more are not confirmed than are shown.
    has_more: bool,
}

/// A task that is being stopped.
#[derive(Serialize, ToSchema)]
#[schema(as = UnconfirmedTask)]
pub(crate) struct UnconfirmedView {
    /// The task.
    task_id: String,
    /// The account it dials with.
    account: String,
    #[schema(schema_with = words::task_status)]
    status: &'static str,
    /// People the vendor has, or may have: they can still be rung until the vendor confirms.
    contacts_at_vendor: u64,
    /// What is in the way, if anything is.
    trouble: Option<String>,
}

impl From<Halt> for EmergencyStopView {
    fn from(Halt { stop, unconfirmed, has_more }: Halt) -> Self {
        Self {
            id: stop.id.to_string(),
            at: instant(stop.at),
            actor: stop.actor,
            tasks: stop.tasks,
            is_confirmed: unconfirmed.is_empty(),
            unconfirmed: unconfirmed.iter().map(UnconfirmedView::from).collect(),
            has_more,
        }
    }
}

impl From<&Task> for UnconfirmedView {
    fn from(task: &Task) -> Self {
        Self {
            task_id: task.id.to_string(),
            account: task.account.to_string(),
            status: task.status.as_str(),
            contacts_at_vendor: task.counts.sum(ContactStatus::is_out),
            trouble: task.trouble.clone(),
        }
    }
}
