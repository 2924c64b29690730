//! The property that counters always add up, over any history.

use super::Harness;
use super::world::{World, all, change, everybody, nobody};
use crate::{Changes, Choice, ContactFilter, Lease};
use outdial_model::{Cause, ContactStatus, Counts, Disposition, HoldReason, TaskId, Why};
use std::collections::BTreeMap;
use std::time::Duration;

/// One thing that happens to a task; a contact is named by any number, an impossible move by any
/// two statuses.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// So many people are added; some of them are there already.
    Add(u8),
    /// So many are sent in a new segment, or held for a minute by the gate.
    Plan(u8, bool),
    /// Somebody's status is said to change.
    Move(u8, ContactStatus, Disposition),
    /// A client takes somebody back.
    Cancel(u8),
    /// At most so many of ours are ended.
    EndOurs(u8),
    /// So many seconds pass.
    Pass(u8),
}

/// Lives through a history and looks after each step whether every kept counter is what counting
/// the rows would give, and the revision moved when the counts did.
pub async fn counters_add_up(harness: &dyn Harness, history: &[Step]) {
    let world = World::of(harness).await;
    let task = world.task_of(5).await;
    let lease = world.lease(&task).await;
    let mut segments = 0;
    let mut last = world.task(&task).await;
    for step in history {
        take(&world, &task, &lease, &mut segments, *step).await;
        let seen = world.task(&task).await;
        assert_eq!(seen.counts, counted(&world, &task).await, "after {step:?}");
        assert!(
            seen.counts == last.counts || seen.revision > last.revision,
            "{step:?} changed the counts unseen"
        );
        last = seen;
        segments_add_up(&world, &task, &lease).await;
    }
    for contact in world.contacts(&task).await {
        let events = world.events(&contact.id).await;
        let numbers: Vec<_> = events.iter().map(|event| event.sequence).collect();
        let expected: Vec<_> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, expected);
    }
}

async fn take(world: &World, task: &TaskId, lease: &Lease, segments: &mut u32, step: Step) {
    let people = world.contacts(task).await;
    let somebody = |n: u8| &people[usize::from(n) % people.len()];
    match step {
        Step::Add(n) => world.add(task, world.people(0..usize::from(n))).await,
        Step::Plan(n, hold) => {
            let plan = world.open(lease, *segments + 1, usize::from(n));
            let until = world.now() + Duration::from_secs(60);
            let gate = nobody(Choice::Hold(HoldReason::OutsideWindow, until));
            let planned = if hold {
                world.store.plan_dispatch(plan, &gate, world.now()).await
            } else {
                world.store.plan_dispatch(plan, &everybody, world.now()).await
            };
            *segments += u32::from(planned.unwrap().is_ok());
        }
        Step::Move(n, to, disposition) => {
            let contact = somebody(n);
            let mut change = change(&contact.id, contact.status, to);
            change.disposition = Some(disposition);
            if to == ContactStatus::Held {
                change.hold = Some((HoldReason::Retry, world.now()));
            }
            let mut changes = Changes::under(lease);
            changes.contacts.push(change);
            world.apply(changes).await;
        }
        Step::Cancel(n) => {
            // Refused for whoever is done.
            let _ = world.store.cancel_contact(&world.tenant, &somebody(n).id, None, world.now()).await;
        }
        Step::EndOurs(n) => {
            let (status, why) = (ContactStatus::Expired, Why::new(Cause::ScheduleOver, "over"));
            let ended = world.store.cancel_ours(lease, status, why, n.into(), world.now()).await;
            assert!(ended.unwrap() <= n.into());
        }
        Step::Pass(seconds) => world.pass(seconds.into()),
    }
}

/// What counting would give.
async fn counted(world: &World, task: &TaskId) -> Counts {
    let mut counts = Counts::default();
    let filter = ContactFilter::default();
    for contact in world.store.contacts(&world.tenant, task, &filter, &all(10_000)).await.unwrap() {
        *counts.statuses.entry(contact.status).or_default() += 1;
        assert_eq!(contact.status == ContactStatus::Completed, contact.disposition.is_some());
        if let Some(disposition) = contact.disposition {
            *counts.dispositions.entry(disposition).or_default() += 1;
        }
    }
    counts
}

async fn segments_add_up(world: &World, task: &TaskId, lease: &Lease) {
    let mut open = BTreeMap::new();
    let mut cancels = 0;
    for contact in world.contacts(task).await {
        if let Some(segment) = contact.segment
            && contact.status.is_out()
        {
            *open.entry(segment).or_insert(0u32) += 1;
        }
        cancels += u64::from(contact.cancel_requested);
    }
    for segment in world.store.segments(&world.tenant, task).await.unwrap() {
        assert_eq!(segment.open_contacts, open.get(&segment.id).copied().unwrap_or(0));
        assert!(segment.contacts >= segment.open_contacts);
    }
    let work = world.store.work(lease, world.now()).await.unwrap();
    assert_eq!(work.cancels_pending, cancels);
}
