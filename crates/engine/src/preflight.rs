//! Preflight: what would become of a task and its people, before anything is stored.
//!
//! It asks whoever decides later: the account's provider, the shape of each number, the list of suppressions, the number lock and
//! the [gate](crate::work), all as of this moment. How long it takes is an [estimate](estimate::estimate()).
//!
//! Not for: tasks that are there (the blockers).

mod estimate;

pub use estimate::{Estimate, Factor};

use crate::budgets::{Ask, told};
use crate::caps;
use crate::contacts::{accept, numbers};
use crate::routes::Question;
use crate::rulebook::Rulebook;
use crate::tasks::refuse;
use crate::work::{Verdict, gate, portion, window_of};
use crate::{Account, ContactDraft, CreateTask, Engine, EngineError, Page, TaskFilter};
use estimate::Flow;
use outdial_model::{
    AccountId, Contact, ContactId, ContactStatus, Delivery, FieldProblem, HoldReason, Phone, ProviderKind,
    Staged, StartMode, TaskId, TenantId, Timestamp, Why,
};
use outdial_provider::{Operation, Staging, Support};
use outdial_store::{Candidate, NewContact, Prospect, Spent};
use std::collections::HashSet;
use std::time::Duration;

/// A task that is not to be created.
#[derive(Debug, Clone)]
pub struct PreflightRequest {
    /// The task as it would be asked for.
    pub task: CreateTask,
    /// How long a call takes on average, the ringing included.
    pub average_call: Duration,
}

/// What would become of a task.
#[derive(Debug, Clone)]
pub struct Preflight {
    /// Why it would be refused; nothing when it would be accepted.
    pub problems: Vec<FieldProblem>,
    /// Its people, in the order given.
    pub people: Vec<Outlook>,
    /// How long it would take; nothing where nobody would be dialed.
    pub estimate: Option<Estimate>,
    /// What each account that may be dialed with would make of it.
    pub fits: Vec<Fit>,
}

/// What would become of somebody. Printing it shows no number.
#[derive(Clone)]
pub struct Outlook {
    /// The number as it was read.
    pub phone: Option<Phone>,
    /// What would become of them.
    pub fate: Fate,
}

impl std::fmt::Debug for Outlook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlook").field("fate", &self.fate).finish_non_exhaustive()
    }
}

/// What would become of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Dialed, in turn.
    Dialed,
    /// Dialed, and not before then.
    Held(HoldReason, Timestamp),
    /// Dialed when a call to their number ends that is in progress, or may be.
    NumberBusy,
    /// Never dialed: how they end, and why.
    Skipped(ContactStatus, Why),
    /// Their external id came before in the request; nobody is added.
    Duplicate,
    /// They cannot be accepted, and refuse a request that creates the task with them.
    Invalid(FieldProblem),
}

impl Fate {
    /// Whether they are dialed, sooner or later.
    pub fn is_dialed(&self) -> bool {
        matches!(self, Self::Dialed | Self::Held(..) | Self::NumberBusy)
    }
}

/// What an account would make of a task.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Which account.
    pub account: AccountId,
    /// Its vendor.
    pub provider: ProviderKind,
    /// What the vendor cannot do or express of it.
    pub problems: Vec<FieldProblem>,
    /// How many of the numbers it cannot dial.
    pub refused_numbers: u64,
    /// What would be done in another way than the vendor's own, and what that means.
    pub emulated: Vec<(Operation, &'static str)>,
}

