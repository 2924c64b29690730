//! Writing what was asked and what was learned.

use super::Harness;
use super::world::{World, change};
use crate::{
    Begin, Changes, Destination, DispatchChange, SegmentChange, Skipped, StoreError, TaskChange, TaskPatch,
};
use outdial_model::{
    Considered, ContactId, ContactStatus, DesiredStatus, DispatchOutcome, EventType, HoldReason,
    RouteDecision, SegmentStatus, TaskStatus,
};

pub(super) async fn a_patch_needs_the_revision_it_read(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let id = world.task_of(0).await;
    let seen = world.task(&id).await.revision;
    let patch = |revision| {
        let mut spec = world.spec();
        spec.name = format!("after {revision:?}");
        world.store.patch_task(&world.tenant, &id, TaskPatch { spec }, revision, world.now())
    };
    let patched = patch(Some(seen)).await.unwrap();
    assert!(patched.revision > seen);
    assert!(matches!(patch(Some(seen)).await, Err(StoreError::Stale)));
    assert_eq!(world.task(&id).await.spec.name, format!("after {:?}", Some(seen)));
    patch(None).await.unwrap();
}

pub(super) async fn a_verb_is_written_only_where_it_is_allowed(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let id = world.task_of(0).await;
    let pause = Begin { desired: DesiredStatus::Paused, status: TaskStatus::Pausing };
    let refused =
        world.store.begin(&world.tenant, &id, pause, &[TaskStatus::Running], None, world.now()).await;
    assert!(matches!(refused, Err(StoreError::WrongState { status: "scheduled" })), "{refused:?}");
    let begun = world
        .store
        .begin(&world.tenant, &id, pause, &[TaskStatus::Scheduled], None, world.now())
        .await
        .unwrap();
    assert_eq!((begun.status, begun.desired), (TaskStatus::Pausing, DesiredStatus::Paused));
}

pub(super) async fn a_task_starts_once_and_resumes_afterwards(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let id = world.task_of(0).await;
    let lease = world.lease(&id).await;
    let turn = async |from, to, trouble: Option<&str>| {
        let mut changes = Changes::under(&lease);
        let trouble = trouble.map(str::to_owned);
        changes.task = Some(TaskChange { from, to, trouble });
        world.apply(changes).await.task
    };
    use TaskStatus::{Completed, Paused, Running, Scheduled};
    assert!(!turn(Scheduled, Running, None).await);
    let started_at = world.task(&id).await.started_at;
    assert_eq!(started_at, Some(world.now()));
    world.pass(5);
    assert!(turn(Scheduled, Paused, None).await, "it is running by now");
    assert!(!turn(Running, Paused, Some("no credit")).await);
    assert_eq!(world.task(&id).await.trouble.as_deref(), Some("no credit"));
    assert!(!turn(Paused, Running, None).await);
    let seen = world.task(&id).await;
    assert_eq!((seen.started_at, seen.trouble), (started_at, None));
    assert!(!turn(Running, Running, None).await);
    assert_eq!(world.task(&id).await.revision, seen.revision, "nothing changed");
    assert!(!turn(Running, Completed, None).await);
    assert_eq!(world.task(&id).await.ended_at, Some(world.now()));
    assert!(turn(Completed, Running, None).await, "it is over");
}

pub(super) async fn what_moved_on_is_skipped(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    let sent = world.send(&lease, 2).await.dispatch.contacts;
    use ContactStatus::{Completed, Dialing, Submitting};
    world.move_on(&lease, change(&sent[0], Submitting, Dialing)).await;
    let seen = world.task(&task).await.revision;
    let stranger = ContactId::generate(world.now());
    let mut changes = Changes::under(&lease);
    changes.contacts = vec![
        change(&sent[0], Submitting, Completed),
        change(&sent[1], Submitting, Completed),
        change(&stranger, Submitting, Completed),
    ];
    let skipped = world.apply(changes).await;
    assert_eq!(skipped.contacts, [sent[0].clone(), stranger]);
    assert_eq!(world.contact(&sent[0]).await.status, Dialing);
    assert_eq!(world.contact(&sent[1]).await.status, Completed);
    assert!(world.task(&task).await.revision > seen);
}

