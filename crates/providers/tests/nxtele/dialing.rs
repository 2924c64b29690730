//! A campaign's life: opened, filled, started, steered, changed, ended.

use crate::bench::{Bench, new_segment, people, until};
use outdial_model::{Disposition, SegmentStatus};
use outdial_provider::{CancelContacts, ContactProgress, Effect, ErrorKind, SegmentRef, UpdateSegment, Verb};
use serde_json::json;

#[tokio::test]
async fn everybody_is_rung_once_and_how_it_ended_is_told() {
    let bench = Bench::fast("http://127.0.0.1:9/x").await;
    let people = people(&["00", "01", "02", "03", "04"]);
    let segment = bench.open().await;
    let added = bench.add(&segment, &people).await.unwrap();
    assert!(added.refused.is_empty() && !added.ambiguous);
    assert!(bench.rings().await.is_empty(), "nobody is rung before the start");

    assert_eq!(bench.state_after(&segment, Verb::Start).await, SegmentStatus::Running);
    let mut ended = Vec::new();
    until("everybody is done", async || {
        let reports = bench.people_of(&segment, &people).await;
        ended = reports
            .iter()
            .filter_map(|report| match report.progress {
                ContactProgress::Done(disposition) => Some(disposition),
                _ => None,
            })
            .collect();
        ended.len() == people.len()
    })
    .await;
    use Disposition::{Answered, Busy, Declined, InvalidNumber, NoAnswer};
    assert_eq!(ended, [Answered, NoAnswer, Busy, Declined, InvalidNumber]);
    let answered = &bench.people_of(&segment, &people).await[0].calls[0];
    assert_eq!(answered.talk_seconds, 20);
    assert!(answered.recording.is_some());

    assert_eq!(bench.rings().await.len(), people.len());
    assert_eq!(bench.state_after(&segment, Verb::Complete).await, SegmentStatus::Completed);
}

#[tokio::test]
async fn a_second_attempt_is_a_redial_of_nxteles() {
    let mut bench = Bench::fast("http://127.0.0.1:9/x").await;
    bench.spec.retry.max_attempts = 2;
    let people = people(&["06"]);
    let segment = bench.open().await;
    bench.add(&segment, &people).await.unwrap();
    bench.control(&segment, Verb::Start).await.unwrap();
    let answered = ContactProgress::Done(Disposition::Answered);
    until("the second attempt is answered", async || {
        bench.people_of(&segment, &people).await[0].progress == answered
    })
    .await;
    assert_eq!(bench.people_of(&segment, &people).await[0].calls.len(), 2);
}

#[tokio::test]
async fn a_segment_opened_with_people_is_as_still_as_an_empty_one() {
    let bench = Bench::with(json!({})).await;
    let (segment, people) = (new_segment(), people(&["07"]));
    bench.try_open(&segment, &people).await.unwrap();
    assert_eq!(bench.found(&segment, &people).await, 1);
    assert!(bench.rings().await.is_empty());
    bench.control(&segment, Verb::Start).await.unwrap();
    until("it rings", async || bench.rings().await.len() == 1).await;
}

#[tokio::test]
async fn whoever_nxtele_refuses_is_told_by_name_with_a_reason() {
    let bench = Bench::with(json!({})).await;
    let people = people(&["00", "01"]);
    let segment = bench.open().await;
    bench.add(&segment, &people[..1]).await.unwrap();
    let added = bench.add(&segment, &people).await.unwrap();
    assert!(!added.ambiguous);
    assert_eq!(added.refused.len(), 1);
    assert_eq!(added.refused[0].key, people[0].key);
    assert!(added.refused[0].reason.contains("in use"), "{}", added.refused[0].reason);
    let again = bench.add(&segment, &people).await.unwrap();
    assert_eq!(again.refused.len(), 2, "refused one and all, by name");
}

