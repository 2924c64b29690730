//! Single calls: one person, now, at most once.
//!
//! A single call is a task of one that begins at its acceptance and ends when it would be too late, so everything that is there for
//! tasks is there for it. Whoever cannot be called now is refused at once, by the gate's own judgement, and nothing is
//! stored; the gate judges again in the transaction of the dispatch, which has the last word.
//!
//! Not for: how a vendor is asked for it (the worker: through the vendor's own single call, or a task of one).

use crate::budgets::Ask;
use crate::caps;
use crate::contacts::{accept, numbers};
use crate::once::{Once, Worded};
use crate::preflight::as_if_stored;
use crate::routes::{Placement, Question};
use crate::rulebook::Rulebook;
use crate::tasks::new_task;
use crate::work::{Verdict, gate};
use crate::{Account, Breaker, ContactDraft, Engine, EngineError};
use outdial_model::{
    AccountId, ContactId, FieldProblem, Priority, StartMode, Task, TaskId, TaskSpec, TenantId, Timestamp,
};
use outdial_store::{Candidate, NewContact, NewTask};
use std::time::Duration;

/// A call as a client asks for it.
#[derive(Debug, Clone)]
pub struct CallRequest {
    /// The client's own key, of the task and of its contact.
    pub external_id: Option<String>,
    /// Where it is placed.
    pub account: AccountId,
    /// What is said and how; what makes it a single call is put in here.
    pub spec: TaskSpec,
    /// Whom.
    pub contact: ContactDraft,
    /// Later it is not placed any more.
    pub expires_after: Duration,
    /// Who asks, as budgets know them.
    pub client: Option<String>,
}

/// A call that was accepted.
#[derive(Debug, Clone)]
pub struct AcceptedCall {
    /// The task of one that it is.
    pub task: Task,
    /// Whom it is for.
    pub contact: ContactId,
}

impl Engine {
    /// Accepts a call to one person, if they can be called now.
    pub async fn place_call(
        &self,
        tenant: &TenantId,
        request: CallRequest,
        once: Option<&Once<'_, AcceptedCall>>,
    ) -> Result<AcceptedCall, EngineError> {
        let CallRequest { external_id, account, mut spec, contact, expires_after, client } = request;
        let now = self.now();
        spec.single_call = true;
        spec.retry.max_attempts = 1;
        spec.priority = Priority::Immediate;
        spec.schedule.start = StartMode::Immediate;
        spec.schedule.not_after = now.checked_add(expires_after).ok();
        let draft = ContactDraft { external_id: external_id.clone(), ..contact };
        let (id, phones) = (TaskId::generate(now), numbers(std::slice::from_ref(&draft), &spec));
        let spent = self.spent_accounts(tenant, spec.retry.max_attempts).await?;
        let question =
            Question { task: &id, spec: &spec, phones: &phones, at: now, left: &[], spent: &spent };
        let Placement { account, route } = self.placement(tenant, &account, &question)?;
        let mut problems = account.provider.refuse_task(&spec);
        let policy = self.policy();
        let person = match accept(&draft, &Rulebook::of(tenant, &spec, &policy), &account, now) {
            Ok(person) if problems.is_empty() => person,
            judged => {
                problems.extend(judged.err());
                return Err(EngineError::Invalid(problems));
            }
        };
        self.callable(tenant, &account, &spec, &person, now).await?;
        let ask = Ask::of_call(&Rulebook::of(tenant, &spec, &policy), &account, now);
        self.within_budget(tenant, client.as_deref(), external_id.as_deref(), &account.id, ask, now).await?;
        let contact = person.id.clone();
        let task = NewTask { id, route, client, ..new_task(external_id, &account, spec, now) };
        let worded = Worded::call(once, &contact);
        let once = worded.stored();
        let task = self.store().create_task(tenant, task, vec![person], once.as_ref(), now).await?;
        self.ring();
        Ok(AcceptedCall { task, contact: contact.clone() })
    }

    /// Whether somebody can be called now, as the gate judges and as the vendor fares.
    async fn callable(
        &self,
        tenant: &TenantId,
        account: &Account,
        spec: &TaskSpec,
        person: &NewContact,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let later = |until: Timestamp| Duration::try_from(until.duration_since(now)).unwrap_or_default();
        let purpose = spec.purpose.as_ref();
        let policy = self.policy();
        let past = caps::wanted(Rulebook::of(tenant, spec, &policy).all_caps(), now);
        let people = std::slice::from_ref(person);
        let known = self.store().prospects(tenant, purpose, people, past.as_ref(), now).await?;
        let known = known.into_iter().next().unwrap_or_default();
        let contact = as_if_stored(tenant, TaskId::generate(now), person.clone(), now);
        let candidate = Candidate { contact, is_suppressed: known.is_suppressed, past: known.past };
        match gate(&candidate, &Rulebook::of(tenant, spec, &policy), now) {
            Verdict::Dial => {}
            Verdict::Hold(reason, until) => {
                let detail = format!("the person may be called from {until} on");
                return Err(not_now("/phone", reason.as_str(), detail, Some(later(until))));
            }
            Verdict::Never(_, why) => {
                let problem = FieldProblem::new("/phone", why.cause.as_str(), why.reason);
                return Err(EngineError::NotCallable { problem, after: None, is_for_ever: true });
            }
        }
        if known.is_live {
            let detail = "the number is being dialed, or may be, by another task or call";
            return Err(not_now("/phone", "number_busy", detail, None));
        }
        match account.breaker(now) {
            Breaker::Open { until } => {
                let detail = "the account's vendor does not answer as it should at the moment";
                Err(not_now("/account", "vendor_unavailable", detail, Some(later(until))))
            }
            Breaker::Closed | Breaker::HalfOpen => Ok(()),
        }
    }
}

fn not_now(
    pointer: &str,
    reason: &'static str,
    detail: impl Into<String>,
    after: Option<Duration>,
) -> EngineError {
    let problem = FieldProblem::new(pointer, reason, detail);
    EngineError::NotCallable { problem, after, is_for_ever: false }
}
