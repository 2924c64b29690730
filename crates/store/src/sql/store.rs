//! The contract, kept by handing each method to the function that does the work, in the file named after
//! its noun.

use super::{
    Engine, apply, attempt, budget, call, candidates, contact, delivery_log, event, intake, key, lease,
    ledger, newest, once, plan, prospect, redial, segment,
};
use super::{task, trace, waiting, work};
use crate::{
    AddOutcome, Answer, Begin, CallFilter, Candidate, Changes, ChosenBatch, Clues, ContactFilter,
    Destination, DispatchPlan, Doubt, Effect, Held, KeptRecording, Lease, NewContact, NewTask, Once, OnceKey,
    Page, PastWanted, Planned, Prospect, ReservedSlots, Skipped, Spent, Store, StoreError, TaskFilter,
    TaskPatch, TaskWork, Traced, Unplanned,
};
use async_trait::async_trait;
use outdial_model::{
    AccountId, Call, CallId, Contact, ContactId, ContactStatus, Decision, Event, EventId, HoldReason,
    Purpose, Segment, SegmentId, Task, TaskId, TaskStatus, TenantId, Timestamp, Why,
};
use std::time::Duration;

#[async_trait]
impl Store for Engine {
    async fn installation_secret(&self, name: &str, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        writing!(self, |tx| key::secret(&mut tx, &self.vault, name, fresh))
    }

