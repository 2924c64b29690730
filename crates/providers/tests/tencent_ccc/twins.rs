//! One creating request, carried out twice: seen by our key, and stopped on its fuse.

use crate::bench::{Bench, LATER, SOON, people};
use outdial_model::{Clock, SegmentId, SegmentStatus, SystemClock};
use outdial_provider::{Effect, ErrorKind, Find, Found, SegmentRef, SegmentReport, SegmentState, Verb};
use serde_json::json;

fn segment(found: Found) -> SegmentReport {
    match found {
        Found::Segment(report) => report,
        other => panic!("the task is there, and {other:?} was found"),
    }
}

#[tokio::test]
async fn a_twin_is_seen_and_stopped_before_the_fuse_ends_and_rings_nobody() {
    let bench = Bench::at_speed(30.0).await;
    let people = people([100, 200, 300]);
    bench.duplicate().await;
    let opened = bench.opened(&people, SOON * 75).await;
    let report = segment(bench.find(&opened).await);
    assert_eq!((report.vendor_ref.as_ref(), report.contacts), (opened.vendor_ref.as_ref(), Some(3)));
    let [twin] = &report.twins[..] else { panic!("one request, two tasks: {:?}", report.twins) };

    let of_twin = SegmentRef { vendor_ref: Some(twin.clone()), ..opened.clone() };
    let stopped = bench.control(&of_twin, Verb::Stop).await.unwrap();
    assert_eq!(stopped.state, SegmentState::Known(SegmentStatus::Stopped));
    assert_eq!(bench.rings().await["total"], 0, "in time");
    assert_eq!(segment(bench.find(&opened).await).twins, [""; 0], "what is over is no danger");

    bench.outcomes(&opened, &people).await;
    let rings = bench.rings().await;
    assert_eq!((&rings["total"], &rings["max_per_number"]), (&json!(3), &json!(1)));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn without_an_answer_the_first_of_the_twins_is_ours() {
    let bench = Bench::at_speed(1.0).await;
    bench.duplicate().await;
    bench.fault("CreateAutoCalloutTask", "garbage").await;
    let (unanswered, outcome) = bench.open(&people([100]), LATER).await;
    assert!(outcome.is_err());
    bench.heal().await;
    let report = segment(bench.find(&unanswered).await);
    assert_eq!((report.vendor_ref.as_deref(), &report.twins[..]), (Some("1"), &["2".to_owned()][..]));
    assert_eq!(report.contacts, Some(1));
    // Known by the other id, it is the other way round.
    let other = SegmentRef { vendor_ref: Some("2".to_owned()), ..unanswered };
    assert_eq!(segment(bench.find(&other).await).twins, ["1"]);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_list_that_lags_behind_proves_no_lack_of_twins() {
    let bench = Bench::at_speed(1.0).await;
    bench.fault("DescribeAutoCalloutTasks", "hide_from_lists").await;
    let opened = bench.opened(&people([100]), LATER).await;
    let look_up = bench.provider.find(&Find::Segment(&opened)).await;
    let error = look_up.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::NotFound, Effect::None), "to be looked at again");
    bench.heal().await;
    assert_eq!(segment(bench.find(&opened).await).twins, [""; 0]);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn in_a_long_list_ours_is_found_without_reading_it_whole() {
    let bench = Bench::at_speed(1.0).await;
    for ending in 0..350 {
        bench.opened(&people([ending]), LATER).await;
    }
    let newest = SegmentRef { vendor_ref: None, ..bench.opened(&people([999]), LATER).await };
    assert_eq!(segment(bench.find(&newest).await).vendor_ref.as_deref(), Some("351"));
    assert_eq!(bench.times_asked("DescribeAutoCalloutTasks").await, 2, "its page and the next");
    let nobodys = SegmentRef { key: SegmentId::generate(SystemClock.now()), ..newest.clone() };
    assert_eq!(bench.find(&nobodys).await, Found::NoSegment);
    assert_eq!(bench.times_asked("DescribeAutoCalloutTasks").await, 2 + 4, "absence takes them all");

    // The other way round it is read from its end.
    bench.set(json!({"tencent.list_oldest_first": true})).await;
    assert_eq!(segment(bench.find(&newest).await).vendor_ref.as_deref(), Some("351"));
    assert_eq!(
        bench.times_asked("DescribeAutoCalloutTasks").await,
        2 + 4 + 3,
        "which end, its page, the next"
    );
    assert_eq!(bench.find(&nobodys).await, Found::NoSegment);
    bench.simulator.stop().await;
}
