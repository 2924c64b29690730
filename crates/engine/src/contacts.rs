//! Contacts: taking people in, telling what became of them, taking them back.

use crate::accounts::natively;
use crate::once::{Once, Worded};
use crate::rulebook::Rulebook;
use crate::{Account, ContactFilter, Engine, EngineError, Page};
use outdial_model::{
    Contact, ContactId, Country, Decision, DesiredStatus, Event, EventId, FieldProblem, PersonName, Phone,
    TaskId, TaskSpec, TenantId, Timestamp, UnknownZone, Whereabouts, Zone,
};
use outdial_provider::Operation;
use outdial_store::{AddOutcome, AddedContact, NewContact, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;

/// People in one transaction.
const AT_ONCE: u32 = 500;

/// A contact as a client writes it.
#[derive(Clone, Default)]
pub struct ContactDraft {
    /// Its id, when it follows from the request; else it gets a new one.
    pub id: Option<ContactId>,
    /// The client's own key.
    pub external_id: Option<String>,
    /// The number, in any form [`Phone::parse`] takes.
    pub phone: String,
    /// What the person is called.
    pub name: Option<String>,
    /// Values for the script's variables.
    pub variables: BTreeMap<String, String>,
    /// The IANA name of the zone they are in.
    pub time_zone: Option<String>,
    /// The instant from which on they are not dialed, RFC 3339.
    pub expires_at: Option<String>,
    /// The client's own key of the person, the same in every task.
    pub person_id: Option<String>,
}

impl std::fmt::Debug for ContactDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContactDraft").field("external_id", &self.external_id).finish_non_exhaustive()
    }
}

/// What became of one contact of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactResult {
    /// Stored.
    Added(ContactId),
    /// Its external id was there already; nothing was added.
    Existing(ContactId),
    /// Refused; the pointer is relative to the contact.
    Refused(FieldProblem),
}

impl Engine {
    /// Adds contacts to a task that is not over. Bad ones are refused alone, good ones are kept.
    pub async fn add_contacts(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        drafts: &[ContactDraft],
        once: Option<&Once<'_, Vec<ContactResult>>>,
    ) -> Result<Vec<ContactResult>, EngineError> {
        let stored = self.task(tenant, task).await?;
        let account = self.account_for(tenant, &stored.account)?;
        if stored.spec.single_call {
            let detail = "a single call is for one person; ask for another call, or create a task".to_owned();
            return Err(EngineError::Conflict { code: "wrong_state", detail });
        }
        if stored.is_adopted() {
            natively(&account, Operation::AddContacts)?;
        }
        if stored.desired == DesiredStatus::Running && !stored.status.is_final() {
            let refusal = self.may_dial(&stored).await;
            // Whoever repeats a request learns what became of it.
            if refusal.is_err() && !self.are_there(tenant, task, drafts).await? {
                refusal?;
            }
        }
        let now = self.now();
        let policy = self.policy();
        let rules = Rulebook::of(tenant, &stored.spec, &policy);
        let accepted: Vec<_> = drafts.iter().map(|draft| accept(draft, &rules, &account, now)).collect();
        let good = accepted.iter().filter_map(|result| result.as_ref().ok()).cloned().collect();
        let worded = Worded::added(once, |outcome| results(&accepted, outcome));
        let outcome = self.store().add_contacts(tenant, task, good, worded.stored().as_ref(), now).await?;
        self.ring();
        let results = results(&accepted, &outcome);
        if results.len() < drafts.len() {
            return Err(EngineError::Internal("the store answered for fewer contacts than it got".into()));
        }
        Ok(results)
    }

