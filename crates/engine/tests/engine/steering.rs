//! Pause, resume, stop and cancel.

use crate::door::{Frozen, Meanwhile};
use crate::world::{World, draft, tenant};
use outdial_engine::{Clients, EngineError, TaskVerb};
use outdial_model::{ContactStatus, DesiredStatus, Disposition, StartMode, TaskStatus};
use outdial_provider::{ErrorKind, MemoryOptions, NextAnswer, Operation, Staging, Support};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const LONG: Duration = Duration::from_secs(40);

#[tokio::test]
async fn a_paused_task_dials_nobody_new_and_a_resumed_one_goes_on() {
    for staging in STAGINGS {
        let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(4)).await;
        let task = world.create(12).await;
        world.pass(LONG).await;
        let asked = world.steer(&task.id, TaskVerb::Pause).await;
        assert_eq!((asked.status, asked.desired), (TaskStatus::Pausing, DesiredStatus::Paused));
        world.pass(LONG).await;
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Paused, "{staging:?}");
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 4, "{staging:?}: nobody new");
        world.steer(&task.id, TaskVerb::Resume).await;
        for _ in 0..8 {
            world.pass(LONG).await;
            world.vendor.finish_all(Disposition::Answered);
        }
        world.pass(LONG).await;
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed, "{staging:?}");
        assert_eq!(world.rung().len(), 12);
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn a_stopped_task_cancels_those_who_wait_and_tells_how_the_others_ended() {
    for staging in STAGINGS {
        let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(3)).await;
        let task = world.create(9).await;
        world.pass(LONG).await;
        world.steer(&task.id, TaskVerb::Stop).await;
        world.pass(Duration::from_secs(5)).await;
        assert_eq!(world.in_status(&task.id, ContactStatus::Cancelled).await, 6, "{staging:?}");
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        let task = world.task(&task.id).await;
        assert_eq!(task.status, TaskStatus::Stopped, "{staging:?}: {:?}", task.counts);
        assert_eq!(task.counts.of(ContactStatus::Completed), 3);
        assert_eq!(world.rung().len(), 3);
        let again = world.engine.steer(&tenant(), &task.id, TaskVerb::Start, None).await;
        assert!(matches!(again, Err(EngineError::Conflict { code: "wrong_state", .. })));
    }
}

#[tokio::test]
async fn the_vendor_hears_of_a_stop_before_those_who_wait_are_cancelled() {
    for staging in STAGINGS {
        let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(3)).await;
        let task = world.create(9).await;
        world.pass(LONG).await;
        world.steer(&task.id, TaskVerb::Stop).await;
        let waiting = Arc::new(AtomicU64::new(0));
        let (engine, id, seen) = (world.engine.clone(), task.id.clone(), Arc::clone(&waiting));
        let look: Meanwhile = Box::pin(async move {
            let counts = engine.task(&tenant(), &id).await.unwrap().counts;
            seen.store(counts.of(ContactStatus::Queued), Ordering::SeqCst);
        });
        world.replicas[0].door.freeze(Frozen::BeforeASteer, look);
        world.pass(Duration::from_secs(5)).await;
        assert_eq!(waiting.load(Ordering::SeqCst), 6, "{staging:?}");
        assert_eq!(world.in_status(&task.id, ContactStatus::Cancelled).await, 6, "{staging:?}");
    }
}

#[tokio::test]
async fn an_account_taken_from_a_tenant_dials_nobody_new_for_it() {
    for staging in STAGINGS {
        let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(4)).await;
        let task = world.create(12).await;
        world.pass(LONG).await;
        let others = Clients { tenants: vec!["globex".parse().unwrap()], is_simulated: false };
        world.reserve(others);
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        let seen = world.task(&task.id).await;
        assert_eq!((world.rung().len(), seen.counts.of(ContactStatus::Completed)), (4, 4), "{staging:?}");
        assert!(seen.trouble.unwrap().contains("no longer for this tenant"));
        let more = world.engine.add_contacts(&tenant(), &task.id, &[draft(20)], None).await;
        assert!(matches!(more, Err(EngineError::NotFound("account"))), "{more:?}");
        world.reserve(Clients::default());
        for _ in 0..4 {
            world.pass(LONG).await;
            world.vendor.finish_all(Disposition::Answered);
        }
        world.pass(LONG).await;
        let seen = world.task(&task.id).await;
        assert_eq!((seen.status, seen.trouble), (TaskStatus::Completed, None), "{staging:?}");
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn a_task_that_never_started_stops_without_asking_the_vendor() {
    let world = World::new(Staging::EmptyThenStart).await;
    let task = world.create_with(3, |spec| spec.schedule.start = StartMode::Manual).await;
    world.steer(&task.id, TaskVerb::Stop).await;
    world.pass(Duration::from_secs(2)).await;
    let task = world.task(&task.id).await;
    assert_eq!((task.status, task.counts.of(ContactStatus::Cancelled)), (TaskStatus::Stopped, 3));
    assert_eq!(world.vendor.requests_in_all(), 0);
}

#[tokio::test]
async fn pausing_is_emulated_where_the_vendor_cannot() {
    let emulated = Support::Emulated("nobody new is sent");
    let options = |clock| {
        MemoryOptions::staged(Staging::EmptyLive, clock)
            .with(Operation::Pause, emulated)
            .with(Operation::Resume, emulated)
    };
    let world = World::of(options, Some(2)).await;
    let task = world.create(4).await;
    world.pass(LONG).await;
    world.steer(&task.id, TaskVerb::Pause).await;
    world.pass(Duration::from_secs(3)).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Paused);
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 2);
    world.steer(&task.id, TaskVerb::Resume).await;
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 4);
    assert_eq!(world.vendor.requests(Operation::Pause), 0);
}

