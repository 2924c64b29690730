//! Caps: nobody is rung more often than is allowed, whichever task rings them.

use crate::world::{World, draft, tenant};
use outdial_engine::{CreateTask, EngineError};
use outdial_model::{
    Cap, CapPer, Clock, ContactStatus, Disposition, HoldReason, Obstacle, Schedule, StartMode, TaskSpec,
    TaskStatus,
};
use outdial_provider::{MemoryOptions, NextAnswer, Operation, Staging, Support};
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const LONG: Duration = Duration::from_secs(40);
const DAY: Duration = Duration::from_secs(86_400);

fn a_day(attempts: u32) -> Cap {
    Cap { attempts, days: 1, per: CapPer::Number }
}

/// Lets everybody be rung who may be, and their calls end.
async fn ring(world: &World) {
    world.pass(LONG).await;
    world.vendor.finish_all(Disposition::NoAnswer);
    world.pass(LONG).await;
}

#[tokio::test]
async fn whoever_was_rung_as_often_as_is_allowed_waits_until_that_is_long_enough_ago() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        for _ in 0..2 {
            world.create(1).await;
            ring(&world).await;
        }
        let task = world.create_with(1, |spec| spec.caps = vec![a_day(2)]).await;
        ring(&world).await;
        assert_eq!(world.rung().len(), 2, "{staging:?}");
        let contact = world.contacts(&task.id).await.remove(0);
        let (reason, until) = contact.hold.unwrap();
        assert_eq!((contact.status, reason), (ContactStatus::Held, HoldReason::Capped), "{staging:?}");
        let seen = world.engine.blockers(&tenant(), &task.id).await.unwrap();
        let held = seen.blockers.iter().find(|blocker| blocker.obstacle == Obstacle::Capped).unwrap();
        assert_eq!((held.contacts, held.until), (1, Some(until)));
        assert!(held.detail.contains("a cap"), "{}", held.detail);

        // The first of the two calls is a day ago then.
        let left = Duration::try_from(until.duration_since(world.clock.now())).unwrap();
        assert!(left < DAY, "{staging:?}: {left:?}");
        world.clock.advance(left - LONG);
        world.pass(Duration::from_secs(30)).await;
        assert_eq!(world.rung().len(), 2, "{staging:?}: not before");
        ring(&world).await;
        assert_eq!(world.rung().len(), 3, "{staging:?}");
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
    }
}

#[tokio::test]
async fn nobody_counts_as_rung_whom_the_vendor_never_had() {
    for failure in [NextAnswer::NotSent, NextAnswer::Timeout] {
        let world = World::new(Staging::EmptyLive).await;
        world.vendor.script(Operation::AddContacts, failure);
        world.create_with(1, |spec| spec.caps = vec![a_day(1)]).await;
        world.pass(Duration::from_secs(120)).await;
        assert_eq!(world.rung().len(), 1);
    }
}

#[tokio::test]
async fn whoever_may_have_been_rung_counts_though_an_operator_has_them_dialed_again() {
    let blind = |clock| {
        let unsupported = Support::Unsupported("no look-up");
        MemoryOptions::staged(Staging::EmptyLive, clock).with(Operation::FindContacts, unsupported)
    };
    let world = World::of(blind, None).await;
    world.vendor.script(Operation::AddContacts, NextAnswer::Timeout);
    let task = world.create_with(1, |spec| spec.caps = vec![a_day(1)]).await;
    world.pass(LONG).await;
    let contact = world.contacts(&task.id).await.remove(0);
    assert_eq!(contact.status, ContactStatus::Unknown);
    let again = outdial_model::Decision::Redial;
    world.engine.resolve_contact(&tenant(), &contact.id, again, None).await.unwrap();
    world.pass(LONG).await;
    let contact = world.contacts(&task.id).await.remove(0);
    assert_eq!(contact.hold.map(|(reason, _)| reason), Some(HoldReason::Capped));
    world.clock.advance(DAY);
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 1);
}

#[tokio::test]
async fn what_the_vendor_may_try_has_to_fit() {
    let world = World::new(Staging::EmptyLive).await;
    world.create(1).await;
    ring(&world).await;
    let twice = |spec: &mut TaskSpec| {
        spec.retry.max_attempts = 2;
        spec.caps = vec![a_day(2)];
    };
    let task = world.create_with(1, twice).await;
    ring(&world).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Held).await, 1, "only one more is allowed today");

    let mut spec = TaskSpec {
        schedule: Schedule { start: StartMode::Immediate, ..Schedule::default() },
        caps: vec![a_day(2), a_day(1)],
        ..TaskSpec::new("Reminders", "script-1")
    };
    spec.retry.max_attempts = 2;
    let account = "memory-1".parse().unwrap();
    let request =
        CreateTask { external_id: None, account, spec: spec.clone(), contacts: vec![draft(0)], client: None };
    for refused in [
        world.engine.create_task(&tenant(), request, None).await,
        world.engine.patch_task(&tenant(), &task.id, spec, None).await,
    ] {
        let Err(EngineError::Invalid(problems)) = refused else { panic!("{refused:?}") };
        let said: Vec<_> = problems.iter().map(|problem| (problem.pointer.as_str(), problem.code)).collect();
        assert_eq!(said, [("#/caps/1/attempts", "cap_too_small")]);
    }
}
