//! A task: what a client asks for, and how far it is confirmed.

use crate::phone::as_e164;
use crate::status::words;
use crate::{
    AccountId, Cap, ContactStatus, Disposition, Opening, Openings, Pacing, Phone, Priority, Purpose, Redial,
    Retry, RouteDecision, Safety, Schedule, Script, TaskId, TenantId, Timestamp,
};
use std::collections::BTreeMap;

/// Where a task stands, as far as it is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskStatus {
    /// Accepted, not started.
    Draft,
    /// Started or due to start; nothing is confirmed to dial yet.
    Scheduled,
    /// Dialing, or ready to dial whoever is added.
    Running,
    /// A pause was asked for; the vendor has not confirmed all of it.
    Pausing,
    /// Nothing new is dialed.
    Paused,
    /// A resume was asked for; the vendor has not confirmed all of it.
    Resuming,
    /// A stop was asked for; the vendor has not confirmed all of it.
    Stopping,
    /// Ended by its owner.
    Stopped,
    /// Its last contact is final.
    Completed,
    /// It cannot go on.
    Failed,
}

words!(TaskStatus, "task status", {
    Draft => "draft", Scheduled => "scheduled", Running => "running", Pausing => "pausing",
    Paused => "paused", Resuming => "resuming", Stopping => "stopping", Stopped => "stopped",
    Completed => "completed", Failed => "failed",
});

impl TaskStatus {
    /// Nothing will happen to it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Stopped | Self::Completed | Self::Failed)
    }
}

/// What its owner asked for last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DesiredStatus {
    /// Nothing yet.
    Draft,
    /// Dial (when the schedule allows).
    Running,
    /// Dial nobody new.
    Paused,
    /// End it.
    Stopped,
}

words!(DesiredStatus, "desired status", {
    Draft => "draft", Running => "running", Paused => "paused", Stopped => "stopped",
});

/// What a client asks for. Everything a provider needs to know about the task, and nothing of a vendor's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TaskSpec {
    /// For people.
    pub name: String,
    /// What is said.
    pub script: Script,
    /// Our own numbers to call from; the account's default when empty.
    #[serde(with = "as_e164")]
    pub callers: Vec<Phone>,
    /// Country to read national numbers in, ISO 3166-1 alpha-2.
    pub default_country: Option<String>,
    /// When it may dial.
    pub schedule: Schedule,
    /// How often it tries.
    pub retry: Retry,
    /// How fast it dials.
    pub pacing: Pacing,
    /// The client's own pairs, echoed in events, never sent to a vendor.
    pub metadata: BTreeMap<String, String>,
    /// Settings of one vendor's, by provider; each provider parses its own.
    pub provider_options: BTreeMap<String, serde_json::Value>,
    /// Stay open after the last contact is final.
    pub keep_open: bool,
    /// What its people are called for: whoever is not to be called for that is not.
    #[serde(default)]
    pub purpose: Option<Purpose>,
    /// How careful it is.
    #[serde(default)]
    pub safety: Safety,
    /// One person, once, at once or not at all; its schedule ends when that is too late.
    #[serde(default)]
    pub single_call: bool,
    /// How often its people may be rung, beside what the operator allows.
    #[serde(default)]
    pub caps: Vec<Cap>,
    /// Its part of the account's lines, where there are not enough for everybody.
    #[serde(default)]
    pub priority: Priority,
}

impl TaskSpec {
    /// A task that plays a script and asks for nothing else.
    pub fn new(name: impl Into<String>, template_id: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            script: Script { template_id: template_id.into() },
            callers: Vec::new(),
            default_country: None,
            schedule: Schedule::default(),
            retry: Retry::default(),
            pacing: Pacing::default(),
            metadata: BTreeMap::new(),
            provider_options: BTreeMap::new(),
            keep_open: false,
            purpose: None,
            safety: Safety::default(),
            single_call: false,
            caps: Vec::new(),
            priority: Priority::default(),
        }
    }
}

/// Contacts of a task by status and by disposition. Kept, not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Contacts per status; a missing status has none.
    pub statuses: BTreeMap<ContactStatus, u64>,
    /// Completed contacts per disposition.
    pub dispositions: BTreeMap<Disposition, u64>,
}

impl Counts {
    /// Contacts in one status.
    pub fn of(&self, status: ContactStatus) -> u64 {
        self.statuses.get(&status).copied().unwrap_or(0)
    }

    /// All contacts.
    pub fn total(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// Contacts in any status that `matches`.
    pub fn sum(&self, matches: impl Fn(ContactStatus) -> bool) -> u64 {
        self.statuses.iter().filter(|(status, _)| matches(**status)).map(|(_, count)| count).sum()
    }
}

/// A task as stored.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The client's own key, unique within the tenant.
    pub external_id: Option<String>,
    /// Where it dials.
    pub account: AccountId,
    /// The route that chose the account, and why; `None` where the account was named.
    pub route: Option<RouteDecision>,
    /// What was asked for.
    pub spec: TaskSpec,
    /// Edition of the spec: 1 when accepted, one more with every change of it.
    pub spec_revision: i64,
    /// What is confirmed.
    pub status: TaskStatus,
    /// What was asked for last.
    pub desired: DesiredStatus,
    /// Why it does not go on, or failed, in a sentence; `None` when all is well.
    pub trouble: Option<String>,
    /// Its contacts.
    pub counts: Counts,
    /// Whose people it calls again, if it is a redial.
    pub redial: Option<Redial>,
    /// Who asked for it, a key or a subject of an issuer, as budgets know them.
    pub client: Option<String>,
    /// Changes with every change a client can see; the ETag.
    pub revision: i64,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it first dialed or was ready to.
    pub started_at: Option<Timestamp>,
    /// When it became final.
    pub ended_at: Option<Timestamp>,
}

impl Task {
    /// Taken over from the vendor's console: the vendor keeps its script and settings.
    pub fn is_adopted(&self) -> bool {
        self.spec.script.template_id.is_empty()
    }

    /// People of the task whose people it calls again are still to be taken over.
    pub fn is_filling(&self) -> bool {
        self.redial.as_ref().is_some_and(|redial| redial.is_filling)
    }

    /// What keeps people waiting at `now`, in a sentence: what troubles the task, or a schedule that
    /// is closed. `None` when nothing does.
    pub fn why_waiting(&self, now: Timestamp) -> Option<String> {
        let waits = self.desired == DesiredStatus::Running && self.counts.sum(ContactStatus::is_ours) > 0;
        let opening = Openings::for_all(&self.spec.schedule, []).next(now);
        let closed = waits && !self.status.is_final();
        self.trouble.clone().or_else(|| match opening {
            Opening::At(opening) if closed => Some(format!("the task's schedule is closed until {opening}")),
            Opening::Never if closed => Some("the task's schedule is over".to_owned()),
            Opening::Nowhere if closed => {
                Some("no hour of the task's schedule is in the year to come".to_owned())
            }
            _ => None,
        })
    }
}