impl Engine {
    /// Looks at a task as if it were created and started now; stores nothing.
    pub async fn preflight(
        &self,
        tenant: &TenantId,
        request: PreflightRequest,
    ) -> Result<Preflight, EngineError> {
        let PreflightRequest { task, average_call } = request;
        let now = self.now();
        let (id, at) = (TaskId::generate(now), task.spec.schedule.not_before.unwrap_or(now).max(now));
        let phones = numbers(&task.contacts, &task.spec);
        let spent = self.spent_accounts(tenant, task.spec.retry.max_attempts).await?;
        let question =
            Question { task: &id, spec: &task.spec, phones: &phones, at, left: &[], spent: &spent };
        let account = match self.placement(tenant, &task.account, &question) {
            Ok(placement) => placement.account,
            Err(EngineError::Invalid(problems)) => {
                let fits = self.accounts_for(tenant).map(|account| fit(&account, &task, &[])).collect();
                return Ok(Preflight { problems, people: Vec::new(), estimate: None, fits });
            }
            Err(error) => return Err(error),
        };
        let policy = self.policy();
        let rules = Rulebook::of(tenant, &task.spec, &policy);
        let mut problems = refuse(&rules, &account, now);
        problems.extend(self.taken(tenant, task.external_id.as_deref()).await?);
        let ask = Ask::of_people(&rules, &account, now);
        let dials = task.spec.schedule.start != StartMode::Manual && !task.contacts.is_empty();
        let at_once = dials.then(|| Ask::of_task(&rules, &account, now));
        let accepted = accept_each(&task.contacts, &rules, &account, now);
        let (past, purpose) = (caps::wanted(rules.all_caps(), now), task.spec.purpose.as_ref());
        let good: Vec<_> = accepted.iter().flatten().cloned().collect();
        let known = self.store().prospects(tenant, purpose, &good, past.as_ref(), now).await?;
        let people = outlooks(tenant, accepted, known, &rules, now);
        for (index, outlook) in people.iter().enumerate() {
            if let Fate::Invalid(problem) = &outlook.fate {
                problems.push(problem.clone().within(&format!("/contacts/{index}")));
            }
        }
        let phones: Vec<_> = people.iter().filter_map(|outlook| outlook.phone.clone()).collect();
        let fits = self.accounts_for(tenant).map(|account| fit(&account, &task, &phones)).collect();
        let dialed = people.iter().filter(|outlook| outlook.fate.is_dialed()).count();
        let spent = match ask.since() {
            Some(since) => self.store().spent(tenant, task.client.as_deref(), &account.id, since).await?,
            None => Spent::default(),
        };
        let daily = ask.daily(&spent);
        if let Some(shortage) = at_once.and_then(|ask| ask.shortage(&spent)) {
            problems.push(FieldProblem::new("/schedule/start", "budget_exhausted", told(shortage).1));
        }
        let estimate = (dialed > 0).then(|| {
            let flow = flow(&task, &account, rules.concurrent_calls(), average_call);
            let flow = Flow { daily, ..flow };
            let hours = rules.for_all();
            estimate::estimate(&flow, u64::try_from(dialed).unwrap_or(u64::MAX), &hours, now)
        });
        Ok(Preflight { problems, people, estimate, fits })
    }

    /// That another task has the client's key, if one does: a request with it is a conflict.
    pub(crate) async fn taken(
        &self,
        tenant: &TenantId,
        external_id: Option<&str>,
    ) -> Result<Option<FieldProblem>, EngineError> {
        let Some(external_id) = external_id else { return Ok(None) };
        let filter = TaskFilter { external_id: Some(external_id.to_owned()), ..TaskFilter::default() };
        let found = self.store().tasks(tenant, &filter, &Page { after: None, limit: 1 }).await?;
        Ok(found.first().map(|task| {
            let detail =
                format!("{} already has this external id; use it, or choose another external id", task.id);
            FieldProblem::new("/external_id", "external_id_taken", detail)
        }))
    }
}

/// Accepts each as the request would; whoever's external id came before adds nobody.
fn accept_each(
    drafts: &[ContactDraft],
    rules: &Rulebook<'_>,
    account: &Account,
    now: Timestamp,
) -> Vec<Result<NewContact, Fate>> {
    let mut seen = HashSet::new();
    let accepted = drafts.iter().map(|draft| {
        if draft.external_id.as_ref().is_some_and(|key| !seen.insert(key)) {
            return Err(Fate::Duplicate);
        }
        accept(draft, rules, account, now).map_err(Fate::Invalid)
    });
    accepted.collect()
}