    async fn create_task(
        &self,
        tenant: &TenantId,
        task: NewTask,
        contacts: Vec<NewContact>,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Task, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let task = task::create(&mut tx, &self.vault, tenant, &task, &contacts, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Task(&task)).await?;
            Ok::<_, StoreError>(task)
        })
    }

    async fn task(&self, tenant: &TenantId, id: &TaskId) -> Result<Task, StoreError> {
        reading!(self, |tx| task::read(&mut tx, tenant, id))
    }

    async fn tasks(
        &self,
        tenant: &TenantId,
        filter: &TaskFilter,
        page: &Page<TaskId>,
    ) -> Result<Vec<Task>, StoreError> {
        reading!(self, |tx| newest::tasks(&mut tx, tenant, filter, page))
    }

    async fn patch_task(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        patch: TaskPatch,
        revision: Option<i64>,
        now: Timestamp,
    ) -> Result<Task, StoreError> {
        writing!(self, |tx| task::patch(&mut tx, tenant, id, &patch, revision, now))
    }

    async fn begin(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        begin: Begin,
        allowed: &[TaskStatus],
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Task, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let task = task::begin(&mut tx, tenant, id, begin, allowed, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Task(&task)).await?;
            Ok::<_, StoreError>(task)
        })
    }

    async fn move_task(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        to: &Destination,
        allowed: &[TaskStatus],
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Task, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let task = task::move_to(&mut tx, tenant, id, to, allowed, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Task(&task)).await?;
            Ok::<_, StoreError>(task)
        })
    }

    async fn segments(&self, tenant: &TenantId, task: &TaskId) -> Result<Vec<Segment>, StoreError> {
        reading!(self, |tx| segment::all(&mut tx, tenant, task))
    }

    async fn add_contacts(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        contacts: Vec<NewContact>,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<AddOutcome, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let outcome = intake::add(&mut tx, &self.vault, tenant, task, &contacts, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Added(&outcome)).await?;
            Ok::<_, StoreError>(outcome)
        })
    }

    async fn contact(&self, tenant: &TenantId, id: &ContactId) -> Result<Contact, StoreError> {
        reading!(self, |tx| contact::read(&mut tx, &self.vault, tenant, id))
    }

    async fn contacts(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        filter: &ContactFilter,
        page: &Page<ContactId>,
    ) -> Result<Vec<Contact>, StoreError> {
        reading!(self, |tx| newest::contacts(&mut tx, &self.vault, tenant, task, filter, page))
    }

    async fn cancel_contact(
        &self,
        tenant: &TenantId,
        id: &ContactId,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Contact, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let contact = contact::cancel(&mut tx, &self.vault, tenant, id, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Contact(&contact)).await?;
            Ok::<_, StoreError>(contact)
        })
    }

    async fn resolve_contact(
        &self,
        tenant: &TenantId,
        id: &ContactId,
        decision: Decision,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Contact, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let contact = contact::resolve(&mut tx, &self.vault, tenant, id, decision, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Contact(&contact)).await?;
            Ok::<_, StoreError>(contact)
        })
    }

    async fn call(&self, tenant: &TenantId, id: &CallId) -> Result<Call, StoreError> {
        reading!(self, |tx| call::read(&mut tx, &self.vault, tenant, id))
    }

    async fn calls(
        &self,
        tenant: &TenantId,
        filter: &CallFilter,
        page: &Page<CallId>,
    ) -> Result<Vec<Call>, StoreError> {
        reading!(self, |tx| newest::calls(&mut tx, &self.vault, tenant, filter, page))
    }

    async fn recording(&self, tenant: &TenantId, call: &CallId) -> Result<KeptRecording, StoreError> {
        reading!(self, |tx| call::recording(&mut tx, &self.vault, tenant, call))
    }

    async fn prospects(
        &self,
        tenant: &TenantId,
        purpose: Option<&Purpose>,
        people: &[NewContact],
        past: Option<&PastWanted>,
        now: Timestamp,
    ) -> Result<Vec<Prospect>, StoreError> {
        reading!(self, |tx| prospect::of(&mut tx, &self.vault, tenant, purpose, people, past, now))
    }

    async fn contact_events(
        &self,
        tenant: &TenantId,
        contact: &ContactId,
        after: Option<&EventId>,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        reading!(self, |tx| event::of_contact(&mut tx, tenant, contact, after, limit))
    }

    async fn answered(
        &self,
        tenant: &TenantId,
        key: &OnceKey,
        now: Timestamp,
    ) -> Result<Option<Answer>, StoreError> {
        reading!(self, |tx| once::answered(&mut tx, &self.vault, tenant, key, now))
    }

    async fn hold_key(
        &self,
        tenant: &TenantId,
        key: &OnceKey,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        writing!(self, |tx| once::hold(&mut tx, &self.vault, tenant, key, holder, until, now))
    }

    async fn remember_answer(
        &self,
        tenant: &TenantId,
        key: &OnceKey,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        writing!(self, |tx| once::remember(&mut tx, &self.vault, tenant, key, answer, now))
    }

    async fn give_up_key(&self, tenant: &TenantId, key: &OnceKey, holder: &str) -> Result<(), StoreError> {
        writing!(self, |tx| once::give_up(&mut tx, tenant, key, holder))
    }

    async fn forget_answers(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        writing!(self, |tx| once::forget(&mut tx, before, limit))
    }

    async fn forget_attempts(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        writing!(self, |tx| attempt::forget(&mut tx, before, limit))
    }

    async fn forget_dials(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        writing!(self, |tx| budget::forget(&mut tx, before, limit))
    }

    async fn spent(
        &self,
        tenant: &TenantId,
        client: Option<&str>,
        account: &AccountId,
        since: Timestamp,
    ) -> Result<Spent, StoreError> {
        reading!(self, |tx| budget::spent(&mut tx, tenant, client, account, since))
    }

    async fn reserve_slots(
        &self,
        account: &AccountId,
        action: &str,
        spacing: Duration,
        count: u32,
    ) -> Result<ReservedSlots, StoreError> {
        self.connections.reserve_slots(account, action, spacing, count).await
    }

    async fn doubts(&self) -> Result<Vec<Doubt>, StoreError> {
        reading!(self, |tx| ledger::doubts(&mut tx))
    }

    async fn held_back(&self) -> Result<Vec<(HoldReason, u64)>, StoreError> {
        reading!(self, |tx| candidates::held_back(&mut tx))
    }

    async fn release_abandoned_leases(&self) -> Result<(), StoreError> {
        writing!(self, |tx| async {
            delivery_log::abandon(&mut tx, self.connections.holder()).await?;
            lease::abandon(&mut tx, self.connections.holder()).await
        })
    }

    async fn lease_due_tasks(
        &self,
        now: Timestamp,
        term: Duration,
        limit: u32,
    ) -> Result<Vec<Lease>, StoreError> {
        writing!(self, |tx| lease::claim(&mut tx, self.connections.holder(), now, term, limit))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        reading!(self, |tx| lease::next_due(&mut tx))
    }

    async fn tasks_ahead(
        &self,
        after: Option<&TaskId>,
        limit: u32,
    ) -> Result<Vec<(TenantId, TaskId)>, StoreError> {
        reading!(self, |tx| lease::ahead(&mut tx, after, limit))
    }

    async fn renew_lease(&self, lease: &Lease, now: Timestamp, term: Duration) -> Result<(), StoreError> {
        writing!(self, |tx| lease::renew(&mut tx, lease, now, term))
    }

    async fn release_lease(
        &self,
        lease: &Lease,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, |tx| lease::release(&mut tx, lease, due, now))
    }

    async fn look(&self, tenant: &TenantId, task: &TaskId) -> Result<(TaskWork, Vec<Held>), StoreError> {
        reading!(self, |tx| work::look(&mut tx, tenant, task))
    }

    async fn work(&self, lease: &Lease, _now: Timestamp) -> Result<TaskWork, StoreError> {
        reading!(self, |tx| work::read(&mut tx, lease))
    }

    async fn fill_task(&self, lease: &Lease, limit: u32, now: Timestamp) -> Result<bool, StoreError> {
        writing!(self, |tx| redial::fill(&mut tx, &self.vault, lease, limit, now))
    }

    async fn segment_contacts(
        &self,
        segment: &SegmentId,
        statuses: &[ContactStatus],
        after: Option<&ContactId>,
        limit: u32,
    ) -> Result<Vec<Contact>, StoreError> {
        reading!(self, |tx| newest::of_segment(&mut tx, &self.vault, segment, statuses, after, limit))
    }

    async fn contacts_by_id(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StoreError> {
        reading!(self, |tx| contact::by_id(&mut tx, &self.vault, ids))
    }

    async fn contacts_to_cancel(
        &self,
        task: &TaskId,
        after: Option<&ContactId>,
        limit: u32,
    ) -> Result<Vec<Contact>, StoreError> {
        reading!(self, |tx| contact::to_cancel(&mut tx, &self.vault, task, after, limit))
    }

    async fn plan_dispatch(
        &self,
        plan: DispatchPlan,
        choose: &(dyn for<'a> Fn(&'a [Candidate]) -> ChosenBatch + Send + Sync),
        now: Timestamp,
    ) -> Result<Result<Planned, Unplanned>, StoreError> {
        writing!(self, |tx| plan::plan(&mut tx, &self.vault, &plan, choose, now))
    }

    async fn next_in_turn(&self, lease: &Lease, now: Timestamp) -> Result<Option<Contact>, StoreError> {
        writing!(self, |tx| candidates::next(&mut tx, &self.vault, lease, now))
    }

    async fn release_held(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        reason: HoldReason,
        limit: u32,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        writing!(self, |tx| waiting::release(&mut tx, tenant, task, reason, limit, now))
    }

    async fn expire_some(&self, limit: u32, now: Timestamp) -> Result<u64, StoreError> {
        writing!(self, |tx| waiting::expire(&mut tx, limit, now))
    }

    async fn trace(&self, account: &AccountId, clues: &Clues) -> Result<Option<Traced>, StoreError> {
        reading!(self, |tx| trace::trace(&mut tx, &self.vault, account, clues))
    }

    async fn apply(&self, changes: Changes, now: Timestamp) -> Result<Skipped, StoreError> {
        writing!(self, |tx| apply::apply(&mut tx, &self.vault, &changes, now))
    }

    async fn cancel_ours(
        &self,
        lease: &Lease,
        status: ContactStatus,
        why: Why,
        limit: u32,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        writing!(self, |tx| contact::end_ours(&mut tx, lease, status, why, limit, now))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // Where nothing can be written, no transaction that writes begins.
        self.connections.write().await?.commit().await?;
        self.connections.agree_on_time().await
    }

    async fn close(&self) {
        self.connections.close().await;
    }
}
