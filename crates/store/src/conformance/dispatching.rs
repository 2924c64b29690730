//! Choosing people and writing the ledger row.

use super::Harness;
use super::world::{World, change, everybody, nobody, tenant};
use crate::Held;
use crate::{Begin, Candidate, Changes, Choice, ChosenBatch, SegmentChange, StoreError};
use outdial_model::{
    Cause, ContactStatus, DesiredStatus, Dispatch, EventType, HoldReason, SegmentStatus, TaskStatus, Why,
};
use std::time::Duration;

pub(super) async fn a_plan_is_on_the_disk_before_it_is_answered(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 2).await;
    assert_eq!(planned.dispatch.outcome, None);
    assert_eq!(planned.dispatch.fencing_token, lease.token);

    let restarted = harness.open().await;
    let found = restarted.work(&lease, world.now()).await.unwrap();
    let row = &found.dispatches[0];
    assert_eq!(row.id, planned.dispatch.id);
    assert_eq!(row.contacts, planned.dispatch.contacts);
    assert_eq!(row.digest, planned.dispatch.digest);
    assert_eq!((row.kind, row.outcome), (planned.dispatch.kind, None));
    assert_eq!(found.segments[0].id, row.segment);
    assert_eq!((found.segments[0].contacts, found.segments[0].open_contacts), (2, 2));
    assert_eq!(found.task.counts.of(ContactStatus::Submitting), 2);
    let sent = restarted.contacts_by_id(&row.contacts).await.unwrap();
    assert_eq!(sent.len(), 2);
    for contact in &planned.contacts {
        assert_eq!(contact.status, ContactStatus::Submitting);
        assert_eq!(contact.segment.as_ref(), Some(&row.segment));
    }
    let first = restarted
        .segment_contacts(&row.segment, &[ContactStatus::Submitting, ContactStatus::Dialing], None, 1)
        .await
        .unwrap();
    assert_eq!(first[0].id, row.contacts[0]);
    let second = restarted
        .segment_contacts(&row.segment, &[ContactStatus::Submitting], Some(&first[0].id), 9)
        .await
        .unwrap();
    assert_eq!(second.len(), 1);
}

pub(super) async fn a_number_rings_once_at_a_time(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let mut people = world.people(0..2);
    people.push(crate::NewContact { external_id: None, ..world.person(0) });
    let first = world.task_with(people).await;
    let second = world.task_of(1).await;
    let foreign = world
        .store
        .create_task(&tenant("other"), world.new_task(), world.people(0..1), None, world.now())
        .await
        .unwrap();
    let leases = world.store.lease_due_tasks(world.now(), super::world::TERM, 10).await.unwrap();
    let lease = |task| leases.iter().find(|lease| lease.task == task).unwrap();

    let (mine, others) = (lease(first.clone()), lease(second));
    let sent = world.send(mine, 10).await.dispatch.contacts;
    assert_eq!(sent.len(), 2, "the same number is not rung twice in one batch");
    assert!(world.plan(world.open(mine, 2, 10)).await.is_none(), "it rings");
    assert!(world.plan(world.open(others, 1, 10)).await.is_none(), "it rings for another task");
    assert!(world.plan(world.open(lease(foreign.id), 1, 10)).await.is_some(), "another tenant's");

    world.move_on(mine, change(&sent[0], ContactStatus::Submitting, ContactStatus::Unknown)).await;
    assert!(world.plan(world.open(others, 1, 10)).await.is_none(), "it may ring");
    world.move_on(mine, change(&sent[0], ContactStatus::Unknown, ContactStatus::Completed)).await;
    assert!(world.plan(world.open(others, 1, 10)).await.is_some());
}

