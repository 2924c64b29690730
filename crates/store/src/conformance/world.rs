//! What the stories are told with: a store, a tenant, a clock, and short words for what happens.

use super::Harness;
use crate::{
    CallChange, Candidate, Changes, Choice, ChosenBatch, ContactChange, ContactFilter, DispatchPlan, Lease,
    NewContact, NewTask, Page, Planned, SegmentTarget, Skipped, Store,
};
use outdial_model::{
    CallId, Clock, Contact, ContactId, ContactStatus, DesiredStatus, DispatchId, DispatchKind, Disposition,
    Event, EventType, ManualClock, PersonName, Phone, RawOutcome, Segment, SegmentId, SegmentStatus, Task,
    TaskId, TaskSpec, TaskStatus, TenantId, Timestamp,
};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) const TERM: Duration = Duration::from_secs(30);

/// The `n`th person's number.
pub(super) fn phone(n: usize) -> Phone {
    format!("+86138{n:08}").parse().unwrap()
}

pub(super) fn tenant(name: &str) -> TenantId {
    name.parse().unwrap()
}

pub(super) fn all<Id>(limit: u32) -> Page<Id> {
    Page { after: None, limit }
}

pub(super) struct World {
    pub(super) store: Box<dyn Store>,
    pub(super) tenant: TenantId,
    clock: ManualClock,
}

impl World {
    pub(super) async fn of(harness: &dyn Harness) -> Self {
        Self::over(harness.open().await)
    }

    pub(super) fn over(store: Box<dyn Store>) -> Self {
        Self {
            store,
            tenant: tenant("acme"),
            clock: ManualClock::at("2026-03-01T01:00:00Z".parse().unwrap()),
        }
    }

