//! The contract every engine of the store keeps.

use crate::{
    Access, AddOutcome, Answer, Begin, CallFilter, Candidate, Changes, ChosenBatch, Clues, ContactFilter,
    Destination, DispatchPlan, Doubt, Held, Inbox, KeptRecording, Lease, NewContact, NewTask, Once, OnceKey,
    Outbox, Page, PastWanted, Planned, Privacy, Prospect, ReservedSlots, Skipped, Spent, StoreError,
    Suppressions, TaskFilter, TaskPatch, TaskWork, Traced, Unplanned,
};
use async_trait::async_trait;
use outdial_model::{
    AccountId, Call, CallId, Contact, ContactId, ContactStatus, Decision, Event, EventId, HoldReason,
    Purpose, Segment, SegmentId, Task, TaskId, TaskStatus, TenantId, Timestamp, Why,
};
use std::time::Duration;

/// The persistence contract. Each method is one transaction, durable when it returns.
///
/// Everything that changes a task's or a contact's status writes the event that tells it in the
/// same transaction and moves the kept counters. Everything a client asks for wakes the task
/// (`due` at once).
///
/// A method with `once` has its effect once for that key: the key's row and the answer made by
/// [`Once::answer`] are written in the same transaction as the effect. Asked again with the key, it
/// changes nothing and answers [`StoreError::Answered`], or [`StoreError::KeyReused`] for another
/// request. A failure writes no key.
#[async_trait]
pub trait Store: Access + Inbox + Outbox + Privacy + Suppressions {
    // Secrets of the installation.

    /// The installation's secret of that name; `fresh` is kept if there is none yet.
    async fn installation_secret(&self, name: &str, fresh: &[u8]) -> Result<Vec<u8>, StoreError>;

    // For clients: tasks.

