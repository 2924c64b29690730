//! Single calls: placed at once, read to their end, and found again as far as that can be proven.

use crate::bench::{Bench, account, outcome_of, people};
use outdial_model::{Clock, Disposition, SegmentId, SegmentStatus, SystemClock, TaskSpec};
use outdial_provider::{
    ContactProgress, DialContact, Effect, Find, Found, PlaceCall, Provider, ProviderError, SegmentRef,
    SegmentState,
};
use serde_json::json;

const IVR: &str = "ivr:8";
const AGENT: &str = "agent:12";

fn spec(template: &str) -> TaskSpec {
    TaskSpec { single_call: true, ..TaskSpec::new("Single call", template) }
}

async fn call(
    bench: &Bench,
    template: &str,
    person: &DialContact,
) -> (SegmentRef, Result<(), ProviderError>) {
    let now = SystemClock.now();
    let (key, spec) = (SegmentId::generate(now), spec(template));
    let placed = bench.provider.place_call(&PlaceCall { key: &key, spec: &spec, contact: person }).await;
    let (vendor_ref, outcome) = match placed {
        Ok(placed) => (Some(placed.vendor_ref), Ok(())),
        Err(error) => (None, Err(error)),
    };
    (SegmentRef { key, vendor_ref, opened_at: now }, outcome)
}

async fn look(provider: &dyn Provider, template: &str, segment: &SegmentRef, contact: &DialContact) -> Found {
    let by_key = SegmentRef { vendor_ref: None, ..segment.clone() };
    provider.find(&Find::Call { segment: &by_key, spec: &spec(template), contact }).await.unwrap()
}

#[tokio::test]
async fn a_call_is_told_to_its_end_by_its_record() {
    for (template, action) in [(IVR, "CreateIVRSession"), (AGENT, "CreateAIAgentCall")] {
        let bench = Bench::at_speed(600.0).await;
        bench.set(json!({"tencent.cdr_delay_seconds": 600})).await;
        let people = people([2]);
        let (segment, outcome) = call(&bench, template, &people[0]).await;
        outcome.unwrap();
        let first = bench.progress(&segment, &people).await.remove(0);
        assert_eq!(first.progress, ContactProgress::Dialing, "{action}: there is no record yet");
        assert_eq!(first.calls[0].disposition, None, "and the call is known by its session");
        let going_on = bench.provider.segment_status(&segment).await.unwrap();
        assert_eq!(going_on.state, SegmentState::Known(SegmentStatus::Ending));
        let outcomes = bench.until("the record is there", async || {
            bench
                .progress(&segment, &people)
                .await
                .into_iter()
                .map(|report| outcome_of(report.progress))
                .collect::<Option<Vec<_>>>()
        });
        assert_eq!(outcomes.await, [Disposition::Busy], "{action}");
        let over = bench.provider.segment_status(&segment).await.unwrap();
        assert_eq!(over.state, SegmentState::Known(SegmentStatus::Completed));
        assert_eq!((bench.times_asked(action).await, &bench.rings().await["total"]), (1, &json!(1)));
        bench.simulator.stop().await;
    }
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_found_once_its_record_is_there_and_not_guessed_before() {
    for (template, action) in [(IVR, "CreateIVRSession"), (AGENT, "CreateAIAgentCall")] {
        let bench = Bench::at_speed(30.0).await;
        bench.fault(action, "reset_mid_body").await;
        let people = people([7]);
        let (segment, outcome) = call(&bench, template, &people[0]).await;
        assert_eq!(outcome.unwrap_err().effect, Effect::Possible);
        bench.heal().await;
        let first = look(&*bench.provider, template, &segment, &people[0]).await;
        assert_eq!(first, Found::CannotTell, "{action}: it goes on, and nothing shows it");
        let report = bench
            .until("it is found", async || {
                match look(&*bench.provider, template, &segment, &people[0]).await {
                    Found::Segment(report) => Some(report),
                    _ => None,
                }
            })
            .await;
        let segment = SegmentRef { vendor_ref: report.vendor_ref, ..segment };
        let report = bench.progress(&segment, &people).await.remove(0);
        assert_eq!(outcome_of(report.progress), Some(Disposition::NoAnswer), "{action}");
        bench.simulator.stop().await;
    }
}

#[tokio::test]
async fn that_there_is_no_record_proves_something_only_where_the_account_says_since_when() {
    let bench = Bench::at_speed(600.0).await;
    let nobody = people([0]).remove(0);
    let segment = SegmentRef {
        key: SegmentId::generate(SystemClock.now()),
        vendor_ref: None,
        opened_at: SystemClock.now(),
    };
    let sure = account(&bench.simulator, json!({"call_record_seconds": 0}));
    for template in [IVR, AGENT] {
        assert_eq!(look(&*bench.provider, template, &segment, &nobody).await, Found::CannotTell);
        assert_eq!(look(&*sure, template, &segment, &nobody).await, Found::NoSegment);
    }
    bench.simulator.stop().await;
}

#[tokio::test]
async fn of_several_calls_of_one_agent_to_one_number_none_is_taken_for_ours() {
    let bench = Bench::at_speed(600.0).await;
    let person = people([2]).remove(0);
    let (segment, outcome) = call(&bench, AGENT, &person).await;
    outcome.unwrap();
    call(&bench, AGENT, &person).await.1.unwrap();
    let people = [person];
    bench
        .until("both have their records", async || {
            let reports = bench.progress(&segment, &people).await;
            outcome_of(reports[0].progress)
        })
        .await;
    let found = bench.until("both are shown", async || {
        let found = look(&*bench.provider, AGENT, &segment, &people[0]).await;
        (found == Found::CannotTell).then_some(found)
    });
    assert_eq!(found.await, Found::CannotTell);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn what_only_tasks_can_have_is_refused_of_a_single_call() {
    let bench = Bench::at_speed(1.0).await;
    let mut spec = spec(AGENT);
    let options = json!({"description": "d", "retry_hangup_types": [202], "max_ring_seconds": 30});
    spec.provider_options.insert("tencent_ccc".to_owned(), options);
    let refused = bench.provider.refuse_task(&spec);
    let pointers: Vec<_> = refused.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["#/provider_options/tencent_ccc/description", "#/provider_options/tencent_ccc/retry_hangup_types"]
    );
    bench.simulator.stop().await;
}
