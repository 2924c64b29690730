//! A store at which a gateway dies: at one moment a call of its worker is never answered. Everything else goes
//! straight to the store behind it.

use async_trait::async_trait;
use outdial_model::{
    AccountId, AuditId, Call, CallId, Contact, ContactId, ContactStatus, Decision, DeliveryStatus,
    DispatchOutcome, EndpointId, Erased, Erasure, ErasureId, Event, EventId, HoldReason, KeptPush, KeyId,
    NewSuppression, ProviderKind, Purpose, PushId, PushState, Segment, SegmentId, SegmentStatus, Suppression,
    SuppressionId, Tally, Task, TaskId, TaskStatus, TenantId, Timestamp, Why,
};
use outdial_store::{
    Access, AddOutcome, Answer, ApiKey, AuditEntry, Backlog, Begin, CallFilter, Candidate, Changes,
    ChosenBatch, Clues, ContactFilter, Delivery, DeliveryResult, Destination, DispatchPlan, Doubt,
    EmergencyStop, EndpointPatch, Feed, FeedFilter, Forgetting, Held, Inbox, Intake, Judgement,
    KeptRecording, Lease, LeasedPush, NewContact, NewEndpoint, NewPush, NewTask, Once, OnceKey, Outbox, Page,
    PastWanted, Planned, PlannedDeliveries, Privacy, Prospect, PushesKept, Replay, ReservedSlots, Rewrapped,
    SealProgress, SealedSecret, SegmentChange, Settled, SettledPush, Skipped, Spent, Step, Store, StoreError,
    SuppressionFilter, Suppressions, TakenDelivery, TaskFilter, TaskPatch, TaskWork, Traced, Unplanned,
    WebhookEndpoint,
};
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Most people who are taken over at a time.
pub const PORTION: u32 = 2;

/// What a worker asks a vendor for, of which phones ring in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A task with nobody in it yet: a row of the ledger without people.
    Opening,
    /// People, be it with a task of their own.
    HandingOver,
    /// The begin of what stands still: no row, for it may be asked for again.
    Starting,
    /// Other people than a client's: those of another task who are called again.
    TakingOver,
}

/// Where in the life of a deed something can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing is written yet.
    BeforeIntent,
    /// The row is durable, nothing else has happened. Before a start, which has none: it is durable that the vendor
    /// was seen to have everybody.
    AfterIntent,
    /// The vendor has answered, nothing of it is written.
    BeforeResult,
    /// What the vendor answered is durable.
    AfterResult,
    /// Somebody's call is over, and that is about to be written with the event that tells it.
    BeforeEnd,
}

/// What a moment does to whoever comes to it.
pub type Fate = dyn Fn(Deed, Moment) -> bool + Send + Sync;

/// The store. A moment for which `fate` answers true is the last.
pub struct DyingStore {
    behind: Arc<dyn Store>,
    fate: Box<Fate>,
    died: AtomicBool,
    /// The claim of whoever came to a moment last.
    lease: Mutex<Option<Lease>>,
}

impl std::fmt::Debug for DyingStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DyingStore").finish_non_exhaustive()
    }
}

impl DyingStore {
    pub fn before(behind: Arc<dyn Store>, fate: Box<Fate>) -> Arc<Self> {
        Arc::new(Self { behind, fate, died: AtomicBool::new(false), lease: Mutex::default() })
    }

    /// Whether somebody has died here.
    pub fn has_struck(&self) -> bool {
        self.died.load(Ordering::SeqCst)
    }

    /// The claim under which somebody came to a moment last.
    pub fn lease(&self) -> Option<Lease> {
        self.lease.lock().unwrap().clone()
    }

    async fn pass(&self, deed: Deed, moment: Moment, lease: Option<&Lease>) {
        *self.lease.lock().unwrap() = lease.cloned();
        // Whoever is dead does nothing more, here or elsewhere.
        if self.has_struck() || (self.fate)(deed, moment) {
            self.died.store(true, Ordering::SeqCst);
            pending().await
        }
    }
}

