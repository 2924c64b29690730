//! A task's life when nothing goes wrong, at each kind of vendor.

use crate::world::{World, draft, tenant};
use outdial_engine::ContactDraft;
use outdial_model::{
    ContactStatus, Days, Disposition, EventType, Hours, Schedule, StartMode, TaskStatus, Window,
};
use outdial_provider::{ErrorKind, MemoryOptions, NextAnswer, Operation, Staging, Support};
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const LONG: Duration = Duration::from_secs(40);

#[tokio::test]
async fn everybody_is_rung_once_and_the_task_completes_at_every_kind_of_vendor() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        let task = world.create(7).await;
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 7, "{staging:?}");
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Running);
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG).await;
        let task = world.task(&task.id).await;
        assert_eq!(task.status, TaskStatus::Completed, "{staging:?}: {:?}", task.trouble);
        assert_eq!(task.counts.dispositions[&Disposition::Answered], 7);
        assert_eq!(task.counts.total(), 7);
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn people_added_while_it_runs_are_rung_too() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        let task = world.create_with(3, |spec| spec.keep_open = true).await;
        world.pass(LONG).await;
        world.add(&task.id, 3..8).await;
        world.add(&task.id, 3..8).await;
        world.vendor.finish_all(Disposition::NoAnswer);
        world.pass(LONG).await;
        world.vendor.finish_all(Disposition::NoAnswer);
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 8, "{staging:?}");
        let task = world.task(&task.id).await;
        assert_eq!((task.status, task.counts.of(ContactStatus::Completed)), (TaskStatus::Running, 8));
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn the_vendor_never_holds_more_than_the_window() {
    for staging in STAGINGS {
        let world = World::of(|clock| MemoryOptions::staged(staging, clock), Some(10)).await;
        let task = world.create(35).await;
        for _ in 0..20 {
            world.pass(Duration::from_secs(8)).await;
            let counts = world.task(&task.id).await.counts;
            assert!(counts.sum(ContactStatus::is_out) <= 10, "{staging:?}: {counts:?}");
            world.vendor.finish_all(Disposition::Busy);
        }
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed, "{staging:?}");
        assert_eq!(world.rung().len(), 35);
        world.nobody_was_rung_twice();
    }
}

#[tokio::test]
async fn a_manual_task_waits_for_its_start_and_a_scheduled_one_for_its_hour() {
    let world = World::new(Staging::EmptyThenStart).await;
    let manual = world.create_with(2, |spec| spec.schedule.start = StartMode::Manual).await;
    let night = Window {
        days: "mon".parse().into_iter().collect(),
        from: Window::time("01:01").unwrap(),
        to: Window::time("02:00").unwrap(),
    };
    let windows = vec![night];
    let later = world
        .create_with(0, |spec| {
            spec.schedule = Schedule {
                start: StartMode::Immediate,
                hours: Hours { windows, ..Hours::default() },
                ..Schedule::default()
            }
        })
        .await;
    world.add(&later.id, 10..12).await;
    world.pass(Duration::from_secs(50)).await;
    assert_eq!(world.rung(), Vec::<String>::new());
    assert_eq!(world.task(&manual.id).await.status, TaskStatus::Draft);
    let waiting = world.task(&later.id).await;
    assert_eq!(waiting.status, TaskStatus::Scheduled);
    let why = waiting.why_waiting(world.engine.now()).unwrap();
    assert!(why.contains("closed until 2026-03-02T01:01:00Z"), "{why}");
    world.pass(Duration::from_secs(20)).await;
    assert_eq!(world.rung().len(), 2, "the window opened after a minute");
}

#[tokio::test]
async fn after_the_schedule_is_over_nobody_is_sent_and_those_who_wait_expire() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::EmptyThenStart, clock), Some(2)).await;
    let end = "2026-03-02T01:00:30Z".parse().unwrap();
    let task = world.create_with(5, |spec| spec.schedule.not_after = Some(end)).await;
    world.pass(Duration::from_secs(31)).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    let task = world.task(&task.id).await;
    assert_eq!(task.status, TaskStatus::Completed, "{:?}", task.trouble);
    assert_eq!(task.counts.of(ContactStatus::Expired), 3);
    assert_eq!(world.rung().len(), 2);
}

