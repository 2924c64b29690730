//! Stories told end to end: a real gateway, real HTTP, the vendors' own wire protocols.
//!
//! Every story is told once on each engine of the store (`sqlite::doubt::…`, `postgres::doubt::…`). One that cannot
//! be told here (the environment names no PostgreSQL server in `OUTDIAL_TEST_POSTGRES`; nothing may be mounted) is
//! ignored, or fails where everything has to be told (`OUTDIAL_TEST_ALL`). Stories with a long form have it with the
//! feature `long` (`cargo xtask long`).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "tests, which tell their figures"
)]

mod away;
mod backup;
mod calls;
mod crash;
mod doubt;
mod drain;
mod emergency;
mod events;
mod ingress;
mod kill;
mod moving;
mod once;
mod preflight;
mod privacy;
mod proofs;
mod pushes;
mod recordings;
mod reload;
mod replicas;
mod silence;
mod smoke;
mod steering;
mod storm;
mod suppression;
mod transcripts;
mod twins;
mod vendor_tasks;
mod watching;
mod webhooks;
mod world;

use libtest_mimic::{Arguments, Failed, Trial};
use outdial_testkit::{Cluster, Disk, StoreKind};
use std::pin::Pin;

/// A story, told with everything kept in an engine of the store.
type Story = fn(StoreKind) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! stories {
    ($($chapter:ident: $($story:ident),+;)+) => {
        &[$($((concat!(stringify!($chapter), "::", stringify!($story)), |store| {
            Box::pin($chapter::$story(store))
        })),+),+]
    };
}

const STORIES: &[(&str, Story)] = stories! {
    smoke: nxtele_does_the_main_job, tencent_ccc_does_the_main_job, airudder_does_the_main_job,
        a_restart_in_the_middle_changes_nothing_for_anybody;
    emergency: an_emergency_stop_ends_every_task_at_every_vendor;
    steering: a_paused_task_rings_nobody_new_until_it_is_resumed,
        a_stopped_task_ends_and_cannot_be_started_or_given_people, somebody_cancelled_in_time_is_never_rung,
        another_tenant_sees_nothing_of_it;
    vendor_tasks: every_segment_is_a_task_the_vendor_shows,
        a_task_of_one_installation_is_adopted_by_another_tenant_only_once_and_stopped;
    ingress: signed_pushes_are_enough_where_every_read_of_people_fails,
        unsigned_pushes_are_believed_where_nothing_else_will_ever_tell,
        an_unsigned_push_is_not_believed_where_the_vendor_can_be_asked,
        a_wrong_secret_leads_nowhere_and_a_wrong_signature_changes_nothing;
    proofs: whoever_asks_wrongly_is_granted_no_token, a_token_that_was_granted_proves_a_push,
        a_push_from_elsewhere_finds_nothing;
    transcripts: what_was_said_is_told_when_it_is_there,
        a_vendor_that_does_not_tell_what_was_said_holds_up_nothing;
    pushes: the_same_push_a_thousand_times_is_one_change,
        a_changed_body_and_a_copy_of_yesterday_are_refused_and_kept,
        bad_pushes_are_answered_and_kept_and_slow_nothing_down,
        lost_and_shuffled_pushes_end_in_the_same_state,
        nothing_acknowledged_is_lost_when_the_gateway_is_killed;
    privacy: nothing_personal_is_found_anywhere, without_a_key_the_database_shows_everybody,
        whoever_is_erased_is_found_nowhere_and_not_rung_again;
    doubt: taken_and_then_silence, silence_without_being_taken, an_answer_cut_short_or_garbled,
        a_gateway_that_fails_or_refuses_connections,
        the_gateway_is_restarted_while_an_answer_is_awaited,
        a_timeline_tells_that_the_outcome_was_unknown_and_then_found;
    calls: a_call_rings_once_and_is_told_to_its_end,
        a_call_that_was_placed_in_silence_is_found_and_not_placed_again,
        a_call_nobody_can_tell_of_stays_unknown_and_is_not_placed_again,
        a_gateway_that_dies_while_a_call_is_placed_places_it_once;
    moving: a_task_moved_by_its_owner_rings_everybody_once,
        an_account_that_goes_down_in_the_middle_is_left_and_those_in_doubt_stay;
    crash: a_write_under_the_claim_of_a_dead_worker_is_refused,
        whoever_is_called_again_is_taken_over_once_whoever_dies_of_it;
    once: a_hundred_at_one_moment_do_it_once, of_two_requests_with_one_key_one_is_done_and_the_other_refused,
        a_start_sent_a_hundred_times_more_starts_nothing_that_was_paused,
        a_hundred_starts_of_what_is_over_at_once_are_told_that_it_started,
        requests_the_process_died_in_are_sent_again_and_done_once,
        a_stream_the_process_died_in_is_sent_again_and_adds_nobody_twice;
    silence: requests_carried_out_in_silence_while_lists_lag, requests_lost_in_silence_while_lists_lag,
        answers_that_fail_in_every_way_at_once;
    twins: what_a_vendor_makes_twice_is_stopped_before_it_rings,
        twins_of_a_request_nobody_answered_are_stopped_before_they_ring;
    suppression: nobody_is_handed_over_once_their_number_is_suppressed,
        whoever_a_vendor_holds_is_taken_back_or_listed;
    preflight: a_preflight_tells_who_is_skipped_and_how_long_the_others_take;
    storm: a_creating_request_that_failed_is_looked_up_before_the_next,
        live_reads_in_a_storm_are_repeated_within_a_fifth,
        the_breaker_opens_after_few_failures_and_closes_soon_after_the_storm;
    recordings: a_recording_is_had_whole_and_in_parts_at_every_vendor,
        a_host_the_account_does_not_list_is_never_connected_to, a_storage_that_fails_is_told_in_our_words,
        a_recording_that_is_late_is_read_from_the_vendor_and_not_believed_of_a_push,
        where_a_recording_is_is_told_to_nobody;
    events: whoever_reads_the_feed_alone_knows_how_everything_ended, a_vendor_that_does_not_answer_is_told;
    watching: dashboards_and_alerts_ask_for_what_there_is;
    reload: accounts_come_change_and_go_while_everybody_is_answered,
        whoever_waits_stays_when_hours_are_closed_and_goes_when_they_are_open_again;
    drain: told_to_end_under_load_it_breaks_no_answer, told_twice_it_ends_at_once;
    kill: killed_again_and_again_in_mid_batch_it_loses_nobody_and_rings_nobody_twice;
    away: nobody_can_write_for_a_while;
    webhooks: everything_that_happens_is_told_signed_and_in_order,
        an_endpoint_is_told_what_it_asked_for_and_no_more, what_was_not_taken_comes_again_under_the_same_id,
        a_receiver_that_was_away_catches_up_in_order, what_has_been_told_can_be_had_again,
        an_endpoint_that_is_gone_is_disabled_and_others_are_told, the_dead_and_the_slow_hold_up_nobody,
        a_gateway_killed_while_messages_leave_tells_everything_after_all;
};

