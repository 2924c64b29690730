//! The table of checks: what each is called, at which pace it needs the phones, and for whom it is made.

mod calls;
mod declared;
mod endings;
mod errors;
mod faults;
mod fences;
mod keys;
mod life;
mod login;
mod mutate;
mod odd_bytes;
mod pushes;
mod reads;
mod secrecy;
mod settings;
mod signature;
mod status;
mod storm;
mod unsupported;

use super::{Bench, Harness, Outcome, Pace};
use futures_util::future::LocalBoxFuture;

pub(super) struct Check {
    /// Its sentence.
    pub(super) name: &'static str,
    pub(super) pace: Pace,
    needs: Needs,
    pub(super) run: for<'a> fn(&'a Bench) -> LocalBoxFuture<'a, Outcome>,
}

/// What a vendor must have for a check to be made.
enum Needs {
    Nothing,
    Pushes,
    /// Pushes that tell a status.
    PushedStatus,
    /// Pushes that carry a proof.
    Proof,
    /// Pushes whose proof expires.
    Expiry,
    Wire,
    /// Pushes, and a wire to ask about them on.
    PushesAndWire,
    /// Answers that tell a segment's status.
    Status,
    /// Answers that carry a proof.
    AnswerProof,
    Login,
}

impl Check {
    pub(super) fn applies_to(&self, harness: &dyn Harness) -> bool {
        let (pushes, wire) = (harness.pushes(), harness.wire());
        match self.needs {
            Needs::Nothing => true,
            Needs::Pushes => pushes.is_some(),
            Needs::PushedStatus => pushes.is_some_and(|pushes| pushes.unknown_status.is_some()),
            Needs::Proof => pushes.is_some_and(|pushes| pushes.proof_header.is_some()),
            Needs::Expiry => pushes.is_some_and(|pushes| pushes.proof_expires),
            Needs::Wire => wire.is_some(),
            Needs::PushesAndWire => pushes.is_some() && wire.is_some(),
            Needs::Status => wire.is_some_and(|wire| wire.unknown_status().is_some()),
            Needs::AnswerProof => wire.is_some_and(|wire| wire.answer_proof().is_some()),
            Needs::Login => wire.is_some_and(|wire| wire.login_path().is_some()),
        }
    }
}

macro_rules! check {
    ($name:literal, $needs:ident, $pace:ident, $run:expr) => {
        Check { name: $name, pace: Pace::$pace, needs: Needs::$needs, run: |bench| Box::pin($run(bench)) }
    };
}

pub(super) const CHECKS: &[Check] = &[
    check!("every_operation_is_declared", Nothing, Slow, declared::every_operation),
    check!("the_example_can_be_dialed", Nothing, Slow, declared::the_example),
    check!("a_template_of_the_wrong_form_is_pointed_at", Nothing, Slow, declared::a_wrong_template),
    check!("foreign_options_are_pointed_at", Nothing, Slow, declared::foreign_options),
    check!("unsupported_operations_send_nothing", Nothing, Slow, unsupported::send_nothing),
    check!("the_account_can_be_checked", Nothing, Slow, reads::the_account),
    check!("vendor_tasks_are_shown", Nothing, Slow, reads::vendor_tasks),
    check!("the_catalog_is_shown", Nothing, Slow, reads::catalog),
    check!("a_segment_is_found_by_our_key_alone", Nothing, Slow, keys::a_segment),
    check!("people_are_found_by_our_keys", Nothing, Slow, keys::people),
    check!("a_staged_segment_rings_nobody", Nothing, Fast, life::staged_rings_nobody),
    check!("everybody_is_rung_once_and_reported_done", Nothing, Fast, life::everybody_once),
    check!("a_single_call_rings_one_person_once", Nothing, Fast, calls::one_person_once),
    check!("whoever_is_cancelled_is_not_rung", Nothing, Slow, life::cancelled_is_not_rung),
    check!("control_is_repeatable", Nothing, Slow, life::control_is_repeatable),
    check!("a_still_segment_can_be_updated", Nothing, Slow, life::update),
    check!("a_good_push_is_received_alike_each_time", Pushes, Slow, pushes::good),
    check!("a_push_of_no_known_kind_is_refused", Pushes, Slow, pushes::unknown_kind),
    check!("a_push_with_a_wrong_proof_is_refused", Proof, Slow, pushes::wrong_proof),
    check!("a_push_without_proof_is_refused", Proof, Slow, pushes::missing_proof),
    check!("a_push_with_an_expired_proof_is_refused", Expiry, Slow, pushes::expired_proof),
    check!("a_pushed_unknown_status_is_no_error", PushedStatus, Slow, pushes::unknown_status),
    check!("a_push_nobody_sent_is_never_confirmed", Pushes, Slow, pushes::never_sent),
    check!("without_an_answer_no_push_is_judged", PushesAndWire, Slow, pushes::unanswered),
    check!("odd_bytes_in_pushes_do_no_harm", Pushes, Slow, odd_bytes::in_pushes),
    check!("odd_bytes_in_answers_do_no_harm", Wire, Slow, odd_bytes::in_answers),
    check!("an_unknown_setting_is_named", Wire, Slow, settings::unknown_key),
    check!("a_missing_setting_is_named", Wire, Slow, settings::missing_key),
    check!("the_bytes_signed_are_the_bytes_sent", Wire, Fast, signature::fits_the_bytes),
    check!("every_documented_error_is_classed", Wire, Slow, errors::every_row),
    check!("without_a_connection_nothing_was_sent", Wire, Slow, endings::before_the_bytes_left),
    check!("once_the_bytes_left_anything_may_have_happened", Wire, Slow, endings::after_the_bytes_left),
    check!("a_bare_refusal_is_refused_or_unknown", Wire, Slow, endings::refused_without_a_body),
    check!("under_a_fallen_fence_nothing_leaves", Wire, Slow, fences::nothing_leaves),
    check!("creating_with_a_forged_answer_may_have_happened", AnswerProof, Slow, faults::forged),
    check!("what_half_an_answer_hid_is_found_by_key", Wire, Slow, faults::hidden_is_found),
    check!("reads_are_repeated_at_most_three_times", Wire, Slow, storm::reads_are_repeated),
    check!("a_storm_does_not_multiply_reads", Wire, Slow, storm::reads_are_not_multiplied),
    check!("an_unknown_status_is_no_error", Status, Slow, status::unknown),
    check!("a_token_is_fetched_once_under_concurrency", Login, Slow, login::once),
    check!("nothing_private_is_printed", Nothing, Fast, secrecy::nothing_is_printed),
];
