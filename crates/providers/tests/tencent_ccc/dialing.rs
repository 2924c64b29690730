//! From a task's creation to what became of everybody, and steering on the way.

use crate::bench::{Bench, LATER, SOON, account, people};
use outdial_model::{Disposition, SegmentStatus};
use outdial_provider::{ContactProgress, Effect, ErrorKind, ReadProgress, SegmentState, Verb};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn each_person_is_rung_once_and_told_apart_by_the_call_record() {
    let bench = Bench::at_speed(600.0).await;
    let people = people([100, 101, 102, 103, 104, 105]);
    let segment = bench.opened(&people, SOON).await;
    let outcomes = bench.outcomes(&segment, &people).await;
    let expected = [
        Disposition::Answered,
        Disposition::NoAnswer,
        Disposition::Busy,
        Disposition::Declined,
        Disposition::InvalidNumber,
        Disposition::AnsweredMachine,
    ];
    assert_eq!(outcomes, expected);
    let reports = bench.progress(&segment, &people).await;
    assert_eq!(reports[0].calls.len(), 1);
    assert_eq!(reports[0].calls[0].talk_seconds, 20);
    assert!(reports[0].calls[0].recording.is_some());
    assert_eq!(reports[2].calls[0].raw.code.as_deref(), Some("206"));
    let rings = bench.rings().await;
    assert_eq!((&rings["total"], &rings["max_per_number"]), (&json!(6), &json!(1)));
    let status = bench.provider.segment_status(&segment).await.unwrap();
    assert_eq!(status.state, SegmentState::Known(SegmentStatus::Completed));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_second_attempt_is_told_in_order_and_decides() {
    let mut bench = Bench::at_speed(3000.0).await;
    bench.spec.retry.max_attempts = 2;
    let people = people([106]);
    let segment = bench.opened(&people, SOON).await;
    assert_eq!(bench.outcomes(&segment, &people).await, [Disposition::Answered]);
    let calls = &bench.progress(&segment, &people).await[0].calls;
    let dispositions: Vec<_> = calls.iter().map(|call| call.disposition).collect();
    assert_eq!(dispositions, [Some(Disposition::NoAnswer), Some(Disposition::Answered)]);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn more_people_than_one_page_of_records_holds() {
    let bench = Bench::at_speed(3000.0).await;
    let people = people((0..250).map(|i| i * 100));
    let segment = bench.opened(&people, SOON).await;
    let outcomes = bench.outcomes(&segment, &people).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Disposition::Answered));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_call_without_its_record_is_not_over_yet() {
    let bench = Bench::at_speed(600.0).await;
    bench.set(json!({"tencent.cdr_delay_seconds": 1_000_000})).await;
    let people = people([101]);
    let segment = bench.opened(&people, SOON).await;
    bench
        .until("the task is over", async || {
            let status = bench.provider.segment_status(&segment).await.unwrap();
            (status.state == SegmentState::Known(SegmentStatus::Completed)).then_some(())
        })
        .await;
    assert_eq!(bench.progress(&segment, &people).await[0].progress, ContactProgress::Dialing);

    let impatient = account(&bench.simulator, json!({"cdr_grace_seconds": 0}));
    let request = ReadProgress { segment: &segment, contacts: &people };
    let report = bench
        .until("the grace is over", async || {
            let report = impatient.progress(&request).await.unwrap().contacts.remove(0);
            (report.progress != ContactProgress::Dialing).then_some(report)
        })
        .await;
    assert_eq!(report.progress, ContactProgress::Done(Disposition::NoAnswer));
    assert_eq!(report.calls[0].disposition, None, "the record may still come and say more");
    bench.simulator.stop().await;
}

#[tokio::test]
async fn who_was_never_dialed_when_the_task_is_stopped_is_told_so() {
    let bench = Bench::at_speed(1.0).await;
    let people = people([400, 401]);
    let segment = bench.opened(&people, LATER).await;
    let report = bench.control(&segment, Verb::Stop).await.unwrap();
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Stopped));
    let again = bench.control(&segment, Verb::Complete).await.unwrap();
    assert_eq!(again, report, "already so");
    let reports = bench.progress(&segment, &people).await;
    assert!(reports.iter().all(|report| report.progress == ContactProgress::NotDialed));
    assert_eq!(bench.rings().await["total"], 0);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn pausing_before_the_start_is_a_conflict_and_twice_is_not() {
    let bench = Bench::at_speed(1.0).await;
    let segment = bench.opened(&people([500]), Duration::from_secs(3)).await;
    let refusal = bench.control(&segment, Verb::Pause).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.effect), (ErrorKind::Conflict, Effect::None));
    let paused =
        bench.until("the task can be paused", async || bench.control(&segment, Verb::Pause).await.ok()).await;
    assert_eq!(paused.state, SegmentState::Known(SegmentStatus::Paused));
    assert_eq!(bench.control(&segment, Verb::Pause).await.unwrap(), paused);
    for _ in 0..2 {
        let resumed = bench.control(&segment, Verb::Resume).await.unwrap();
        assert_eq!(resumed.state, SegmentState::Known(SegmentStatus::Running));
    }
    bench.simulator.stop().await;
}

#[tokio::test]
async fn later_people_are_refused_here_because_they_go_into_the_next_segment() {
    let bench = Bench::at_speed(1.0).await;
    let people = people([800]);
    let segment = bench.opened(&people, LATER).await;
    let request = outdial_provider::AddContacts { segment: &segment, contacts: &people };
    let refusal = bench.provider.add_contacts(&request).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.effect), (ErrorKind::Unsupported, Effect::NotSent));
    let nobody = bench.open(&[], LATER).await.1.unwrap_err();
    assert_eq!((nobody.kind, nobody.effect), (ErrorKind::InvalidRequest, Effect::NotSent));
    bench.simulator.stop().await;
}
