//! The conformance suite notices: for each promise a provider that breaks it, and the checks that must
//! (and, where it is told, the only ones that may) say so.
#![expect(clippy::unwrap_used, reason = "tests")]

mod harness;
mod provider;

use harness::Sly;
use outdial_provider::conformance::examine;
use provider::Sin;
use std::sync::Arc;

async fn noticed(sin: Option<Sin>) -> Vec<&'static str> {
    let findings = examine(Arc::new(Sly::with(sin).unwrap())).await;
    findings.into_iter().filter(|(_, outcome)| outcome.is_err()).map(|(name, _)| name).collect()
}

#[tokio::test(start_paused = true)]
async fn an_honest_provider_breaks_nothing() {
    assert!(noticed(None).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn ringing_somebody_twice_is_noticed() {
    let noticed = noticed(Some(Sin::AddsTwice)).await;
    assert!(noticed.contains(&"everybody_is_rung_once_and_reported_done"), "{noticed:?}");
}

#[tokio::test(start_paused = true)]
async fn calling_somebody_twice_is_noticed() {
    assert_eq!(noticed(Some(Sin::CallsTwice)).await, ["a_single_call_rings_one_person_once"]);
}

#[tokio::test(start_paused = true)]
async fn ringing_before_the_start_is_noticed() {
    let noticed = noticed(Some(Sin::StartsAtOnce)).await;
    assert!(noticed.contains(&"a_staged_segment_rings_nobody"), "{noticed:?}");
}

#[tokio::test(start_paused = true)]
async fn losing_our_keys_is_noticed() {
    let noticed = noticed(Some(Sin::FindsNobody)).await;
    assert_eq!(noticed, ["a_segment_is_found_by_our_key_alone", "people_are_found_by_our_keys"]);
}

#[tokio::test(start_paused = true)]
async fn finding_whoever_is_asked_for_is_noticed() {
    let noticed = noticed(Some(Sin::FindsEverybody)).await;
    assert_eq!(noticed, ["a_segment_is_found_by_our_key_alone", "people_are_found_by_our_keys"]);
}

#[tokio::test(start_paused = true)]
async fn twins_and_people_nobody_made_are_noticed() {
    for sin in [Sin::IsItsOwnTwin, Sin::CountsTwice] {
        assert_eq!(noticed(Some(sin)).await, ["a_segment_is_found_by_our_key_alone"], "{sin:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusing_what_is_already_so_is_noticed() {
    assert_eq!(noticed(Some(Sin::PausesOnce)).await, ["control_is_repeatable"]);
}

#[tokio::test(start_paused = true)]
async fn cancelling_nobody_is_noticed() {
    assert_eq!(noticed(Some(Sin::CancelsNobody)).await, ["whoever_is_cancelled_is_not_rung"]);
}

#[tokio::test(start_paused = true)]
async fn doing_what_is_not_offered_is_noticed() {
    assert_eq!(
        noticed(Some(Sin::SendsAnyway)).await,
        ["unsupported_operations_send_nothing", "the_catalog_is_shown"]
    );
}

#[tokio::test(start_paused = true)]
async fn leaving_an_operation_undeclared_is_noticed() {
    let noticed = noticed(Some(Sin::DeclaresLess)).await;
    assert!(noticed.contains(&"every_operation_is_declared"), "{noticed:?}");
}

#[tokio::test(start_paused = true)]
async fn accepting_any_task_is_noticed() {
    assert_eq!(
        noticed(Some(Sin::AcceptsAnyTask)).await,
        ["a_template_of_the_wrong_form_is_pointed_at", "foreign_options_are_pointed_at"]
    );
}

#[tokio::test(start_paused = true)]
async fn believing_any_push_is_noticed() {
    assert_eq!(
        noticed(Some(Sin::BelievesAnybody)).await,
        [
            "a_push_with_a_wrong_proof_is_refused",
            "a_push_without_proof_is_refused",
            "a_push_with_an_expired_proof_is_refused",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn forgetting_what_a_proof_is_checked_with_is_noticed() {
    assert_eq!(noticed(Some(Sin::ForgetsProofHeaders)).await, ["a_good_push_is_received_alike_each_time"]);
}

#[tokio::test(start_paused = true)]
async fn confirming_what_nobody_sent_is_noticed() {
    assert_eq!(noticed(Some(Sin::ConfirmsAnything)).await, ["a_push_nobody_sent_is_never_confirmed"]);
}

#[tokio::test(start_paused = true)]
async fn ending_somebody_by_a_word_nobody_knows_is_noticed() {
    assert_eq!(noticed(Some(Sin::EndsOnStrangeWords)).await, ["a_pushed_unknown_status_is_no_error"]);
}

#[tokio::test(start_paused = true)]
async fn a_number_in_the_log_or_in_debug_is_noticed() {
    for sin in [Sin::LogsNumbers, Sin::ShowsNames] {
        assert_eq!(noticed(Some(sin)).await, ["nothing_private_is_printed"], "{sin:?}");
    }
}
