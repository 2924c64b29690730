//! What is PostgreSQL's own: several processes on one database, and a server that comes and goes. Ignored where
//! the environment names no server ([`postgres::is_left_out`]).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "support/outlet.rs"]
mod outlet;
#[expect(dead_code, reason = "what is sealed is for the suite")]
#[path = "support/postgres.rs"]
mod postgres;
#[expect(dead_code, reason = "SQLite's")]
mod support;

use futures_util::future::{join, join_all};
use libtest_mimic::{Arguments, Trial};
use outdial_model::{ContactId, EndpointId, EndpointStatus, Erased, ErasureId};
use outdial_store::conformance::Harness;
use outdial_store::postgres::PostgresStore;
use outdial_store::{EndpointPatch, FeedFilter, NewContact, SealError, Step, Store, StoreError, open};
use outlet::{now, task, tenant};
use postgres::PostgresHarness;
use sqlx::{AssertSqlSafe, Executor};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::{Duration, Instant};
use support::{block_on, keyring};

type Story = for<'h> fn(&'h PostgresHarness) -> Pin<Box<dyn Future<Output = ()> + 'h>>;

macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        &[$((stringify!($name), |harness| Box::pin($name(harness)))),+]
    };
}

const STORIES: &[(&str, Story)] = stories![
    eight_processes_open_an_empty_database_at_once,
    a_newer_schema_is_refused,
    a_server_that_cannot_be_reached_is_not_available,
    connections_that_were_cut_are_made_anew,
    a_task_somebody_writes_is_claimed_by_nobody,
    only_ones_own_claims_are_forgotten,
    processes_share_a_budget,
    an_error_tells_nothing_of_anybody,
    what_no_index_can_hold_is_refused_for_good,
    an_endpoint_is_enabled_when_nobody_plans,
    events_of_before_keep_their_order,
    what_was_told_in_old_words_is_told_in_new_ones,
    what_cannot_be_read_is_not_delivered_and_costs_nobody_else,
    whoever_is_added_while_an_erasure_begins_is_found,
    what_is_emptied_while_it_is_sealed_stays_empty,
    nobody_is_taken_in_as_they_are_while_encryption_is_turned_on,
    samples_show_nothing_of_what_was_sealed,
];