#[tokio::test]
async fn what_is_so_already_is_a_success_and_what_cannot_be_is_a_conflict() {
    let bench = Bench::with(json!({})).await;
    let segment = bench.open().await;
    assert_eq!(
        bench.state_after(&segment, Verb::Pause).await,
        SegmentStatus::Ready,
        "nobody is dialed anyway"
    );
    for _ in 0..2 {
        assert_eq!(bench.state_after(&segment, Verb::Start).await, SegmentStatus::Running);
    }
    for _ in 0..2 {
        assert_eq!(bench.state_after(&segment, Verb::Pause).await, SegmentStatus::Paused);
    }
    assert_eq!(bench.state_after(&segment, Verb::Resume).await, SegmentStatus::Running);
    for verb in [Verb::Stop, Verb::Stop, Verb::Complete] {
        assert!(bench.state_after(&segment, verb).await.is_final());
    }
    let error = bench.control(&segment, Verb::Start).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Conflict, Some("4")));
    let nobodys = bench.control(&new_segment(), Verb::Start).await.unwrap_err();
    assert_eq!(nobodys.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn stopping_takes_back_whoever_waits() {
    let bench = Bench::with(json!({})).await;
    let people = people(&["00", "01"]);
    let segment = bench.open().await;
    bench.add(&segment, &people).await.unwrap();
    bench.control(&segment, Verb::Stop).await.unwrap();
    let reports = bench.people_of(&segment, &people).await;
    assert!(
        reports.iter().all(|report| report.progress == ContactProgress::Absent),
        "nobody is surely not dialed"
    );
    let late = bench.add(&segment, &people).await.unwrap_err();
    assert_eq!((late.kind, late.effect), (ErrorKind::Conflict, Effect::None));
    let nobodys = bench.add(&new_segment(), &people).await.unwrap_err();
    assert_eq!((nobodys.kind, nobodys.effect), (ErrorKind::InvalidRequest, Effect::None));
    assert!(bench.rings().await.is_empty());
}

#[tokio::test]
async fn a_cancelled_person_is_done_and_a_stranger_cannot_be_cancelled() {
    let bench = Bench::with(json!({"batch_size": 1})).await;
    let (sent, stranger) = (people(&["00", "01"]), people(&["02"]));
    let segment = bench.open().await;
    for person in sent.chunks(1) {
        bench.add(&segment, person).await.unwrap();
    }
    let contacts = [&sent[..1], &stranger].concat();
    let cancel = CancelContacts { segment: &segment, contacts: &contacts };
    let refused = bench.provider.cancel_contacts(&cancel).await.unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].key, stranger[0].key);
    let progress: Vec<_> =
        bench.people_of(&segment, &sent).await.iter().map(|report| report.progress).collect();
    assert_eq!(progress, [ContactProgress::Done(Disposition::Unknown), ContactProgress::Waiting]);
}

#[tokio::test]
async fn a_still_segment_is_changed_and_a_dialing_one_is_not() {
    let mut bench = Bench::with(json!({})).await;
    bench.set("update_delay_seconds", json!(0)).await;
    let segment = bench.open().await;
    bench.spec.pacing.max_concurrent_calls = Some(3);
    bench.spec.name = "April reminders".to_owned();
    let update = UpdateSegment { segment: &segment, spec: &bench.spec };
    bench.provider.update_segment(&update).await.unwrap();
    until("the change is shown", async || {
        let task = bench.provider.vendor_task(segment.key.as_str()).await.unwrap();
        let setting = &task.raw["taskSetting"]["taskCreateSetting"];
        task.name.as_deref() == Some("April reminders")
            && setting["maxCall"] == 3
            && setting["startupType"] == 1
    })
    .await;

    bench.control(&segment, Verb::Start).await.unwrap();
    let error = bench.provider.update_segment(&update).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Conflict, Effect::NotSent));
}

#[tokio::test]
async fn a_task_made_elsewhere_is_steered_by_its_own_name() {
    let bench = Bench::with(json!({})).await;
    let elsewhere = bench.open().await;
    let adopted = SegmentRef { vendor_ref: elsewhere.vendor_ref, ..new_segment() };
    assert_eq!(bench.state_after(&adopted, Verb::Start).await, SegmentStatus::Running);
}