/// What would become of each; of those accepted it is `known`, in their order, what stands in their way.
fn outlooks(
    tenant: &TenantId,
    accepted: Vec<Result<NewContact, Fate>>,
    known: Vec<Prospect>,
    rules: &Rulebook<'_>,
    now: Timestamp,
) -> Vec<Outlook> {
    let mut known = known.into_iter();
    let outlook = |accepted: Result<NewContact, Fate>| match accepted {
        Err(fate) => Outlook { phone: None, fate },
        Ok(contact) => {
            let prospect = known.next().unwrap_or_default();
            let phone = Some(contact.phone.clone());
            Outlook { phone, fate: fate(tenant, contact, prospect, rules, now) }
        }
    };
    accepted.into_iter().map(outlook).collect()
}

/// What the gate says of somebody, if the task were started now.
fn fate(
    tenant: &TenantId,
    new: NewContact,
    prospect: Prospect,
    rules: &Rulebook<'_>,
    now: Timestamp,
) -> Fate {
    let id = TaskId::generate(now);
    let candidate = Candidate {
        contact: as_if_stored(tenant, id, new, now),
        is_suppressed: prospect.is_suppressed,
        past: prospect.past,
    };
    match gate(&candidate, rules, now) {
        Verdict::Dial if prospect.is_live => Fate::NumberBusy,
        Verdict::Dial => Fate::Dialed,
        Verdict::Hold(reason, until) => Fate::Held(reason, until),
        Verdict::Never(status, why) => Fate::Skipped(status, why),
    }
}

/// Somebody who was just accepted, as if they were stored.
pub(crate) fn as_if_stored(tenant: &TenantId, task: TaskId, new: NewContact, now: Timestamp) -> Contact {
    Contact {
        id: ContactId::generate(now),
        tenant: tenant.clone(),
        task,
        external_id: new.external_id,
        phone: Some(new.phone),
        name: new.name,
        variables: new.variables,
        time_zone: new.time_zone,
        expires_at: new.expires_at,
        person_id: new.person_id,
        status: ContactStatus::Queued,
        hold: None,
        disposition: None,
        confidence: None,
        reason: None,
        segment: None,
        cancel_requested: false,
        calls: 0,
        created_at: now,
        updated_at: now,
        erased_at: None,
    }
}

fn fit(account: &Account, task: &CreateTask, phones: &[Phone]) -> Fit {
    let provider = &account.provider;
    let refused = phones.iter().filter(|phone| provider.refuse_phone(phone).is_some()).count();
    let emulated =
        provider.capabilities().operations.iter().filter_map(|(operation, support)| match support {
            Support::Emulated(note) => Some((*operation, *note)),
            Support::Native | Support::Unsupported(_) => None,
        });
    Fit {
        account: account.id.clone(),
        provider: account.kind.clone(),
        problems: provider.refuse_task(&task.spec),
        refused_numbers: u64::try_from(refused).unwrap_or(u64::MAX),
        emulated: emulated.collect(),
    }
}

/// How people would flow to the account's vendor and through its lines.
fn flow(task: &CreateTask, account: &Account, of_tenant: Option<u64>, average_call: Duration) -> Flow {
    let (spec, capabilities) = (&task.spec, account.provider.capabilities());
    let whole = capabilities.staging == Staging::WholeWithFuse;
    let staged = spec.safety.staging.unwrap_or(account.policy.staging) == Staged::On;
    let fuse = spec.safety.fuse_seconds.map_or(account.policy.fuse, |s| Duration::from_secs(s.into()));
    let window = window_of(spec, account);
    let own = spec.pacing.max_concurrent_calls.map(u64::from);
    let of_account = account.policy.lines.map(|lines| lines.wanted_by(&account.id, spec.priority).most);
    Flow {
        call: average_call,
        lines: [own, of_account, of_tenant].into_iter().flatten().min(),
        window: (spec.safety.delivery != Delivery::Direct).then_some(window),
        portion: portion(window, whole),
        fuse: if whole && staged { fuse } else { Duration::ZERO },
        is_whole: whole,
        request: u64::try_from(capabilities.limits.contacts_per_request).unwrap_or(u64::MAX),
        requests_per_second: account.policy.rate,
        look: account.policy.poll_interval.min(estimate::LIVELY),
        daily: None,
    }
}