    /// Whether the task has all of these already.
    async fn are_there(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        drafts: &[ContactDraft],
    ) -> Result<bool, EngineError> {
        for draft in drafts {
            let Some(external_id) = draft.external_id.clone() else { return Ok(false) };
            let filter = ContactFilter { external_id: Some(external_id), ..ContactFilter::default() };
            let page = Page { after: None, limit: 1 };
            if self.store().contacts(tenant, task, &filter, &page).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One contact.
    pub async fn contact(&self, tenant: &TenantId, id: &ContactId) -> Result<Contact, EngineError> {
        Ok(self.store().contact(tenant, id).await?)
    }

    /// Contacts of a task, newest first.
    pub async fn contacts(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        filter: &ContactFilter,
        page: &Page<ContactId>,
    ) -> Result<Vec<Contact>, EngineError> {
        self.task(tenant, task).await?;
        Ok(self.store().contacts(tenant, task, filter, page).await?)
    }

    /// Takes a contact back: at once while it is with us, through the vendor (where it can) once it
    /// is out.
    pub async fn cancel_contact(
        &self,
        tenant: &TenantId,
        id: &ContactId,
        once: Option<&Once<'_, Contact>>,
    ) -> Result<Contact, EngineError> {
        let worded = Worded::contact(once);
        let contact = self.store().cancel_contact(tenant, id, worded.stored().as_ref(), self.now()).await?;
        self.ring();
        Ok(contact)
    }

    /// Ends people whose `expires_at` has passed, wherever they are.
    pub(crate) async fn expire_people(&self, shutdown: &CancellationToken) -> Result<(), EngineError> {
        while !shutdown.is_cancelled() && self.store().expire_some(AT_ONCE, self.now()).await? > 0 {
            self.ring();
        }
        Ok(())
    }

    /// Does what an operator decided about a contact whose outcome nobody can tell.
    pub async fn resolve_contact(
        &self,
        tenant: &TenantId,
        id: &ContactId,
        decision: Decision,
        once: Option<&Once<'_, Contact>>,
    ) -> Result<Contact, EngineError> {
        let (worded, now) = (Worded::contact(once), self.now());
        let resolved =
            self.store().resolve_contact(tenant, id, decision, worded.stored().as_ref(), now).await;
        let contact = resolved.map_err(|error| match error {
            StoreError::WrongState { status } => EngineError::Conflict {
                code: "wrong_state",
                detail: format!(
                    "only a contact that is `unknown` waits for a decision; this one is `{status}`"
                ),
            },
            other => other.into(),
        })?;
        self.ring();
        Ok(contact)
    }

    /// Everything that happened to a contact and its calls, oldest first.
    pub async fn timeline(
        &self,
        tenant: &TenantId,
        id: &ContactId,
        after: Option<&EventId>,
        limit: u32,
    ) -> Result<Vec<Event>, EngineError> {
        self.contact(tenant, id).await?;
        Ok(self.store().contact_events(tenant, id, after, limit).await?)
    }
}

/// What became of each: the refused ones between those the store tells of.
fn results(accepted: &[Result<NewContact, FieldProblem>], outcome: &AddOutcome) -> Vec<ContactResult> {
    let mut added = outcome.contacts.iter();
    let result = |accepted: &Result<_, FieldProblem>| match accepted {
        Err(problem) => Some(ContactResult::Refused(problem.clone())),
        Ok(_) => added.next().map(|added| match added {
            AddedContact::Added(id) => ContactResult::Added(id.clone()),
            AddedContact::Existing(id) => ContactResult::Existing(id.clone()),
        }),
    };
    accepted.iter().map_while(result).collect()
}

/// The numbers of drafts, of those that have one.
pub(crate) fn numbers(drafts: &[ContactDraft], spec: &TaskSpec) -> Vec<Phone> {
    let country: Option<Country> = spec.default_country.as_deref().and_then(|code| code.parse().ok());
    drafts.iter().filter_map(|draft| Phone::parse(&draft.phone, country).ok()).collect()
}

/// Accepts every draft or names every bad one, for a task that is created with its people.
pub(crate) fn accept_all(
    drafts: &[ContactDraft],
    rules: &Rulebook<'_>,
    account: &Account,
    now: Timestamp,
) -> Result<Vec<NewContact>, Vec<FieldProblem>> {
    let (mut good, mut bad, mut seen) = (Vec::with_capacity(drafts.len()), Vec::new(), BTreeSet::new());
    for (index, draft) in drafts.iter().enumerate() {
        if draft.external_id.as_ref().is_some_and(|id| !seen.insert(id.clone())) {
            continue;
        }
        match accept(draft, rules, account, now) {
            Ok(contact) => good.push(contact),
            Err(problem) => {
                let within = problem.pointer.trim_start_matches('#');
                bad.push(FieldProblem::new(
                    &format!("/contacts/{index}{within}"),
                    problem.code,
                    problem.detail,
                ));
            }
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}

/// Accepts one draft, or says what is wrong with it; the pointer is relative to it.
pub(crate) fn accept(
    draft: &ContactDraft,
    rules: &Rulebook<'_>,
    account: &Account,
    now: Timestamp,
) -> Result<NewContact, FieldProblem> {
    let country: Option<Country> = rules.spec.default_country.as_deref().and_then(|code| code.parse().ok());
    let phone = Phone::parse(&draft.phone, country)
        .map_err(|error| FieldProblem::new("/phone", "invalid_phone", error.to_string()))?;
    if let Some(problem) = account.provider.refuse_phone(&phone) {
        return Err(problem);
    }
    own_key(draft.external_id.as_ref(), "/external_id", "invalid_external_id")?;
    own_key(draft.person_id.as_ref(), "/person_id", "invalid_person_id")?;
    let contact = NewContact {
        external_id: draft.external_id.clone(),
        name: draft.name.as_deref().and_then(PersonName::new),
        variables: draft.variables.clone(),
        time_zone: time_zone(draft)?,
        expires_at: expiry(draft, now)?,
        person_id: draft.person_id.clone(),
        ..NewContact::new(draft.id.clone().unwrap_or_else(|| ContactId::generate(now)), phone)
    };
    let whereabouts = || Whereabouts::of(Some(&contact.phone), contact.time_zone.as_deref());
    if rules.ask_where() && rules.opening(&whereabouts(), now).is_none() {
        let detail =
            "hours are told by the clock of each person, and this number tells no country: give `time_zone`";
        return Err(FieldProblem::new("/time_zone", "unknown_time_zone", detail));
    }
    Ok(contact)
}

fn own_key(key: Option<&String>, pointer: &str, code: &'static str) -> Result<(), FieldProblem> {
    let fits = key.is_none_or(|key| !key.is_empty() && key.len() <= 128);
    fits.then_some(()).ok_or_else(|| FieldProblem::new(pointer, code, "it has 1 to 128 characters"))
}

fn time_zone(draft: &ContactDraft) -> Result<Option<Box<str>>, FieldProblem> {
    let Some(name) = draft.time_zone.as_deref() else { return Ok(None) };
    match name.parse() {
        Ok(Zone::Named(name)) => Ok(Some(name)),
        _ => Err(FieldProblem::new("/time_zone", "unknown_time_zone", UnknownZone.to_string())),
    }
}

fn expiry(draft: &ContactDraft, now: Timestamp) -> Result<Option<Timestamp>, FieldProblem> {
    let Some(text) = draft.expires_at.as_deref() else { return Ok(None) };
    let invalid = || {
        FieldProblem::new(
            "/expires_at",
            "invalid_timestamp",
            "expected an instant such as 2026-03-01T12:00:00Z",
        )
    };
    let end: Timestamp = text.parse().map_err(|_| invalid())?;
    let detail = "this instant has passed; the person could not be dialed";
    (end > now).then_some(Some(end)).ok_or_else(|| FieldProblem::new("/expires_at", "in_the_past", detail))
}
