//! The checks every engine of the store passes.
//!
//! An engine's tests bring a [`Harness`] that opens an empty database of theirs, and run every one
//! of [`checks`] and [`counters_add_up`] over histories they draw. A check that fails panics.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a check is a test: it fails by panicking"
)]

mod accepting;
mod access;
mod budgeting;
mod calls;
mod capping;
mod changing;
mod delivering;
mod dispatching;
mod doubting;
mod ending;
mod endpoints;
mod erasing;
mod history;
mod judging;
mod keeping;
mod knowing;
mod leasing;
mod log;
mod once;
mod pages;
mod planning;
mod redialing;
mod remains;
mod replaying;
mod retiring;
mod returning;
mod sealing;
mod sharing;
mod subscriber;
mod suppressing;
mod tenants;
mod waiting;
mod world;

pub use history::{Step, counters_add_up};
pub use remains::everything_in;

use crate::{Keyring, Store, StoreError};
use async_trait::async_trait;
use std::pin::Pin;

/// Opens stores of one engine.
#[async_trait]
pub trait Harness: Send + Sync {
    /// The store on this harness's database, empty the first time. Opened again, it holds what was
    /// committed: that is what a restart finds.
    async fn open(&self) -> Box<dyn Store> {
        self.open_as("first").await
    }

    /// Another way to the same database: what a process of that name among several would hold. An engine that
    /// one process uses alone opens the same again.
    async fn open_as(&self, holder: &str) -> Box<dyn Store>;

    /// The same with these keys or none, whichever the harness usually opens it with.
    async fn open_with(&self, keyring: Option<&Keyring>) -> Result<Box<dyn Store>, StoreError>;

    /// The URL of the database.
    fn url(&self) -> String;
}

/// What a check does.
type Run = for<'h> fn(&'h dyn Harness) -> Pin<Box<dyn Future<Output = ()> + Send + 'h>>;

/// One story of the suite.
#[derive(Clone, Copy)]
pub struct Check {
    /// The story's sentence in snake_case.
    pub name: &'static str,
    /// Tells it against a fresh harness.
    pub run: Run,
}

macro_rules! checks {
    ($($file:ident: $($name:ident),+;)+) => {
        vec![$($(Check { name: stringify!($name), run: |harness| Box::pin($file::$name(harness)) }),+),+]
    };
}

