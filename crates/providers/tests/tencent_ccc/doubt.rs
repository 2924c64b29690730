//! Answers that are lost and lists that lag: what exists is found by our keys, absence is proven.

use crate::bench::{Bench, LATER, SOON, people};
use outdial_model::{Clock, Disposition, SegmentId, SegmentStatus, SystemClock};
use outdial_provider::{ContactProgress, Effect, ErrorKind, Find, Found, SegmentRef, SegmentState};
use serde_json::json;

#[tokio::test]
async fn a_lost_answer_is_looked_up_by_our_key() {
    let bench = Bench::at_speed(1.0).await;
    bench.fault("CreateAutoCalloutTask", "reset_mid_body").await;
    let people = people([200, 201]);
    let (segment, outcome) = bench.open(&people, LATER).await;
    assert_eq!(outcome.unwrap_err().effect, Effect::Possible);
    bench.heal().await;
    let Found::Segment(report) = bench.find(&segment).await else {
        panic!("the task was made");
    };
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Ready));
    let look_up = Find::Contacts { segment: &segment, contacts: &people };
    let Found::Contacts(found) = bench.provider.find(&look_up).await.unwrap() else {
        panic!("the vendor can tell");
    };
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|report| report.progress == ContactProgress::Waiting));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_task_missing_from_the_whole_list_is_not_there() {
    let bench = Bench::at_speed(1.0).await;
    bench.opened(&people([200]), LATER).await;
    bench.fault("DescribeAutoCalloutTasks", "hide_from_lists").await;
    let hidden = SegmentRef { vendor_ref: None, ..bench.opened(&people([201]), LATER).await };
    assert_eq!(bench.find(&hidden).await, Found::NoSegment);
    bench.heal().await;
    assert!(matches!(bench.find(&hidden).await, Found::Segment(_)));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_task_on_a_later_page_of_the_list_is_found_and_the_lack_of_one_proven() {
    let bench = Bench::at_speed(1.0).await;
    let oldest = bench.opened(&people([200]), LATER).await;
    for ending in 0..100 {
        bench.opened(&people([ending]), LATER).await;
    }
    let by_key = SegmentRef { vendor_ref: None, ..oldest.clone() };
    let Found::Segment(report) = bench.find(&by_key).await else {
        panic!("it is the last of the list");
    };
    assert_eq!(report.vendor_ref, oldest.vendor_ref);
    let nobodys = SegmentRef { key: SegmentId::generate(SystemClock.now()), ..by_key };
    assert_eq!(bench.find(&nobodys).await, Found::NoSegment);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn people_of_a_task_out_of_sight_are_known_by_their_call_records() {
    let bench = Bench::at_speed(600.0).await;
    let people = people([300, 301]);
    let segment = bench.opened(&people, SOON).await;
    bench.outcomes(&segment, &people).await;
    bench.fault("DescribeAutoCalloutTasks", "hide_from_lists").await;
    let by_key = SegmentRef { vendor_ref: None, ..segment };
    let look_up = Find::Contacts { segment: &by_key, contacts: &people[..1] };
    let Found::Contacts(found) = bench.provider.find(&look_up).await.unwrap() else {
        panic!("the vendor can tell");
    };
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, people[0].key);
    assert_eq!(found[0].calls[0].disposition, Some(Disposition::Answered));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn too_many_requests_are_a_refusal_even_when_creating() {
    let bench = Bench::at_speed(1.0).await;
    bench.set(json!({"tencent.requests_per_second": 1})).await;
    let people = people([700]);
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(bench.open(&people, LATER).await.1);
    }
    let refusal = outcomes.into_iter().find_map(Result::err).unwrap();
    assert_eq!((refusal.kind, refusal.effect), (ErrorKind::RateLimited, Effect::None));
    bench.simulator.stop().await;
}