pub(super) async fn one_step_may_learn_two_moves_of_a_contact(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let id = world.send(&lease, 1).await.dispatch.contacts.remove(0);
    let mut changes = Changes::under(&lease);
    use ContactStatus::{Completed, Dialing, Submitting};
    changes.contacts = vec![change(&id, Submitting, Dialing), change(&id, Dialing, Completed)];
    assert_eq!(world.apply(changes).await, Skipped::default());
    assert_eq!(world.contact(&id).await.status, Completed);
    assert_eq!(world.told(&id).await[2..], [EventType::ContactDialing, EventType::ContactCompleted]);
    let counts = world.task(&task).await.counts;
    assert_eq!((counts.total(), counts.of(Completed)), (1, 1));
}

pub(super) async fn an_impossible_move_is_skipped(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    let sent = world.send(&lease, 1).await.dispatch.contacts;
    let queued = world.contacts(&task).await[1].id.clone();
    use ContactStatus::{Dialing, Held, Queued, Submitted, Submitting};
    world.move_on(&lease, change(&sent[0], Submitting, Dialing)).await;
    let mut changes = Changes::under(&lease);
    let sent_without_ledger = change(&queued, Queued, Submitting);
    let held_without_end = change(&queued, Queued, Held);
    let mut held = change(&sent[0], Dialing, Held);
    held.hold = Some((HoldReason::Retry, world.now()));
    let back = change(&sent[0], Dialing, Queued);
    changes.contacts =
        vec![sent_without_ledger, held_without_end, change(&queued, Queued, Submitted), held, back];
    assert_eq!(world.apply(changes).await.contacts.len(), 5);
    assert_eq!(world.contact(&sent[0]).await.status, Dialing);
    assert_eq!(world.contact(&queued).await.status, Queued);
}

pub(super) async fn what_is_settled_stays(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let dispatch = world.send(&lease, 1).await.dispatch;
    let learn = async |outcome, status, vendor_ref: Option<&str>| {
        let mut changes = Changes::under(&lease);
        let id = dispatch.id.clone();
        changes.dispatches.push(DispatchChange { id, outcome });
        changes.segments.push(SegmentChange {
            status: Some(status),
            vendor_ref: vendor_ref.map(str::to_owned),
            polled: true,
            ..SegmentChange::of(&dispatch.segment)
        });
        assert_eq!(world.apply(changes).await, Skipped::default());
        world.store.work(&lease, world.now()).await.unwrap()
    };
    let work = learn(DispatchOutcome::Unknown, SegmentStatus::Running, Some("vendor-1")).await;
    assert_eq!(work.dispatches[0].outcome, Some(DispatchOutcome::Unknown));
    assert_eq!(work.segments[0].status, SegmentStatus::Running);
    assert_eq!(work.segments[0].polled_at, Some(world.now()));
    let (id, done) = (&dispatch.contacts[0], ContactStatus::Completed);
    world.move_on(&lease, change(id, ContactStatus::Submitting, done)).await;
    let work = learn(DispatchOutcome::Accepted, SegmentStatus::Completed, None).await;
    assert!(work.dispatches.is_empty() && work.segments.is_empty());
    assert_eq!(work.segments_opened, 1);
    let work = learn(DispatchOutcome::Unknown, SegmentStatus::Running, None).await;
    assert!(work.dispatches.is_empty() && work.segments.is_empty());
    let segments = world.store.segments(&world.tenant, &task).await.unwrap();
    assert_eq!(segments[0].status, SegmentStatus::Completed);
    assert_eq!(segments[0].vendor_ref.as_deref(), Some("vendor-1"), "known refs stay");
}

pub(super) async fn events_of_a_contact_have_no_gaps(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let id = &planned.dispatch.contacts[0];
    use ContactStatus::{Completed, Dialing, Queued, Submitting};
    world.move_on(&lease, change(id, Submitting, Queued)).await;
    let planned = world.plan(world.open(&lease, 2, 1)).await.unwrap();
    world.move_on(&lease, change(id, Submitting, Dialing)).await;
    let mut changes = Changes::under(&lease);
    let mut call = world.call(&planned, "call-1");
    call.recording = Some("https://vendor.example/recording".into());
    call.ended_at = Some(world.now());
    changes.calls.push(call);
    changes.contacts.push(change(id, Dialing, Completed));
    world.apply(changes).await;

    let events = world.events(id).await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    let story = [
        "contact.accepted",
        "contact.submitting",
        "contact.returned",
        "contact.submitting",
        "contact.dialing",
        "call.started",
        "call.ended",
        "recording.available",
        "contact.completed",
    ];
    assert_eq!(kinds, story);
    let numbers: Vec<_> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let rest = world.store.contact_events(&world.tenant, id, Some(&events[4].id), 2).await.unwrap();
    let rest: Vec<_> = rest.iter().map(|event| event.sequence).collect();
    assert_eq!(rest, [6, 7]);
    for event in events {
        let told = event.data.to_string();
        for private in ["138", "Ada", "12 March", "recording"] {
            assert!(!told.contains(private), "{}: {told}", event.kind);
        }
    }
}