/// Every story, by the file that tells it.
pub fn checks() -> Vec<Check> {
    checks! {
        accepting: a_task_is_read_back_as_it_was_accepted, an_external_id_names_one_task,
            a_contact_is_added_once, nobody_joins_a_task_that_is_over, a_vendor_task_is_adopted_once,
            many_contacts_are_accepted_at_once, a_stream_that_is_sent_again_adds_nobody_twice;
        access: keys_and_secrets_are_kept, a_tenant_sees_its_keys_and_takes_them_back,
            the_last_use_of_a_key_never_goes_back,
            after_an_emergency_stop_nobody_is_sent_for_what_was_there, the_audit_log_is_read_by_tenant_and_target;
        tenants: a_foreign_tenant_sees_nothing;
        pages: contacts_are_paged_while_people_are_added, tasks_are_paged_while_tasks_are_added,
            filters_find_what_they_name;
        changing: a_patch_needs_the_revision_it_read, a_verb_is_written_only_where_it_is_allowed,
            a_task_starts_once_and_resumes_afterwards, what_moved_on_is_skipped,
            a_task_does_not_complete_over_somebody_who_came_meanwhile,
            nothing_is_planned_from_a_spec_that_has_changed,
            a_task_moves_from_where_it_dials_and_nothing_planned_before_is_sent,
            an_impossible_move_is_skipped, one_step_may_learn_two_moves_of_a_contact, what_is_settled_stays, events_of_a_contact_have_no_gaps,
            a_push_wakes_the_task;
        ending: a_contact_of_ours_is_cancelled_at_once, a_contact_that_is_out_waits_to_be_cancelled,
            an_unwanted_contact_is_not_sent_again, whoever_is_still_ours_is_ended_in_portions;
        dispatching: a_plan_is_on_the_disk_before_it_is_answered, a_number_rings_once_at_a_time, plans_made_at_once_share_nobody,
            the_vendor_never_holds_more_than_the_window, an_empty_segment_needs_nobody,
            nobody_is_planned_unless_the_task_shall_run, the_gate_holds_and_ends_people,
            a_hold_ends_when_its_time_has_come, a_segment_that_is_over_takes_nobody, a_number_rings_for_one_task_whoever_plans;
        waiting: whoever_is_held_is_asked_about_again, whose_turn_it_is_is_known,
            whose_time_is_over_is_ended_wherever_they_are;
        doubting: an_operator_decides_about_the_unknown, doubts_are_counted_by_account,
            a_segment_tells_when_it_was_verified;
        once: a_request_has_its_effect_once, a_key_belongs_to_one_request, a_fingerprint_of_before_is_followed,
            a_failure_writes_no_key,
            a_key_is_forgotten_after_a_week, a_held_key_is_its_holders,
            a_key_its_holder_let_go_of_is_free_for_another_request, identical_requests_at_once_make_one_task;
        calls: what_is_known_of_a_call_is_never_forgotten, where_a_recording_is_is_known_to_its_tenant_alone,
            the_newest_link_to_a_recording_counts_from_whoever_is_as_sure,
            a_call_of_a_stranger_is_not_told, calls_are_listed_by_what_they_belong_to,
            whom_a_push_is_about_is_found_by_what_it_tells, a_push_cannot_reach_into_another_task;
        keeping: a_push_is_on_the_disk_before_it_is_answered, the_same_news_is_kept_once,
            a_push_is_in_one_hand_at_a_time, what_a_push_changes_is_written_with_its_end,
            whoever_is_late_with_a_push_changes_and_counts_nothing,
            accounts_are_found_by_what_was_pushed_to_them, news_of_no_use_is_new_when_it_comes_again, pushes_are_forgotten_by_age_and_by_number;
        returning: a_ring_is_followed_and_its_segment_is_not_over_before_it, a_ring_nobody_can_follow_is_done,
            a_ring_leaves_the_number_to_whoever_holds_it;
        knowing: an_outcome_is_as_sure_as_whoever_told_it, what_was_reported_is_confirmed_once_or_put_right,
            reports_of_one_end_come_to_the_same_in_any_order, an_end_that_was_assumed_is_told_at_last,
            what_only_polling_found_is_counted, what_a_vendor_understood_of_a_call_is_kept_once;
        sealing: nothing_personal_is_in_a_sealed_database, what_was_written_before_is_read_and_sealed_by_and_by,
            a_sealed_store_opens_with_its_key_and_no_other, another_key_takes_over,
            a_number_that_was_out_before_stays_locked, whoever_waited_before_is_compared_with_everybody,
            a_ring_of_before_is_followed, whoever_waited_before_and_is_being_erased_is_not_added_again,
            a_process_that_knows_no_key_sends_and_takes_nobody;
        suppressing: a_suppression_is_kept_once_for_a_number_and_a_purpose,
            whoever_waits_is_cancelled_and_whoever_is_out_is_asked_for,
            whoever_is_taken_back_for_it_ends_because_of_it, whoever_is_added_later_is_cancelled_at_once,
            a_purpose_concerns_the_tasks_that_are_for_it, the_gate_is_told_who_is_suppressed,
            a_request_to_suppress_has_its_effect_once, what_would_stand_in_the_way_is_told;
        capping: an_attempt_counts_for_the_number_whatever_the_task, whoever_is_proven_not_to_have_rung_was_not_tried,
            whoever_may_have_rung_was_tried, an_attempt_counts_as_often_as_it_rang_or_may_have,
            whoever_rings_after_coming_home_was_tried, attempts_are_forgotten_when_they_are_old_enough,
            the_calls_of_somebody_erased_count_on, attempts_of_before_there_was_a_key_count_on,
            a_person_is_known_by_whatever_number;
        budgeting: dials_are_charged_and_given_back_when_nobody_was_rung, as_many_go_as_there_are_dials_left,
            another_day_has_its_own_dials, plans_made_at_once_share_a_budget;
        sharing: lines_go_by_weight_and_none_is_taken_twice, whoever_no_longer_asks_keeps_nobody_from_a_line,
            a_reserve_is_there_for_whoever_goes_before_all, a_tenant_has_so_many_calls_at_once_and_another_its_own,
            plans_made_at_once_share_the_lines;
        erasing: whoever_waits_is_cancelled_and_forgotten, whoever_is_out_is_taken_back_and_forgotten_at_the_end,
            what_is_told_of_somebody_erased_is_not_kept, nobody_is_added_again_to_a_task_they_were_erased_from,
            whoever_has_the_external_id_is_forgotten_whatever_their_number,
            who_cannot_be_read_keeps_nobody_else_from_being_forgotten,
            whoever_stays_out_is_looked_at_less_and_less_and_wakes_nobody,
            what_was_answered_about_somebody_erased_is_forgotten, an_erasure_stays_within_its_tenant;
        redialing: whoever_was_missed_is_taken_over_once, nobody_comes_to_a_redial_that_was_stopped,
            whoever_is_taken_over_is_somebody_like_any_other;
        retiring: people_of_a_task_that_ended_long_ago_are_put_down_once, whoever_is_erased_already_is_not_put_down,
            whoever_ends_behind_the_walk_is_put_down_too, a_tenants_retention_is_not_anothers;
        leasing: a_task_is_claimed_by_one_worker,
            tasks_that_go_on_at_some_time_are_found_one_after_the_other, an_old_claim_is_refused_everywhere,
            a_wake_up_during_work_is_not_lost, a_dead_workers_claim_runs_out,
            the_next_due_task_is_known, places_in_a_budget_are_apart, the_store_answers_for_itself;
        log: a_log_is_read_in_one_order, a_log_is_read_by_what_its_events_are_of,
            looking_for_what_is_rare_goes_on_from_where_it_stopped, whoever_follows_a_log_misses_nothing,
            a_recording_is_told_when_it_is_there, a_vendor_that_does_not_answer_is_told_once,
            whoever_says_that_a_vendor_does_not_answer_may_go_away;
        endpoints: an_endpoint_is_read_back_as_it_was_made, endpoints_are_paged_newest_first,
            a_tenant_has_so_many_endpoints_and_no_more, an_endpoint_is_changed_by_whoever_has_seen_it, the_old_secret_signs_for_a_while,
            a_foreign_tenant_has_no_part_in_an_endpoint, a_disabled_endpoint_gets_nothing_until_it_is_enabled,
            an_owner_may_disable_an_endpoint, what_an_endpoint_leaves_behind_is_swept_up,
            old_deliveries_are_forgotten_and_open_ones_are_not;
        delivering: an_endpoint_gets_what_happens_from_then_on, an_endpoint_gets_what_its_settings_let_through,
            a_person_goes_along_where_that_is_asked_for, one_of_a_lane_is_under_way_at_a_time,
            a_delivery_that_failed_holds_its_lane_and_no_other, what_a_dead_courier_had_in_hand_is_taken_again,
            an_endpoint_with_much_to_do_leaves_room_for_others,
            an_endpoint_may_have_a_share_of_its_own, couriers_share_no_delivery;
        judging: whoever_is_well_again_need_not_wait, whoever_failed_for_a_moment_was_not_ill,
            whoever_asked_for_time_has_it_though_well_again, whoever_does_nothing_but_fail_for_long_is_disabled,
            nobody_is_disabled_by_an_attempt_that_tells_nothing,
            at_a_new_url_nobody_has_failed_yet, what_the_old_url_took_is_not_sent_to_the_new_one, what_was_lost_and_taken_again_is_judged_by_what_counts;
        planning: an_endpoint_without_room_falls_behind_and_catches_up, two_planners_plan_everything_once,
            every_tenant_with_something_to_plan_is_found, many_endpoints_are_planned_for_in_portions;
        replaying: the_past_comes_again_by_what_it_is_of, a_replay_keeps_to_the_endpoints_settings,
            a_replay_leaves_alone_what_is_pending, replays_are_bounded,
            what_is_replayed_and_caught_up_with_is_delivered_once,
            a_replay_overtakes_nobody_who_is_caught_up_with, a_replay_reaches_to_where_its_endpoint_begins;
    }
}