fn main() {
    let is_left_out = postgres::is_left_out();
    let trials = STORIES.iter().map(|&(name, story)| {
        let told = move || {
            let harness = PostgresHarness::fresh();
            block_on(story(&harness));
            Ok(())
        };
        Trial::test(name, told).with_ignored_flag(is_left_out)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

async fn claims(store: &dyn Store) -> Vec<outdial_store::Lease> {
    store.lease_due_tasks(now(), Duration::from_secs(30), 9).await.unwrap()
}

async fn eight_processes_open_an_empty_database_at_once(harness: &PostgresHarness) {
    let url = harness.url();
    let holders: Vec<_> = (0..8).map(|n| format!("gateway-{n}")).collect();
    let opened = join_all(holders.iter().map(|holder| open(&url, holder, None))).await;
    for store in opened {
        let store = store.expect("whoever comes later finds it done");
        store.ping().await.unwrap();
        store.close().await;
    }
}

async fn a_newer_schema_is_refused(harness: &PostgresHarness) {
    harness.open().await.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (999999, 'from the future', TRUE, '\\x00', 0)";
    harness.run(newer).await;
    let refused = PostgresStore::open(&harness.url(), "late").await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
}

async fn a_server_that_cannot_be_reached_is_not_available(_: &PostgresHarness) {
    let since = Instant::now();
    let refused = open("postgres://nobody@127.0.0.1:1/nowhere", "late", None).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(since.elapsed() < Duration::from_secs(20), "patience is bounded");
}

async fn connections_that_were_cut_are_made_anew(harness: &PostgresHarness) {
    let store = harness.open().await;
    let ids = join_all((0..6).map(|_| task(&*store))).await;
    for _ in 0..3 {
        harness.cut().await;
        let seen = join_all(ids.iter().map(async |id| store.task(&tenant(), id).await)).await;
        for task in seen {
            task.expect("another connection is made");
        }
        task(&*store).await;
    }
}

async fn a_task_somebody_writes_is_claimed_by_nobody(harness: &PostgresHarness) {
    let store = harness.open().await;
    let (written, free) = (task(&*store).await, task(&*store).await);
    let mut other = harness.connect().await;
    other.execute("BEGIN").await.unwrap();
    let lock = format!("SELECT 1 FROM tasks WHERE id = '{written}' FOR UPDATE");
    other.execute(AssertSqlSafe(lock)).await.unwrap();
    let claimed: Vec<_> = claims(&*store).await.into_iter().map(|lease| lease.task).collect();
    assert_eq!(claimed, [free]);

    let waited = store.add_contacts(&tenant(), &written, Vec::new(), None, now()).await;
    assert!(matches!(waited, Err(StoreError::Unavailable(_))), "patience is bounded: {waited:?}");
    other.execute("ROLLBACK").await.unwrap();
    store.add_contacts(&tenant(), &written, Vec::new(), None, now()).await.unwrap();
    assert_eq!(claims(&*store).await.len(), 1);
}

async fn only_ones_own_claims_are_forgotten(harness: &PostgresHarness) {
    let (one, two) = (harness.open_as("one").await, harness.open_as("two").await);
    task(&*one).await;
    let first = claims(&*one).await.remove(0);
    task(&*one).await;
    let second = claims(&*two).await.remove(0);
    harness.open_as("two").await.release_abandoned_leases().await.unwrap();
    one.work(&first, now()).await.unwrap();
    let lost = two.work(&second, now()).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    let again = claims(&*one).await;
    assert_eq!((again.len(), &again[0].task), (1, &second.task));
    assert!(again[0].token > second.token);
}

async fn processes_share_a_budget(harness: &PostgresHarness) {
    let (one, two) = (harness.open_as("one").await, harness.open_as("two").await);
    let account = "somewhere".parse().unwrap();
    let spacing = Duration::from_secs(60);
    let begun = Instant::now();
    let asked = (0..10).map(|n| {
        let store = if n % 2 == 0 { &one } else { &two };
        store.reserve_slots(&account, "create", spacing, 1)
    });
    let mut waits: Vec<_> = join_all(asked).await.into_iter().map(|slots| slots.unwrap().wait).collect();
    waits.sort();
    let passed = begun.elapsed();
    for (place, wait) in (0..).zip(waits) {
        let due = spacing * place;
        assert!(wait <= due && wait + passed >= due, "place {place}: {wait:?}");
    }
}

async fn an_error_tells_nothing_of_anybody(harness: &PostgresHarness) {
    let store = harness.open().await;
    let id = task(&*store).await;
    harness.run("ALTER TABLE contacts ADD CONSTRAINT nobody CHECK (name <> 'Ada Lovelace')").await;
    let person = NewContact {
        external_id: Some("customer-17".into()),
        variables: BTreeMap::from([("due".into(), "12 March".into())]),
        ..ada()
    };
    let error = store.add_contacts(&tenant(), &id, vec![person], None, now()).await.unwrap_err();
    let cause = std::error::Error::source(&error).expect("the database said why").to_string();
    assert!(cause.contains("nobody") && cause.contains("23514"), "{cause}");
    let all = format!("{error} {error:?} {cause}");
    for private in ["Ada", "138", "customer-17", "March"] {
        assert!(!all.contains(private), "{all}");
    }
}

/// The schema as it was before that step.
async fn before(harness: &PostgresHarness, version: i64) {
    let mut before = sqlx::migrate!("migrations/postgres");
    before.migrations = before.migrations.iter().filter(|step| step.version < version).cloned().collect();
    before.run(&mut harness.connect().await).await.unwrap();
}

async fn what_no_index_can_hold_is_refused_for_good(harness: &PostgresHarness) {
    let store = harness.open().await;
    let id = task(&*store).await;
    // Of many different digests, or it would be packed until it fits.
    let digests =
        (0..1_000_u64).map(|n| format!("{:016x}", n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let person = NewContact { external_id: Some(digests.collect()), ..ada() };
    let error = store.add_contacts(&tenant(), &id, vec![person], None, now()).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
}

/// Enables or disables the endpoint.
async fn turn(store: &dyn Store, endpoint: &EndpointId, status: EndpointStatus) -> Result<(), StoreError> {
    let patch = EndpointPatch { settings: outlet::settings(), status: Some(status) };
    store.patch_endpoint(&tenant(), endpoint, patch, None, now()).await.map(drop)
}

async fn an_endpoint_is_enabled_when_nobody_plans(harness: &PostgresHarness) {
    let store = harness.open().await;
    let endpoint = outlet::two_events(&*store).await;
    turn(&*store, &endpoint, EndpointStatus::Disabled).await.unwrap();
    let mut planner = harness.connect().await;
    planner.execute("BEGIN; SELECT 1 FROM webhook_plans FOR UPDATE").await.unwrap();
    let waited = turn(&*store, &endpoint, EndpointStatus::Enabled).await;
    assert!(matches!(waited, Err(StoreError::Unavailable(_))), "patience is bounded: {waited:?}");
    // Nobody was there for it, and so it leaves all of it behind.
    task(&*store).await;
    planner
        .execute("UPDATE webhook_plans SET planned_position = (SELECT last_position FROM event_logs)")
        .await
        .unwrap();
    planner.execute("COMMIT").await.unwrap();
    turn(&*store, &endpoint, EndpointStatus::Enabled).await.unwrap();
    task(&*store).await;
    assert_eq!(outlet::plan(&*store).await, 1, "what happens from then on");
}

async fn what_was_told_in_old_words_is_told_in_new_ones(harness: &PostgresHarness) {
    before(harness, 9).await;
    harness.run(&outlet::in_old_words("'\\x00'")).await;
    outlet::is_told_in_new_words(&*harness.open().await).await;
}

async fn what_cannot_be_read_is_not_delivered_and_costs_nobody_else(harness: &PostgresHarness) {
    let store = harness.open().await;
    let endpoint = outlet::two_events(&*store).await;
    harness.run(outlet::SPOIL_THE_FIRST).await;
    outlet::what_cannot_be_read_costs_nobody_else(&*store, &endpoint).await;
}

fn ada() -> NewContact {
    let phone = "+8613800000017".parse().unwrap();
    let name = outdial_model::PersonName::new("Ada Lovelace");
    NewContact { name, ..NewContact::new(ContactId::generate(now()), phone) }
}

async fn whoever_is_added_while_an_erasure_begins_is_found(harness: &PostgresHarness) {
    let store = harness.open().await;
    let id = task(&*store).await;
    store.add_contacts(&tenant(), &id, vec![ada()], None, now()).await.unwrap();
    let mut upload = harness.connect().await;
    let twin = format!(
        "BEGIN; SELECT 1 FROM tasks FOR UPDATE;
         INSERT INTO contacts (id, tenant, task, phone, variables, status, last_event, created_at, updated_at)
         SELECT '{}', tenant, task, phone, variables, status, 1, created_at, updated_at FROM contacts",
        ContactId::generate(now())
    );
    upload.execute(AssertSqlSafe(twin)).await.unwrap();
    let (erasure, who) = (ErasureId::generate(now()), Erased::Phone(ada().phone));
    let added = async {
        harness.until_somebody_waits().await;
        upload.execute("COMMIT").await.unwrap();
    };
    let (begun, ()) = join(store.begin_erasure(&tenant(), &erasure, &who, None, now()), added).await;
    assert_eq!(begun.unwrap().contacts, 2);
}

/// Seals everything that is still plain.
async fn seal(store: &dyn Store) {
    let mut next = Some(Step::first(100));
    while let Some(step) = next {
        next = store.seal_step(&step).await.unwrap().next;
    }
}

async fn what_is_emptied_while_it_is_sealed_stays_empty(harness: &PostgresHarness) {
    task(&*harness.open().await).await;
    let call = "INSERT INTO segments (id, tenant, task, account, sequence, status, adopted, contacts, open_contacts,
                    opened_at, spec_revision)
                SELECT 'seg', tenant, id, account, 1, 'running', FALSE, 1, 1, 0, 1 FROM tasks;
                INSERT INTO calls (id, tenant, task, contact, segment, vendor_call_id, talk_seconds, recording,
                    created_at, updated_at)
                SELECT 'cal', tenant, id, 'con', 'seg', 'call-1', 0, 'https://media.example/1.wav', 0, 0 FROM tasks";
    harness.run(call).await;
    let store = harness.open_with(Some(&keyring())).await.unwrap();
    let mut erasing = harness.connect().await;
    erasing
        .execute("BEGIN; UPDATE calls SET recording = NULL, insights = '[]', sealed = NULL")
        .await
        .unwrap();
    let emptied = async {
        harness.until_somebody_waits().await;
        erasing.execute("COMMIT").await.unwrap();
    };
    join(seal(&*store), emptied).await;
    let kept = "SELECT coalesce(sealed, recording) FROM calls";
    let kept: Option<String> = sqlx::query_scalar(kept).fetch_one(&mut erasing).await.unwrap();
    assert_eq!(kept, None);
}

async fn nobody_is_taken_in_as_they_are_while_encryption_is_turned_on(harness: &PostgresHarness) {
    let store = harness.open().await;
    let id = task(&*store).await;
    store.installation_secret("pepper", b"the pepper").await.unwrap();
    let mut beginning = harness.connect().await;
    let begin = "BEGIN; INSERT INTO data_keys (id, wrapped_by, wrapped) VALUES (1, 'k1', '');
                 UPDATE installation_secrets SET sealed = TRUE";
    beginning.execute(begin).await.unwrap();
    let begun = async {
        harness.until_somebody_waits().await;
        beginning.execute("COMMIT").await.unwrap();
    };
    let (added, ()) = join(store.add_contacts(&tenant(), &id, vec![ada()], None, now()), begun).await;
    assert!(matches!(added, Err(StoreError::Sealed(SealError::Outdated))), "{added:?}");
}

async fn samples_show_nothing_of_what_was_sealed(harness: &PostgresHarness) {
    before(harness, 14).await;
    let people = "INSERT INTO contacts
                      (id, tenant, task, phone, name, variables, status, last_event, created_at, updated_at)
                  SELECT 'con_01k3xk5v8qe9yt4m2n7b6c5d4' || n, 'acme', 'tsk_01k3xk5v8qe9yt4m2n7b6c5d4f',
                      '+861380000001' || n, 'Ada Lovelace ' || n, '{\"due\":\"12 March\"}', 'completed', 1, 0, 0
                  FROM generate_series(2, 9) AS n;
                  ANALYZE contacts";
    harness.run(people).await;
    let shown = async || {
        let samples =
            "SELECT coalesce(string_agg(concat(most_common_vals::text, histogram_bounds::text), ' '), '')
                       FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'contacts'";
        let samples: String =
            sqlx::query_scalar(samples).fetch_one(&mut harness.connect().await).await.unwrap();
        ["Lovelace", "12 March", "+86138"].map(|canary| samples.contains(canary))
    };
    assert_eq!(shown().await, [true; 3]);
    let store = harness.open_with(Some(&keyring())).await.unwrap();
    assert_eq!(shown().await, [false, false, true], "what is looked up by its number needs samples");
    seal(&*store).await;
    assert_eq!(shown().await, [false; 3]);
}

async fn events_of_before_keep_their_order(harness: &PostgresHarness) {
    before(harness, 4).await;
    let (first, second) = ("evt_01k3xk5w1ae9yt4m2n7b6c5d41", "evt_01k3xk5w1ae9yt4m2n7b6c5d42");
    for (id, sequence) in [(second, 2), (first, 1)] {
        harness
            .run(&format!(
                "INSERT INTO events (id, tenant, task, contact, call, kind, sequence, at, data) VALUES
                 ('{id}', 'acme', 'tsk_01k3xk5v8qe9yt4m2n7b6c5d4f', NULL, NULL, 'task.paused', {sequence}, 0, '{{}}')"
            ))
            .await;
    }
    let store = harness.open().await;
    let feed = store.feed(&tenant(), 0, &FeedFilter::default(), 9).await.unwrap();
    let told: Vec<_> = feed.events.iter().map(|event| (event.position, event.id.as_str())).collect();
    assert_eq!(told, [(1, first), (2, second)]);
    assert_eq!(store.log_end(&tenant()).await.unwrap(), 2);
}