#[tokio::test]
async fn one_number_in_two_tasks_is_never_rung_at_the_same_time() {
    let world = World::new(Staging::EmptyLive).await;
    let first = world.create(1).await;
    world.pass(Duration::from_secs(3)).await;
    let second = world.create(1).await;
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 1);
    assert_eq!(world.in_status(&second.id, ContactStatus::Queued).await, 1);
    assert!(world.task(&second.id).await.trouble.is_some(), "it says why it does not go on");
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    assert_eq!(world.task(&first.id).await.status, TaskStatus::Completed);
    assert_eq!(world.rung().len(), 2, "its turn came when the first call was over");
}

#[tokio::test]
async fn the_timeline_tells_every_step_in_order() {
    let world = World::new(Staging::EmptyThenStart).await;
    let task = world.create(1).await;
    world.pass(LONG).await;
    world.vendor.finish_all(Disposition::Declined);
    world.pass(LONG).await;
    let contact = world.contacts(&task.id).await.remove(0);
    let events = world.engine.timeline(&tenant(), &contact.id, None, 100).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds[..3],
        [EventType::ContactAccepted, EventType::ContactSubmitting, EventType::ContactSubmitted]
    );
    assert!(kinds.contains(&EventType::CallStarted) && kinds.contains(&EventType::CallEnded), "{kinds:?}");
    assert!(kinds.contains(&EventType::ContactCompleted), "{kinds:?}");
    let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (1..=u32::try_from(events.len()).unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_vendor_that_cannot_stop_or_complete_is_left_when_nobody_is_in_it() {
    let cannot = Support::Unsupported("no such operation");
    let options = |clock| MemoryOptions::staged(Staging::EmptyLive, clock).with(Operation::Stop, cannot);
    let world = World::of(options, None).await;
    let task = world.create(2).await;
    world.pass(LONG).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
    assert_eq!(world.vendor.requests(Operation::Stop), 0);
}

#[tokio::test]
async fn one_number_twice_in_a_task_has_its_second_turn_when_the_first_is_over() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        let task = world.create_with(1, |spec| spec.keep_open = true).await;
        let twin = ContactDraft { external_id: Some("twin".into()), ..draft(0) };
        world.engine.add_contacts(&tenant(), &task.id, &[twin], None).await.unwrap();
        world.pass(LONG).await;
        assert_eq!(world.rung().len(), 1, "{staging:?}");
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG * 2).await;
        assert_eq!(world.rung().len(), 2, "{staging:?}");
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG * 2).await;
        assert_eq!(world.in_status(&task.id, ContactStatus::Completed).await, 2, "{staging:?}");
    }
}

#[tokio::test]
async fn a_window_that_closes_before_the_start_is_waited_out() {
    let world = World::new(Staging::EmptyThenStart).await;
    let windows = ["01:00", "01:10"].map(|from| Window {
        days: Days::from_iter(["mon".parse().unwrap()]),
        from: Window::time(from).unwrap(),
        to: Window::time(&format!("{}1", &from[..4])).unwrap(),
    });
    for _ in 0..2 {
        world.vendor.script(Operation::Start, NextAnswer::Refuse(ErrorKind::QuotaExhausted));
    }
    let task = world
        .create_with(2, |spec| {
            let start = StartMode::Immediate;
            spec.schedule = Schedule {
                start,
                hours: Hours { windows: windows.to_vec(), ..Hours::default() },
                ..Schedule::default()
            };
        })
        .await;
    world.pass(Duration::from_secs(300)).await;
    assert_eq!(world.rung().len(), 0);
    world.pass(Duration::from_secs(360)).await;
    assert_eq!(world.rung().len(), 2, "{:?}", world.task(&task.id).await);
}