/// Stories about a database on a disk of its own, which is full for a while.
const FULL: &[(&str, Story)] = stories! {
    away: the_disk_is_full_for_a_while;
};

/// Stories about a database server of its own, which dies.
const DYING: &[(&str, Story)] = stories! {
    away: the_server_dies_again_and_again;
};

/// Stories about several processes on one database.
const REPLICAS: &[(&str, Story)] = stories! {
    replicas: gateways_that_start_at_once_on_an_empty_database_all_come_up,
        replicas_share_the_work_and_whoever_is_left_finishes_it,
        nothing_a_frozen_replica_had_in_hand_is_sent_after_it_wakes,
        a_vendors_rate_is_kept_by_all_replicas_together;
    events: what_one_replica_writes_is_followed_at_another;
    away: connections_are_cut_again_and_again;
    webhooks: replicas_tell_everything_together;
};

/// Stories about copies made with the engine's own programs.
const COPIED: &[(&str, Story)] = stories! {
    backup: after_a_restore_nobody_is_rung_twice_and_nobody_is_forgotten;
};

/// The environment's word that everything has to be told.
const ALL: &str = "OUTDIAL_TEST_ALL";

/// Most stories wait most of the time; those that work are processes of their own.
const AT_ONCE: usize = 4;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(if world::LONG { 1 } else { AT_ONCE });
    let told = |store: StoreKind, missing: Option<&'static str>, stories: &'static [(&str, Story)]| {
        stories.iter().map(move |(name, story)| trial(store, missing, name, story))
    };
    let on = |store: StoreKind, stories| told(store, store.missing(), stories);
    let deaths = |store: StoreKind| {
        crash::deaths()
            .map(move |death| trial(store, store.missing(), &death.name(), move |store| death.tell(store)))
    };
    let trials = StoreKind::ALL.into_iter().flat_map(|store| on(store, STORIES).chain(deaths(store)));
    let copied = |store: StoreKind| told(store, store.missing().or_else(|| backup::missing(store)), COPIED);
    let trials = trials
        .chain(StoreKind::ALL.into_iter().flat_map(copied))
        .chain(on(StoreKind::Postgres, REPLICAS))
        .chain(told(StoreKind::Sqlite, Disk::missing(), FULL))
        .chain(told(StoreKind::Postgres, Cluster::missing(), DYING));
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// A story on an engine of the store, as a trial of that name, if nothing is missing for it.
fn trial<F: Future<Output = ()>>(
    store: StoreKind,
    missing: Option<&'static str>,
    name: &str,
    story: impl FnOnce(StoreKind) -> F + Send + 'static,
) -> Trial {
    let tell = move || {
        if let Some(missing) = missing {
            return Err(Failed::from(format!("it cannot be told here; what is missing is {missing}")));
        }
        world::block_on(story(store));
        Ok(())
    };
    let may_be_left_out = std::env::var_os(ALL).is_none_or(|word| word.is_empty());
    Trial::test(format!("{}::{name}", store.name()), tell)
        .with_ignored_flag(missing.is_some() && may_be_left_out)
}