#[tokio::test]
async fn somebody_who_waits_is_cancelled_at_once_and_somebody_who_left_through_the_vendor() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::WholeWithFuse, clock), Some(2)).await;
    let task = world.create(4).await;
    world.work().await;
    let contacts = world.contacts(&task.id).await;
    let waiting = contacts.iter().find(|contact| contact.status == ContactStatus::Queued).unwrap();
    let out = contacts.iter().find(|contact| contact.status == ContactStatus::Submitted).unwrap();
    let cancelled = world.engine.cancel_contact(&tenant(), &waiting.id, None).await.unwrap();
    assert_eq!(cancelled.status, ContactStatus::Cancelled);
    let asked = world.engine.cancel_contact(&tenant(), &out.id, None).await.unwrap();
    assert!(asked.cancel_requested && asked.status == ContactStatus::Submitted);
    world.pass(LONG).await;
    let after = world.engine.contact(&tenant(), &out.id).await.unwrap();
    assert_eq!(after.status, ContactStatus::Cancelled);
    let phones = [&out, &waiting].map(|contact| contact.phone.as_ref().unwrap().e164().to_owned());
    assert!(!world.rung().iter().any(|phone| phones.contains(phone)));
    assert!(
        world.engine.cancel_contact(&tenant(), &out.id, None).await.is_err(),
        "a final contact stays as it is"
    );
}

#[tokio::test]
async fn a_pause_while_the_fuse_burns_withdraws_the_people_and_a_resume_sends_them_again() {
    let world = World::new(Staging::WholeWithFuse).await;
    let task = world.create(5).await;
    world.pass(Duration::from_secs(3)).await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Submitted).await, 5);
    world.steer(&task.id, TaskVerb::Pause).await;
    world.pass(LONG).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Paused);
    assert_eq!(world.in_status(&task.id, ContactStatus::Queued).await, 5);
    assert_eq!(world.rung().len(), 0);
    world.steer(&task.id, TaskVerb::Resume).await;
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 5);
    world.nobody_was_rung_twice();
}

#[tokio::test]
async fn a_change_reaches_the_vendors_task_once_it_stands_still() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::EmptyThenStart, clock), Some(2)).await;
    let task = world.create(6).await;
    world.pass(LONG).await;
    let mut spec = task.spec.clone();
    spec.pacing.max_concurrent_calls = Some(7);
    let changed = world.engine.patch_task(&tenant(), &task.id, spec, None).await.unwrap();
    assert!(changed.revision > task.revision);
    world.pass(LONG).await;
    let segment = world.vendor.segments().remove(0);
    assert_eq!(world.vendor.spec(&segment).unwrap().pacing.max_concurrent_calls, None, "it dials");
    world.steer(&task.id, TaskVerb::Pause).await;
    world.pass(LONG).await;
    assert_eq!(world.vendor.spec(&segment).unwrap().pacing.max_concurrent_calls, Some(7));
}

#[tokio::test]
async fn a_verb_the_vendor_refuses_for_one_segment_does_not_keep_the_others_from_stopping() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::WholeWithFuse, clock), Some(4)).await;
    let task = world.create(2).await;
    world.work().await;
    world.add(&task.id, 2..4).await;
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(world.vendor.segments().len(), 2);
    for _ in 0..3 {
        world.vendor.script(Operation::Stop, NextAnswer::Refuse(ErrorKind::PermissionDenied));
    }
    world.steer(&task.id, TaskVerb::Stop).await;
    world.pass(LONG * 6).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG * 6).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Stopped);
}

#[tokio::test]
async fn a_refused_cancel_does_not_keep_a_task_from_stopping() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::EmptyLive, clock), None).await;
    let task = world.create(2).await;
    world.vendor.script(Operation::AddContacts, NextAnswer::NotSent);
    world.pass(Duration::from_secs(8)).await;
    for _ in 0..50 {
        world.vendor.script(Operation::CancelContact, NextAnswer::Refuse(ErrorKind::InvalidRequest));
    }
    let contact = world.contacts(&task.id).await.remove(0);
    world.engine.cancel_contact(&tenant(), &contact.id, None).await.unwrap();
    world.steer(&task.id, TaskVerb::Stop).await;
    world.pass(LONG).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG * 3).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Stopped);
}