    /// The same world, as a tenant of that name.
    pub(super) fn of_tenant(self, name: &str) -> Self {
        Self { tenant: tenant(name), ..self }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(super) fn spec(&self) -> TaskSpec {
        TaskSpec {
            callers: vec![phone(99_999_999)],
            default_country: Some("CN".into()),
            metadata: BTreeMap::from([("team".into(), "billing".into())]),
            ..TaskSpec::new("March reminders", "scene-1")
        }
    }

    pub(super) fn new_task(&self) -> NewTask {
        NewTask {
            id: TaskId::generate(self.now()),
            external_id: None,
            account: "somewhere".parse().unwrap(),
            route: None,
            spec: self.spec(),
            status: TaskStatus::Scheduled,
            desired: DesiredStatus::Running,
            adopted: None,
            redial: None,
            client: None,
        }
    }

    pub(super) fn person(&self, n: usize) -> NewContact {
        NewContact {
            external_id: Some(format!("person-{n}")),
            name: PersonName::new("Ada Lovelace"),
            variables: BTreeMap::from([("due".into(), "12 March".into())]),
            ..NewContact::new(ContactId::generate(self.now()), phone(n))
        }
    }

    pub(super) fn people(&self, numbers: std::ops::Range<usize>) -> Vec<NewContact> {
        numbers.map(|n| self.person(n)).collect()
    }

    /// A task that shall run, with that many people.
    pub(super) async fn task_of(&self, people: usize) -> TaskId {
        self.task_with(self.people(0..people)).await
    }

    pub(super) async fn task_with(&self, people: Vec<NewContact>) -> TaskId {
        let task = self.new_task();
        let created = self.store.create_task(&self.tenant, task, people, None, self.now()).await;
        created.unwrap().id
    }

    pub(super) async fn add(&self, task: &TaskId, people: Vec<NewContact>) {
        let added = self.store.add_contacts(&self.tenant, task, people, None, self.now()).await;
        added.unwrap();
    }

    pub(super) async fn task(&self, id: &TaskId) -> Task {
        self.store.task(&self.tenant, id).await.unwrap()
    }

    pub(super) async fn contact(&self, id: &ContactId) -> Contact {
        self.store.contact(&self.tenant, id).await.unwrap()
    }

    /// All contacts of a task, oldest first.
    pub(super) async fn contacts(&self, task: &TaskId) -> Vec<Contact> {
        let filter = ContactFilter::default();
        let found = self.store.contacts(&self.tenant, task, &filter, &all(10_000)).await;
        let mut found = found.unwrap();
        found.reverse();
        found
    }

    pub(super) async fn events(&self, contact: &ContactId) -> Vec<Event> {
        let events = self.store.contact_events(&self.tenant, contact, None, 1_000).await;
        events.unwrap()
    }

    pub(super) async fn told(&self, contact: &ContactId) -> Vec<EventType> {
        self.events(contact).await.iter().map(|event| event.kind).collect()
    }

    /// Claims a task that is due.
    pub(super) async fn lease(&self, task: &TaskId) -> Lease {
        let leases = self.store.lease_due_tasks(self.now(), TERM, 100).await.unwrap();
        let mine = leases.into_iter().find(|lease| lease.task == *task);
        mine.expect("the task is due and free")
    }

    /// Claims a task, whoever died with the claim to it.
    pub(super) async fn lease_of(&self, task: &TaskId) -> Lease {
        self.pass(TERM.as_secs() + 1);
        self.lease(task).await
    }

    /// Gives the claim back and claims the task anew.
    pub(super) async fn lease_again(&self, lease: &Lease) -> Lease {
        let released = self.store.release_lease(lease, Some(self.now()), self.now()).await;
        released.unwrap();
        self.lease(&lease.task).await
    }

    pub(super) fn segment(&self, lease: &Lease, sequence: u32) -> Segment {
        Segment {
            id: SegmentId::generate(self.now()),
            tenant: lease.tenant.clone(),
            task: lease.task.clone(),
            account: "somewhere".parse().unwrap(),
            sequence,
            vendor_ref: None,
            status: SegmentStatus::Opening,
            raw_status: None,
            spec_revision: 1,
            adopted: false,
            hours: None,
            contacts: 0,
            open_contacts: 0,
            opened_at: self.now(),
            not_before: None,
            polled_at: None,
            verified_at: None,
            ended_at: None,
        }
    }

    pub(super) fn open(&self, lease: &Lease, sequence: u32, people: usize) -> DispatchPlan {
        DispatchPlan {
            lease: lease.clone(),
            id: DispatchId::generate(self.now()),
            kind: DispatchKind::OpenSegment,
            segment: SegmentTarget::New(Box::new(self.segment(lease, sequence))),
            spec_revision: 1,
            max_contacts: people,
            window: 1_000,
            attempts: 1,
            past: None,
            concurrent_calls: None,
            budgets: None,
            lines: None,
        }
    }

    pub(super) fn fill(&self, lease: &Lease, segment: &SegmentId, people: usize) -> DispatchPlan {
        DispatchPlan {
            kind: DispatchKind::AddContacts,
            segment: SegmentTarget::Existing(segment.clone()),
            ..self.open(lease, 0, people)
        }
    }

    /// Plans with a gate that lets everybody through.
    pub(super) async fn plan(&self, plan: DispatchPlan) -> Option<Planned> {
        self.store.plan_dispatch(plan, &everybody, self.now()).await.unwrap().ok()
    }

    /// Sends that many people in a new segment, the task's first.
    pub(super) async fn send(&self, lease: &Lease, people: usize) -> Planned {
        let planned = self.plan(self.open(lease, 1, people)).await;
        planned.expect("there is somebody to send")
    }

    pub(super) async fn apply(&self, changes: Changes) -> Skipped {
        self.store.apply(changes, self.now()).await.unwrap()
    }

    /// Moves a contact and insists that it went.
    pub(super) async fn move_on(&self, lease: &Lease, change: ContactChange) {
        let mut changes = Changes::under(lease);
        changes.contacts.push(change);
        assert_eq!(self.apply(changes).await, Skipped::default());
    }

    pub(super) fn call(&self, planned: &Planned, vendor_call_id: &str) -> CallChange {
        CallChange {
            id: CallId::generate(self.now()),
            contact: planned.dispatch.contacts[0].clone(),
            segment: planned.dispatch.segment.clone(),
            vendor_call_id: vendor_call_id.to_owned(),
            started_at: Some(self.now()),
            answered_at: None,
            ended_at: None,
            talk_seconds: 0,
            disposition: None,
            raw: RawOutcome::default(),
            insights: Vec::new(),
            recording: None,
        }
    }
}

/// The gate that lets everybody through.
pub(super) fn everybody(candidates: &[Candidate]) -> ChosenBatch {
    ChosenBatch {
        dial: candidates.iter().map(|candidate| candidate.contact.id.clone()).collect(),
        others: Vec::new(),
        digest: "d1".repeat(32),
    }
}

/// A gate that lets nobody through.
pub(super) fn nobody(choice: Choice) -> impl Fn(&[Candidate]) -> ChosenBatch + Send + Sync {
    move |candidates| ChosenBatch {
        dial: Vec::new(),
        others: candidates.iter().map(|candidate| (candidate.contact.id.clone(), choice.clone())).collect(),
        digest: String::new(),
    }
}

pub(super) fn change(id: &ContactId, from: ContactStatus, to: ContactStatus) -> ContactChange {
    ContactChange {
        id: id.clone(),
        from,
        to,
        disposition: (to == ContactStatus::Completed).then_some(Disposition::AnsweredHuman),
        reason: None,
        hold: None,
        may_have_rung: false,
    }
}
