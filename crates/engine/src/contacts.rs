//! Contacts: taking people in, telling what became of them, taking them back.

use crate::accounts::natively;
use crate::once::{Once, Worded};
use crate::{Account, ContactFilter, Engine, EngineError, Page};
use outdial_model::{
    Contact, ContactId, Country, Decision, Event, EventId, FieldProblem, PersonName, Phone, TaskId, TaskSpec,
    TenantId, Timestamp,
};
use outdial_provider::Operation;
use outdial_store::{AddOutcome, AddedContact, NewContact, StoreError};
use std::collections::{BTreeMap, BTreeSet};

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
        if stored.is_adopted() {
            natively(&account, Operation::AddContacts)?;
        }
        let now = self.now();
        let accepted: Vec<_> =
            drafts.iter().map(|draft| accept(draft, &stored.spec, &account, now)).collect();
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

/// Accepts every draft or names every bad one, for a task that is created with its people.
pub(crate) fn accept_all(
    drafts: &[ContactDraft],
    spec: &TaskSpec,
    account: &Account,
    now: Timestamp,
) -> Result<Vec<NewContact>, Vec<FieldProblem>> {
    let (mut good, mut bad, mut seen) = (Vec::with_capacity(drafts.len()), Vec::new(), BTreeSet::new());
    for (index, draft) in drafts.iter().enumerate() {
        if draft.external_id.as_ref().is_some_and(|id| !seen.insert(id.clone())) {
            continue;
        }
        match accept(draft, spec, account, now) {
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

fn accept(
    draft: &ContactDraft,
    spec: &TaskSpec,
    account: &Account,
    now: Timestamp,
) -> Result<NewContact, FieldProblem> {
    let country: Option<Country> = spec.default_country.as_deref().and_then(|code| code.parse().ok());
    let phone = Phone::parse(&draft.phone, country)
        .map_err(|error| FieldProblem::new("/phone", "invalid_phone", error.to_string()))?;
    if let Some(problem) = account.provider.refuse_phone(&phone) {
        return Err(problem);
    }
    if draft.external_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > 128) {
        let detail = "an external id has 1 to 128 characters";
        return Err(FieldProblem::new("/external_id", "invalid_external_id", detail));
    }
    Ok(NewContact {
        id: draft.id.clone().unwrap_or_else(|| ContactId::generate(now)),
        external_id: draft.external_id.clone(),
        phone,
        name: draft.name.as_deref().and_then(PersonName::new),
        variables: draft.variables.clone(),
    })
}