pub(super) async fn plans_made_at_once_share_nobody(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(12).await;
    let lease = world.lease(&task).await;
    let segment = world.plan(world.open(&lease, 1, 0)).await.unwrap().dispatch.segment;
    let plans = (0..4).map(|_| world.plan(world.fill(&lease, &segment, 3)));
    let planned = futures_util::future::join_all(plans).await;
    let mut sent: Vec<_> =
        planned.into_iter().flatten().flat_map(|planned| planned.dispatch.contacts).collect();
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 12);
}

pub(super) async fn the_vendor_never_holds_more_than_the_window(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(10).await;
    let lease = world.lease(&task).await;
    let narrow = |sequence, people| {
        let mut plan = world.open(&lease, sequence, people);
        plan.window = 4;
        plan
    };
    let sent = world.plan(narrow(1, 3)).await.unwrap().dispatch.contacts;
    assert_eq!(sent.len(), 3);
    assert_eq!(world.plan(narrow(2, 3)).await.unwrap().contacts.len(), 1);
    assert!(world.plan(narrow(3, 3)).await.is_none());
    world.move_on(&lease, change(&sent[1], ContactStatus::Submitting, ContactStatus::Completed)).await;
    let next = world.plan(narrow(3, 3)).await.unwrap();
    assert_eq!(next.contacts[0].external_id.as_deref(), Some("person-4"), "oldest first");
    assert_eq!(next.contacts.len(), 1);
}

pub(super) async fn an_empty_segment_needs_nobody(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let opened = world.plan(world.open(&lease, 1, 0)).await.unwrap();
    assert!(opened.contacts.is_empty());
    assert_eq!(world.task(&task).await.counts.of(ContactStatus::Queued), 1);
    let filled = world.plan(world.fill(&lease, &opened.dispatch.segment, 5)).await.unwrap();
    assert_eq!(filled.contacts.len(), 1);
    let work = world.store.work(&lease, world.now()).await.unwrap();
    assert_eq!((work.segments.len(), work.dispatches.len()), (1, 2));
    assert_eq!(work.segments[0].contacts, 1);
}

pub(super) async fn nobody_is_planned_unless_the_task_shall_run(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(1).await;
    let lease = world.lease(&task).await;
    let stop = Begin { desired: DesiredStatus::Stopped, status: TaskStatus::Stopping };
    let stopped = world.store.begin(&world.tenant, &task, stop, TaskStatus::ALL, None, world.now()).await;
    stopped.unwrap();
    assert!(world.plan(world.open(&lease, 1, 0)).await.is_none());
    assert!(world.plan(world.open(&lease, 1, 9)).await.is_none());
    assert!(world.store.work(&lease, world.now()).await.unwrap().dispatches.is_empty());
}

pub(super) async fn the_gate_holds_and_ends_people(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let morning = world.now() + Duration::from_secs(3_600);
    let gate = move |candidates: &[Candidate]| ChosenBatch {
        dial: vec![candidates[2].contact.id.clone()],
        others: vec![
            (candidates[0].contact.id.clone(), Choice::Hold(HoldReason::OutsideWindow, morning)),
            (
                candidates[1].contact.id.clone(),
                Choice::Never(ContactStatus::Expired, Why::new(Cause::ScheduleOver, "too late")),
            ),
        ],
        digest: "d1".into(),
    };
    let plan = world.open(&lease, 1, 9);
    let planned = world.store.plan_dispatch(plan, &gate, world.now()).await.unwrap().unwrap();
    let people = world.contacts(&task).await;
    assert_eq!(planned.dispatch.contacts, [people[2].id.clone()]);
    assert_eq!(people[0].hold, Some((HoldReason::OutsideWindow, morning)));
    assert_eq!(world.store.held_back().await.unwrap(), [(HoldReason::OutsideWindow, 1)]);
    let (seen, held) = world.store.look(&world.tenant, &task).await.unwrap();
    let of_one = Held { reason: HoldReason::OutsideWindow, people: 1, next: morning };
    assert_eq!((seen.next_hold_ends, held), (Some(morning), vec![of_one]));
    assert_eq!((seen.task.id, seen.dispatches.len()), (task.clone(), 1));
    let foreign = world.store.look(&tenant("globex"), &task).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    assert_eq!(people[1].status, ContactStatus::Expired);
    assert_eq!(people[1].reason.as_deref(), Some("too late"));
    assert_eq!(world.told(&people[0].id).await[1..], [EventType::ContactHeld]);
}