pub(super) async fn a_push_wakes_the_task(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let sent = world.send(&lease, 1).await.dispatch.contacts;
    world.store.release_lease(&lease, None, world.now()).await.unwrap();
    assert_eq!(world.store.next_due().await.unwrap(), None);
    let pushed = Changes {
        contacts: vec![change(&sent[0], ContactStatus::Submitting, ContactStatus::Dialing)],
        ..Changes::default()
    };
    assert_eq!(world.apply(pushed).await, Skipped::default());
    assert_eq!(world.store.next_due().await.unwrap(), Some(world.now()));
}

pub(super) async fn a_task_does_not_complete_over_somebody_who_came_meanwhile(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let id = world.task_of(0).await;
    let lease = world.lease(&id).await;
    world.add(&id, world.people(0..1)).await;
    for to in [TaskStatus::Completed, TaskStatus::Stopped] {
        let mut changes = Changes::under(&lease);
        changes.task = Some(TaskChange { from: TaskStatus::Scheduled, to, trouble: None });
        assert!(world.apply(changes).await.task, "{to} is skipped");
    }
    assert_eq!(world.task(&id).await.status, TaskStatus::Scheduled);
}

pub(super) async fn nothing_is_planned_from_a_spec_that_has_changed(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let id = world.task_of(2).await;
    let lease = world.lease(&id).await;
    let patch = TaskPatch { spec: world.spec() };
    let patched = world.store.patch_task(&world.tenant, &id, patch, None, world.now()).await.unwrap();
    assert_eq!(patched.spec_revision, 2);
    assert!(world.plan(world.open(&lease, 1, 2)).await.is_none());
    let now = crate::DispatchPlan { spec_revision: 2, ..world.open(&lease, 1, 2) };
    assert_eq!(world.plan(now).await.unwrap().contacts.len(), 2);
}

pub(super) async fn a_task_moves_from_where_it_dials_and_nothing_planned_before_is_sent(
    harness: &dyn Harness,
) {
    let world = World::of(harness).await;
    let id = world.task_of(2).await;
    let lease = world.lease(&id).await;
    let before = world.task(&id).await;
    let chosen = Considered { account: "elsewhere".parse().unwrap(), chosen: true, why: "its share".into() };
    let (name, left) = ("both".parse().unwrap(), vec![before.account.clone()]);
    let route = Some(RouteDecision { name, rule: 0, considered: vec![chosen], left });
    let account: outdial_model::AccountId = "elsewhere".parse().unwrap();
    let to = Destination { from: before.account.clone(), account, route, why: "asked for".into() };
    let move_it = async |tenant: &outdial_model::TenantId, allowed: &[TaskStatus]| {
        world.store.move_task(tenant, &id, &to, allowed, None, world.now()).await
    };
    let foreign = move_it(&super::world::tenant("globex"), TaskStatus::ALL).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    let refused = move_it(&world.tenant, &[TaskStatus::Draft]).await;
    assert!(matches!(refused, Err(StoreError::WrongState { .. })), "{refused:?}");

    let moved = move_it(&world.tenant, TaskStatus::ALL).await.unwrap();
    assert_eq!((&moved.account, &moved.route), (&to.account, &to.route));
    assert!(moved.revision > before.revision);
    assert_eq!(world.task(&id).await.route, to.route, "it is kept");
    let again = move_it(&world.tenant, TaskStatus::ALL).await;
    assert!(matches!(again, Err(StoreError::WrongState { .. })), "it dials elsewhere by now: {again:?}");
    assert!(world.plan(world.open(&lease, 1, 2)).await.is_none(), "that was planned for the account before");
    let now = crate::DispatchPlan { spec_revision: moved.spec_revision, ..world.open(&lease, 1, 2) };
    assert_eq!(world.plan(now).await.unwrap().dispatch.account, to.account);
}