    /// Accepts a task with its first contacts, all or nothing. `ExternalIdTaken` when the tenant
    /// has a task with that external id, or when another task has the adopted vendor's task (same
    /// account and vendor's id) already. Duplicate external ids among the contacts: the first wins.
    async fn create_task(
        &self,
        tenant: &TenantId,
        task: NewTask,
        contacts: Vec<NewContact>,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Task, StoreError>;
    /// One task.
    async fn task(&self, tenant: &TenantId, id: &TaskId) -> Result<Task, StoreError>;
    /// Tasks, newest first.
    async fn tasks(
        &self,
        tenant: &TenantId,
        filter: &TaskFilter,
        page: &Page<TaskId>,
    ) -> Result<Vec<Task>, StoreError>;
    /// Changes the spec. `Stale` when `revision` is given and is not the task's.
    async fn patch_task(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        patch: TaskPatch,
        revision: Option<i64>,
        now: Timestamp,
    ) -> Result<Task, StoreError>;
    /// Writes what a client asked for, if the task's status is one of `allowed`, else `WrongState`.
    async fn begin(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        begin: Begin,
        allowed: &[TaskStatus],
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Task, StoreError>;
    /// Has the task dial with another account, if its status is one of `allowed` and it dials where `to` says that it does, else
    /// `WrongState`. Whoever is out stays with the segment they are in.
    async fn move_task(
        &self,
        tenant: &TenantId,
        id: &TaskId,
        to: &Destination,
        allowed: &[TaskStatus],
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Task, StoreError>;
    /// All segments of a task, oldest first.
    async fn segments(&self, tenant: &TenantId, task: &TaskId) -> Result<Vec<Segment>, StoreError>;

    // For clients: contacts, calls, events.

    /// Adds contacts while the task is not final or stopping (`WrongState`). One whose id is there already
    /// is `Existing`: a stream that is sent again gives its contacts the same ids.
    async fn add_contacts(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        contacts: Vec<NewContact>,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<AddOutcome, StoreError>;
    /// One contact.
    async fn contact(&self, tenant: &TenantId, id: &ContactId) -> Result<Contact, StoreError>;
    /// Contacts of a task, newest first.
    async fn contacts(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        filter: &ContactFilter,
        page: &Page<ContactId>,
    ) -> Result<Vec<Contact>, StoreError>;
    /// Cancels a contact that is still ours; marks one that is out for cancelling at the vendor;
    /// `WrongState` for a final one.
    async fn cancel_contact(
        &self,
        tenant: &TenantId,
        id: &ContactId,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Contact, StoreError>;
    /// Writes an operator's decision about an `unknown` contact, with `reason` in its event; `WrongState`
    /// for any other.
    async fn resolve_contact(
        &self,
        tenant: &TenantId,
        id: &ContactId,
        decision: Decision,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<Contact, StoreError>;
    /// One call.
    async fn call(&self, tenant: &TenantId, id: &CallId) -> Result<Call, StoreError>;
    /// Calls, newest first.
    async fn calls(
        &self,
        tenant: &TenantId,
        filter: &CallFilter,
        page: &Page<CallId>,
    ) -> Result<Vec<Call>, StoreError>;
    /// Where the recording of a call is, as its vendor told first.
    async fn recording(&self, tenant: &TenantId, call: &CallId) -> Result<KeptRecording, StoreError>;
    /// What stands in the way of people with these numbers, were they called for that purpose at `now`: one for each, in their
    /// order. It is told as it is, and may be otherwise when somebody is sent.
    async fn prospects(
        &self,
        tenant: &TenantId,
        purpose: Option<&Purpose>,
        people: &[NewContact],
        past: Option<&PastWanted>,
        now: Timestamp,
    ) -> Result<Vec<Prospect>, StoreError>;
    /// Everything that happened to a contact and its calls, oldest first, after `after`.
    async fn contact_events(
        &self,
        tenant: &TenantId,
        contact: &ContactId,
        after: Option<&EventId>,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError>;

    // Requests that are to have their effect once.

    /// What a request with this key was answered; `KeyReused` when that was another request.
    async fn answered(
        &self,
        tenant: &TenantId,
        key: &OnceKey,
        now: Timestamp,
    ) -> Result<Option<Answer>, StoreError>;
    /// Takes a key for a request that needs more than one transaction, until `until`; taken again by
    /// whoever took it to keep it longer. `KeyBusy` while somebody else has it, `Answered` (whatever the
    /// fingerprint) when it is done. Answers when the key was first taken.
    async fn hold_key(
        &self,
        tenant: &TenantId,
        key: &OnceKey,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError>;
    /// Writes what a request with this key is answered from now on, unless something was written before;
    /// tells whether it did.
    async fn remember_answer(
        &self,
        tenant: &TenantId,
        key: &OnceKey,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Gives a held key up without an answer: the request failed and may be sent again.
    async fn give_up_key(&self, tenant: &TenantId, key: &OnceKey, holder: &str) -> Result<(), StoreError>;
    /// Forgets answers given before `before`, at most `limit`; answers how many.
    async fn forget_answers(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
    /// Forgets attempts that were over before `before`, at most `limit`; answers how many.
    async fn forget_attempts(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
    /// Dials since `since`, a beginning of a day of some clock: of the tenant, for `client` and with the account; and who is out.
    async fn spent(
        &self,
        tenant: &TenantId,
        client: Option<&str>,
        account: &AccountId,
        since: Timestamp,
    ) -> Result<Spent, StoreError>;
    /// Forgets dials before `before`, at most `limit` entries; answers how many.
    async fn forget_dials(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;

    // For workers.

    /// The next places in an account's request budget for one action: `count` of them, `spacing` apart,
    /// shared by every process on the store, by a clock all of them share.
    async fn reserve_slots(
        &self,
        account: &AccountId,
        action: &str,
        spacing: Duration,
        count: u32,
    ) -> Result<ReservedSlots, StoreError>;
    /// Dispatches that are in doubt, by account.
    async fn doubts(&self) -> Result<Vec<Doubt>, StoreError>;
    /// How many contacts are held for which reason; reasons without any are left out.
    async fn held_back(&self) -> Result<Vec<(HoldReason, u64)>, StoreError>;
    /// Forgets leases (of tasks and deliveries) of the process that used the store under the same name before
    /// this one and is dead. An engine of the store that one process uses alone forgets all of them.
    async fn release_abandoned_leases(&self) -> Result<(), StoreError>;
    /// Claims up to `limit` tasks that are due and not claimed, for `term`.
    async fn lease_due_tasks(
        &self,
        now: Timestamp,
        term: Duration,
        limit: u32,
    ) -> Result<Vec<Lease>, StoreError>;
    /// When the next task is due, if any is; for sleeping until then.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Tasks that are to be worked on at some time, claimed or not, in order of their ids: those after `after`, at most `limit`.
    async fn tasks_ahead(
        &self,
        after: Option<&TaskId>,
        limit: u32,
    ) -> Result<Vec<(TenantId, TaskId)>, StoreError>;
    /// Lengthens a claim; `LeaseLost` when it is gone.
    async fn renew_lease(&self, lease: &Lease, now: Timestamp, term: Duration) -> Result<(), StoreError>;
    /// Gives a claim back; the task is due again at `due` (never for `None`), or at once when it
    /// was woken meanwhile.
    async fn release_lease(
        &self,
        lease: &Lease,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// What a client sees who only looks: the same, and for what people are held, those first who are asked about first.
    async fn look(&self, tenant: &TenantId, task: &TaskId) -> Result<(TaskWork, Vec<Held>), StoreError>;
    /// What a worker sees of its task. `now` decides which holds have ended.
    async fn work(&self, lease: &Lease, now: Timestamp) -> Result<TaskWork, StoreError>;
    /// Takes over the next people of the task that this one calls again, at most `limit`, from the place where the last portion
    /// ended; tells whether some may be left. They are those who were completed when this task was accepted, whose outcome is still one
    /// of the redial's, and who are neither erased nor on the list of those who are. Nobody comes to a task that is over or being stopped.
    async fn fill_task(&self, lease: &Lease, limit: u32, now: Timestamp) -> Result<bool, StoreError>;
    /// Contacts of a segment in any of `statuses`, in order of id, after `after`.
    async fn segment_contacts(
        &self,
        segment: &SegmentId,
        statuses: &[ContactStatus],
        after: Option<&ContactId>,
        limit: u32,
    ) -> Result<Vec<Contact>, StoreError>;
    /// Contacts by id, in any order.
    async fn contacts_by_id(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StoreError>;
    /// Contacts of a task that are `submitted` and are to be cancelled at the vendor, in order of id, after `after`.
    async fn contacts_to_cancel(
        &self,
        task: &TaskId,
        after: Option<&ContactId>,
        limit: u32,
    ) -> Result<Vec<Contact>, StoreError>;

    /// Chooses people and writes the ledger row, in one transaction.
    ///
    /// Refuses (`LeaseLost`) under an old token and plans nothing when the task is not desired to
    /// run, when its spec has changed since the plan was made, when people were wanted and `choose` picked none, or when
    /// there is no line for them. Candidates are the task's `queued`
    /// contacts, and `held` ones whose time has come, oldest first, whose number has no live or
    /// unknown dial in the tenant (no number twice in one batch), at most `max_contacts` and no more
    /// than the window and the lines leave free. `choose` is pure and runs inside the transaction.
    async fn plan_dispatch(
        &self,
        plan: DispatchPlan,
        choose: &(dyn for<'a> Fn(&'a [Candidate]) -> ChosenBatch + Send + Sync),
        now: Timestamp,
    ) -> Result<Result<Planned, Unplanned>, StoreError>;
    /// The contact that [`plan_dispatch`](Self::plan_dispatch) would give to `choose` first, whatever the window leaves free.
    async fn next_in_turn(&self, lease: &Lease, now: Timestamp) -> Result<Option<Contact>, StoreError>;
    /// Ends the holds of people of a task who are held for `reason`, at most `limit`, and wakes it; tells how many.
    async fn release_held(
        &self,
        tenant: &TenantId,
        task: &TaskId,
        reason: HoldReason,
        limit: u32,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
    /// Ends people of one task whose `expires_at` has passed, at most `limit`: those with us at once, those who are out where
    /// they are. Tells how many it looked at.
    async fn expire_some(&self, limit: u32, now: Timestamp) -> Result<u64, StoreError>;
    /// Whom a vendor's push is about; `None` when nothing at the account fits.
    ///
    /// The segment is the named one, else the one the person or the call is of. The person is known by
    /// our key, else by the call, else by being the one whose number the segment has out.
    async fn trace(&self, account: &AccountId, clues: &Clues) -> Result<Option<Traced>, StoreError>;
    /// Writes what was learned. Answers what was skipped because it had moved on.
    async fn apply(&self, changes: Changes, now: Timestamp) -> Result<Skipped, StoreError>;
    /// Cancels every contact of the task that is still ours, at most `limit`; answers how many.
    async fn cancel_ours(
        &self,
        lease: &Lease,
        status: ContactStatus,
        why: Why,
        limit: u32,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
    /// Is the store reachable and writable? For `/readyz`.
    async fn ping(&self) -> Result<(), StoreError>;
    /// Waits for transactions that are under way and lets the database go.
    async fn close(&self);
}