pub(super) async fn a_hold_ends_when_its_time_has_come(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    let hold = |seconds| {
        let until = world.now() + Duration::from_secs(seconds);
        (until, nobody(Choice::Hold(HoldReason::Retry, until)))
    };
    let (until, gate) = hold(60);
    let plan = |people| world.open(&lease, 1, people);
    let held = world.store.plan_dispatch(plan(2), &gate, world.now()).await.unwrap();
    assert!(held.is_err(), "people were wanted and none was let through");
    assert_eq!(world.task(&task).await.counts.of(ContactStatus::Held), 2, "the holds are kept");
    let work = world.store.work(&lease, world.now()).await.unwrap();
    assert_eq!(work.next_hold_ends, Some(until));
    assert!(work.segments.is_empty(), "no segment was opened");
    assert!(world.plan(plan(2)).await.is_none(), "not yet");

    world.pass(60);
    let (later, gate) = hold(30);
    world.store.plan_dispatch(plan(1), &gate, world.now()).await.unwrap().unwrap_err();
    let people = world.contacts(&task).await;
    assert_eq!(people[0].hold, Some((HoldReason::Retry, later)), "a hold can be lengthened");
    let planned = world.store.plan_dispatch(plan(2), &everybody, world.now()).await.unwrap();
    assert_eq!(planned.unwrap().dispatch.contacts, [people[1].id.clone()]);
    assert_eq!(world.contact(&people[1].id).await.hold, None);
}

pub(super) async fn a_segment_that_is_over_takes_nobody(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    let Dispatch { segment, contacts, .. } = world.send(&lease, 1).await.dispatch;
    let mut changes = Changes::under(&lease);
    let (sent, done) = (ContactStatus::Submitting, ContactStatus::Completed);
    changes.contacts.push(change(&contacts[0], sent, done));
    changes.segments.push(SegmentChange {
        status: Some(SegmentStatus::Stopped),
        raw_status: Some("finished".into()),
        ..SegmentChange::of(&segment)
    });
    world.apply(changes).await;
    assert!(world.plan(world.fill(&lease, &segment, 1)).await.is_none());
    assert_eq!(world.task(&task).await.counts.of(ContactStatus::Queued), 1);
}

pub(super) async fn a_number_rings_for_one_task_whoever_plans(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let second = harness.open_as("second").await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        // Each task lists the people in another order.
        let mut people = world.people(0..4);
        people.rotate_left(tasks.len() % 4);
        let people = people.into_iter().map(|person| crate::NewContact {
            id: outdial_model::ContactId::generate(world.now()),
            ..person
        });
        tasks.push(world.task_with(people.collect()).await);
    }
    let leases = world.store.lease_due_tasks(world.now(), super::world::TERM, 20).await.unwrap();
    assert_eq!(leases.len(), tasks.len());
    let plans = leases.iter().enumerate().map(|(n, lease)| {
        let store = if n % 2 == 0 { &world.store } else { &second };
        store.plan_dispatch(world.open(lease, 1, 3), &everybody, world.now())
    });
    let planned = futures_util::future::join_all(plans).await;
    let mut rings: Vec<_> = planned
        .into_iter()
        .filter_map(|planned| planned.expect("whoever is slower looks again").ok())
        .flat_map(|planned| planned.contacts)
        .filter_map(|contact| contact.phone)
        .collect();
    assert_eq!(rings.len(), 4, "nobody is forgotten");
    rings.sort_by(|a, b| a.e164().cmp(b.e164()));
    rings.dedup();
    assert_eq!(rings.len(), 4, "nobody is rung twice");
}