/// What a plan intends.
fn planned(plan: &DispatchPlan) -> Deed {
    if plan.max_contacts == 0 { Deed::Opening } else { Deed::HandingOver }
}

/// What these changes write the good result of, if they do.
fn done(changes: &Changes) -> Option<Deed> {
    let accepted = changes.dispatches.iter().any(|row| row.outcome == DispatchOutcome::Accepted);
    let handed_over = changes.contacts.iter().any(|change| change.to == ContactStatus::Submitted);
    let runs = |change: &SegmentChange| change.status == Some(SegmentStatus::Running) && !change.polled;
    if accepted {
        Some(if handed_over { Deed::HandingOver } else { Deed::Opening })
    } else {
        changes.segments.iter().any(|change| runs(change) && !change.verified).then_some(Deed::Starting)
    }
}

macro_rules! store {
    ($contract:ident {$($by_hand:item)*} $($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl $contract for DyingStore {
            $($by_hand)*
            $(async fn $name(&self $(, $argument: $type)*) -> $answer {
                self.behind.$name($($argument),*).await
            })+
        }
    };
}

store! {
    Inbox {
        async fn settle_pushes(
            &self,
            settled: &[SettledPush],
            now: Timestamp,
        ) -> Result<Vec<PushId>, StoreError> {
            let changes = settled.iter().filter_map(|push| push.changes.as_ref());
            let mut moves = changes.flat_map(|changes| &changes.contacts);
            if moves.any(|change| change.to == ContactStatus::Completed) {
                self.pass(Deed::HandingOver, Moment::BeforeEnd, None).await;
            }
            self.behind.settle_pushes(settled, now).await
        }
    }
    keep_pushes(pushes: &[NewPush]) -> Result<Vec<Intake>, StoreError>;
    lease_pushes(now: Timestamp, term: Duration, limit: u32) -> Result<Vec<LeasedPush>, StoreError>;
    next_push_due() -> Result<Option<Timestamp>, StoreError>;
    pushes(
        account: &AccountId, states: &[PushState], page: &Page<PushId>
    ) -> Result<Vec<KeptPush>, StoreError>;
    tallies(account: &AccountId, since: Timestamp) -> Result<Vec<Tally>, StoreError>;
    next_account_with_pushes(account: Option<&AccountId>) -> Result<Option<AccountId>, StoreError>;
    forget_pushes(account: &AccountId, kept: PushesKept, limit: u32) -> Result<u64, StoreError>;
}

store! {
    Privacy {}
    rewrap_data_key() -> Result<Rewrapped, StoreError>;
    seal_step(from: &Step) -> Result<SealProgress, StoreError>;
    begin_erasure(
        tenant: &TenantId, id: &ErasureId, who: &Erased, once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<Erasure, StoreError>;
    erasure(tenant: &TenantId, id: &ErasureId) -> Result<Erasure, StoreError>;
    erase_some(limit: u32, now: Timestamp) -> Result<Forgetting, StoreError>;
    retire_some(
        tenant: &TenantId, id: &ErasureId, ended: Timestamp, limit: u32, now: Timestamp
    ) -> Result<bool, StoreError>;
}

store! {
    Suppressions {}
    suppress(
        tenant: &TenantId, numbers: &[NewSuppression], once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<Vec<Suppression>, StoreError>;
    suppression(tenant: &TenantId, id: &SuppressionId) -> Result<Suppression, StoreError>;
    suppressions(
        tenant: &TenantId, filter: &SuppressionFilter, page: &Page<SuppressionId>
    ) -> Result<Vec<Suppression>, StoreError>;
    allow(tenant: &TenantId, id: &SuppressionId) -> Result<(), StoreError>;
    take_back_some(limit: u32, now: Timestamp) -> Result<u64, StoreError>;
}

store! {
    Store {
        async fn plan_dispatch(
            &self,
            plan: DispatchPlan,
            choose: &(dyn for<'a> Fn(&'a [Candidate]) -> ChosenBatch + Send + Sync),
            now: Timestamp,
        ) -> Result<Result<Planned, Unplanned>, StoreError> {
            let (deed, lease) = (planned(&plan), plan.lease.clone());
            self.pass(deed, Moment::BeforeIntent, Some(&lease)).await;
            let planned = self.behind.plan_dispatch(plan, choose, now).await?;
            if planned.is_ok() {
                self.pass(deed, Moment::AfterIntent, Some(&lease)).await;
            }
            Ok(planned)
        }

        async fn fill_task(&self, lease: &Lease, limit: u32, now: Timestamp) -> Result<bool, StoreError> {
            self.pass(Deed::TakingOver, Moment::BeforeResult, Some(lease)).await;
            // Portions are small, so that there are several of few people.
            let more = self.behind.fill_task(lease, limit.min(PORTION), now).await?;
            self.pass(Deed::TakingOver, Moment::AfterResult, Some(lease)).await;
            Ok(more)
        }

        async fn apply(&self, changes: Changes, now: Timestamp) -> Result<Skipped, StoreError> {
            let lease = changes.lease.clone();
            let (done, verified) = (done(&changes), changes.segments.iter().any(|change| change.verified));
            if verified {
                self.pass(Deed::Starting, Moment::BeforeIntent, lease.as_ref()).await;
            }
            if let Some(deed) = done {
                self.pass(deed, Moment::BeforeResult, lease.as_ref()).await;
            }
            if changes.contacts.iter().any(|change| change.to == ContactStatus::Completed) {
                self.pass(Deed::HandingOver, Moment::BeforeEnd, lease.as_ref()).await;
            }
            let skipped = self.behind.apply(changes, now).await?;
            if verified {
                self.pass(Deed::Starting, Moment::AfterIntent, lease.as_ref()).await;
            }
            if let Some(deed) = done {
                self.pass(deed, Moment::AfterResult, lease.as_ref()).await;
            }
            Ok(skipped)
        }
    }
    installation_secret(name: &str, fresh: &[u8]) -> Result<Vec<u8>, StoreError>;
    create_task(
        tenant: &TenantId, task: NewTask, contacts: Vec<NewContact>, once: Option<&Once<'_>>,
        now: Timestamp
    ) -> Result<Task, StoreError>;
    task(tenant: &TenantId, id: &TaskId) -> Result<Task, StoreError>;
    tasks(tenant: &TenantId, filter: &TaskFilter, page: &Page<TaskId>) -> Result<Vec<Task>, StoreError>;
    patch_task(
        tenant: &TenantId, id: &TaskId, patch: TaskPatch, revision: Option<i64>, now: Timestamp
    ) -> Result<Task, StoreError>;
    begin(
        tenant: &TenantId, id: &TaskId, begin: Begin, allowed: &[TaskStatus], once: Option<&Once<'_>>,
        now: Timestamp
    ) -> Result<Task, StoreError>;
    move_task(
        tenant: &TenantId, id: &TaskId, to: &Destination, allowed: &[TaskStatus], once: Option<&Once<'_>>,
        now: Timestamp
    ) -> Result<Task, StoreError>;
    segments(tenant: &TenantId, task: &TaskId) -> Result<Vec<Segment>, StoreError>;
    add_contacts(
        tenant: &TenantId, task: &TaskId, contacts: Vec<NewContact>, once: Option<&Once<'_>>,
        now: Timestamp
    ) -> Result<AddOutcome, StoreError>;
    contact(tenant: &TenantId, id: &ContactId) -> Result<Contact, StoreError>;
    contacts(
        tenant: &TenantId, task: &TaskId, filter: &ContactFilter, page: &Page<ContactId>
    ) -> Result<Vec<Contact>, StoreError>;
    cancel_contact(
        tenant: &TenantId, id: &ContactId, once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<Contact, StoreError>;
    resolve_contact(
        tenant: &TenantId, id: &ContactId, decision: Decision, once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<Contact, StoreError>;
    call(tenant: &TenantId, id: &CallId) -> Result<Call, StoreError>;
    calls(tenant: &TenantId, filter: &CallFilter, page: &Page<CallId>) -> Result<Vec<Call>, StoreError>;
    recording(tenant: &TenantId, call: &CallId) -> Result<KeptRecording, StoreError>;
    prospects(
        tenant: &TenantId, purpose: Option<&Purpose>, people: &[NewContact], past: Option<&PastWanted>,
        now: Timestamp
    ) -> Result<Vec<Prospect>, StoreError>;
    contact_events(
        tenant: &TenantId, contact: &ContactId, after: Option<&EventId>, limit: u32
    ) -> Result<Vec<Event>, StoreError>;
    answered(tenant: &TenantId, key: &OnceKey, now: Timestamp) -> Result<Option<Answer>, StoreError>;
    hold_key(
        tenant: &TenantId, key: &OnceKey, holder: &str, until: Timestamp, now: Timestamp
    ) -> Result<Timestamp, StoreError>;
    remember_answer(
        tenant: &TenantId, key: &OnceKey, answer: &Answer, now: Timestamp
    ) -> Result<bool, StoreError>;
    give_up_key(tenant: &TenantId, key: &OnceKey, holder: &str) -> Result<(), StoreError>;
    forget_answers(before: Timestamp, limit: u32) -> Result<u64, StoreError>;
    forget_attempts(before: Timestamp, limit: u32) -> Result<u64, StoreError>;
    forget_dials(before: Timestamp, limit: u32) -> Result<u64, StoreError>;
    spent(
        tenant: &TenantId, client: Option<&str>, account: &AccountId, since: Timestamp
    ) -> Result<Spent, StoreError>;
    reserve_slots(
        account: &AccountId, action: &str, spacing: Duration, count: u32
    ) -> Result<ReservedSlots, StoreError>;
    doubts() -> Result<Vec<Doubt>, StoreError>;
    held_back() -> Result<Vec<(HoldReason, u64)>, StoreError>;
    next_in_turn(lease: &Lease, now: Timestamp) -> Result<Option<Contact>, StoreError>;
    tasks_ahead(after: Option<&TaskId>, limit: u32) -> Result<Vec<(TenantId, TaskId)>, StoreError>;
    release_held(tenant: &TenantId, task: &TaskId, reason: HoldReason, limit: u32, now: Timestamp) -> Result<u64, StoreError>;
    expire_some(limit: u32, now: Timestamp) -> Result<u64, StoreError>;
    release_abandoned_leases() -> Result<(), StoreError>;
    lease_due_tasks(now: Timestamp, term: Duration, limit: u32) -> Result<Vec<Lease>, StoreError>;
    next_due() -> Result<Option<Timestamp>, StoreError>;
    renew_lease(lease: &Lease, now: Timestamp, term: Duration) -> Result<(), StoreError>;
    release_lease(lease: &Lease, due: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError>;
    look(tenant: &TenantId, task: &TaskId) -> Result<(TaskWork, Vec<Held>), StoreError>;
    work(lease: &Lease, now: Timestamp) -> Result<TaskWork, StoreError>;
    segment_contacts(
        segment: &SegmentId, statuses: &[ContactStatus], after: Option<&ContactId>, limit: u32
    ) -> Result<Vec<Contact>, StoreError>;
    contacts_by_id(ids: &[ContactId]) -> Result<Vec<Contact>, StoreError>;
    contacts_to_cancel(task: &TaskId, after: Option<&ContactId>, limit: u32) -> Result<Vec<Contact>, StoreError>;
    trace(account: &AccountId, clues: &Clues) -> Result<Option<Traced>, StoreError>;
    cancel_ours(
        lease: &Lease, status: ContactStatus, why: Why, limit: u32, now: Timestamp
    ) -> Result<u64, StoreError>;
    ping() -> Result<(), StoreError>;
    close() -> ();
}

store! {
    Access {}
    insert_api_key(
        key: &ApiKey, most: u32, once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<(), StoreError>;
    api_key(hash: &str) -> Result<Option<ApiKey>, StoreError>;
    api_keys(tenants: &[TenantId], page: &Page<KeyId>) -> Result<Vec<ApiKey>, StoreError>;
    api_key_of(tenants: &[TenantId], id: &KeyId) -> Result<ApiKey, StoreError>;
    revoke_api_key(tenants: &[TenantId], id: &KeyId, now: Timestamp) -> Result<ApiKey, StoreError>;
    note_key_uses(uses: &[(KeyId, Timestamp)]) -> Result<(), StoreError>;
    halt(tenant: &TenantId, actor: &str, now: Timestamp) -> Result<EmergencyStop, StoreError>;
    emergency_stop(tenant: &TenantId) -> Result<Option<EmergencyStop>, StoreError>;
    tenants() -> Result<Vec<TenantId>, StoreError>;
    write_audit(entries: &[AuditEntry]) -> Result<(), StoreError>;
    audit(
        tenant: &TenantId, target: Option<&str>, page: &Page<AuditId>
    ) -> Result<Vec<AuditEntry>, StoreError>;
    forget_audit(before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

store! {
    Outbox {}
    feed(tenant: &TenantId, after: u64, filter: &FeedFilter, limit: u32) -> Result<Feed, StoreError>;
    log_end(tenant: &TenantId) -> Result<u64, StoreError>;
    tell_provider(
        account: &AccountId, provider: &ProviderKind, is_degraded: bool, stands: Duration, now: Timestamp
    ) -> Result<bool, StoreError>;
    create_endpoint(
        tenant: &TenantId, endpoint: NewEndpoint, most: u32, once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<WebhookEndpoint, StoreError>;
    endpoint(tenant: &TenantId, id: &EndpointId) -> Result<WebhookEndpoint, StoreError>;
    endpoints(tenant: &TenantId, page: &Page<EndpointId>) -> Result<Vec<WebhookEndpoint>, StoreError>;
    patch_endpoint(
        tenant: &TenantId, id: &EndpointId, patch: EndpointPatch, revision: Option<i64>, now: Timestamp
    ) -> Result<WebhookEndpoint, StoreError>;
    rotate_secret(
        tenant: &TenantId, id: &EndpointId, fresh: SealedSecret, overlap: Timestamp,
        once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<WebhookEndpoint, StoreError>;
    delete_endpoint(tenant: &TenantId, id: &EndpointId, now: Timestamp) -> Result<(), StoreError>;
    replay(
        tenant: &TenantId, id: &EndpointId, which: &Replay, once: Option<&Once<'_>>, now: Timestamp
    ) -> Result<WebhookEndpoint, StoreError>;
    deliveries(
        tenant: &TenantId, id: &EndpointId, statuses: &[DeliveryStatus], page: &Page<u64>
    ) -> Result<Vec<Delivery>, StoreError>;
    tenants_to_plan(room: u32, page: &Page<TenantId>) -> Result<Vec<TenantId>, StoreError>;
    plan_deliveries(
        tenant: &TenantId, limit: u32, room: u32, now: Timestamp
    ) -> Result<PlannedDeliveries, StoreError>;
    take_due_deliveries(
        now: Timestamp, term: Duration, limit: u32, per_endpoint: u32, exceptions: &[(EndpointId, u32)]
    ) -> Result<Vec<TakenDelivery>, StoreError>;
    settle_deliveries(
        results: &[DeliveryResult], judgement: &Judgement, now: Timestamp
    ) -> Result<Settled, StoreError>;
    next_delivery_due(
        per_endpoint: u32, exceptions: &[(EndpointId, u32)]
    ) -> Result<Option<Timestamp>, StoreError>;
    backlog() -> Result<Backlog, StoreError>;
    forget_deliveries(before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
