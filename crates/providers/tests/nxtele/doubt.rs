//! Answers that are lost, late or wrong: what may have happened is looked up, never sent again.

use crate::bench::{Bench, account, new_segment, people};
use outdial_model::SegmentStatus;
use outdial_provider::{
    Effect, ErrorKind, Found, Progress, ProviderError, SegmentReport, SegmentState, Verb,
};
use serde_json::{Value, json};

const CALLBACKS: &str = "http://127.0.0.1:9/ingress/nx/s3cret";

#[tokio::test]
async fn a_segment_whose_answer_is_lost_is_found_by_our_key() {
    for mode in ["commit_then_silence", "reset_mid_body", "garbage"] {
        let bench = Bench::with(json!({})).await;
        bench.spoil("createTask", mode).await;
        let segment = new_segment();
        let error = bench.try_open(&segment, &[]).await.unwrap_err();
        assert_eq!(error.effect, Effect::Possible, "{mode}");
        let ready = SegmentReport {
            raw: Some("1".to_owned()),
            vendor_ref: Some(segment.key.to_string()),
            contacts: Some(0),
            ..SegmentReport::of(SegmentState::Known(SegmentStatus::Ready))
        };
        assert_eq!(bench.find(&segment).await, Found::Segment(ready), "{mode}");
    }
}

#[tokio::test]
async fn before_it_is_started_a_task_tells_how_many_people_are_in_it() {
    let bench = Bench::with(json!({})).await;
    let (segment, people) = (bench.open().await, people(&["00", "01"]));
    // Orders that come twice are taken once: the vendor knows their ids.
    let twice = json!({"provider": "nxtele", "operation": "addBatchCall", "mode": "duplicate_create"});
    bench.fault(&twice).await;
    bench.add(&segment, &people).await.unwrap();
    let Found::Segment(report) = bench.find(&segment).await else { panic!("the task is there") };
    assert_eq!((report.contacts, report.twins.len()), (Some(2), 0));
    let Progress { segment: report, .. } = bench.progress_of(&segment, &people).await;
    assert_eq!(report.and_then(|report| report.contacts), Some(2));
}

#[tokio::test]
async fn people_whose_answer_is_lost_are_found_by_our_keys() {
    for mode in ["commit_then_silence", "reset_mid_body", "garbage"] {
        let bench = Bench::with(json!({})).await;
        let (segment, people) = (bench.open().await, people(&["00", "01"]));
        bench.spoil("addBatchCall", mode).await;
        let error = bench.add(&segment, &people).await.unwrap_err();
        assert_eq!(error.effect, Effect::Possible, "{mode}");
        assert_eq!(bench.found(&segment, &people).await, 2, "{mode}");
    }
}

#[tokio::test]
async fn a_gateway_that_fails_proves_nothing_and_absence_is_looked_up() {
    let bench = Bench::with(json!({})).await;
    for mode in ["status", "silence"] {
        bench.spoil("createTask", mode).await;
        let segment = new_segment();
        let error = bench.try_open(&segment, &[]).await.unwrap_err();
        assert_eq!((error.kind, error.effect), (ErrorKind::Unavailable, Effect::Possible));
        assert_eq!(bench.find(&segment).await, Found::NoSegment);
    }
}

#[tokio::test]
async fn what_exists_may_be_missing_from_lists_for_a_while() {
    let bench = Bench::with(json!({})).await;
    bench.hide("createTask").await;
    let segment = bench.open().await;
    assert_eq!(bench.find(&segment).await, Found::NoSegment, "which is why the settle delay exists");
    let started = bench.state_after(&segment, Verb::Start).await;
    assert_eq!(started, SegmentStatus::Running);
    bench.heal().await;
}

#[tokio::test]
async fn an_answer_with_a_wrong_signature_is_believed_or_not_as_the_account_says() {
    let people = people(&["00"]);
    for (setting, is_believed) in [("off", true), ("warn", true), ("enforce", false)] {
        let bench = Bench::with(json!({"response_signature": setting})).await;
        let segment = bench.open().await;
        bench.spoil("addBatchCall", "wrong_signature").await;
        match bench.add(&segment, &people).await {
            Ok(added) => assert!(is_believed && added.refused.is_empty()),
            Err(error) => {
                assert!(!is_believed);
                assert_eq!((error.kind, error.effect), (ErrorKind::UnexpectedResponse, Effect::Possible));
            }
        }
        assert_eq!(bench.found(&segment, &people).await, 1, "{setting}: it happened all the same");
    }
}

#[tokio::test]
async fn a_documented_refusal_proves_that_nothing_happened() {
    let refusals = [
        ("busy", json!(true), ErrorKind::RateLimited),
        ("maintenance", json!(true), ErrorKind::Unavailable),
        ("forbidden", json!(true), ErrorKind::PermissionDenied),
        ("batch_limit", json!(1), ErrorKind::TooLarge),
    ];
    for (setting, value, kind) in refusals {
        let bench = Bench::with(json!({})).await;
        let (segment, people) = (bench.open().await, people(&["00", "01"]));
        bench.set(setting, value).await;
        let error = bench.add(&segment, &people).await.unwrap_err();
        assert_eq!((error.kind, error.effect), (kind, Effect::None), "{setting}");
        assert!(error.request_id.is_some(), "{setting}: NXTele's support asks for it");
        bench.set(setting, if setting == "batch_limit" { json!(1000) } else { json!(false) }).await;
        assert_eq!(bench.found(&segment, &people).await, 0, "{setting}");
    }
}

#[tokio::test]
async fn a_partial_success_is_read_from_the_counts_whatever_the_code() {
    let bench = Bench::with(json!({})).await;
    let (segment, people) = (bench.open().await, people(&["00", "01"]));
    bench.add(&segment, &people[..1]).await.unwrap();
    bench.set("partial_success_code", json!(1)).await;
    let added = bench.add(&segment, &people).await.unwrap();
    assert_eq!(added.refused.len(), 1);
    assert!(added.ambiguous, "code 1 may mean anything, so the other one is looked up");
}

#[tokio::test]
async fn wrong_credentials_are_told_apart() {
    let bench = Bench::with(json!({})).await;
    let check = async |settings: Value| -> Result<(), ProviderError> {
        let provider = account(&bench.simulator, settings, CALLBACKS).unwrap();
        provider.check().await.map(drop)
    };
    for algorithm in ["MD5", "SHA256"] {
        let settings = json!({"algorithm": algorithm, "response_signature": "enforce"});
        assert_eq!(check(settings).await, Ok(()), "{algorithm}");
    }
    let wrong_key = check(json!({"secret_key": "wrong"})).await.unwrap_err();
    assert_eq!((wrong_key.kind, wrong_key.code.as_deref()), (ErrorKind::Unauthenticated, Some("6")));
    let wrong_uuid = check(json!({"uuid": "nobody"})).await.unwrap_err();
    assert_eq!((wrong_uuid.kind, wrong_uuid.code.as_deref()), (ErrorKind::PermissionDenied, Some("6002")));
}
