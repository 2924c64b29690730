//! What is SQLite's own: the file, and what becomes of one that does not fit.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "support/outlet.rs"]
mod outlet;
mod support;

use outdial_model::{ContactId, Erased, ErasureId};
use outdial_store::conformance::{self, Harness};
use outdial_store::sqlite::SqliteStore;
use outdial_store::{FeedFilter, NewContact, SealError, StoreError};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::time::{Duration, Instant};
use support::{SqliteHarness, block_on};

async fn run(harness: &SqliteHarness, statement: &str) {
    let mut conn = SqliteConnection::connect(&harness.url()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

#[test]
fn the_log_is_written_ahead() {
    block_on(async {
        let harness = SqliteHarness::fresh();
        harness.open().await.ping().await.unwrap();
        let mut conn = SqliteConnection::connect(&harness.url()).await.unwrap();
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut conn).await.unwrap();
        assert_eq!(mode, "wal");
    });
}

#[test]
fn a_file_that_cannot_be_opened_is_not_available() {
    block_on(async {
        for url in ["sqlite:///no/such/directory/outdial.db", "sqlite::memory:", "postgres://elsewhere"] {
            let refused = SqliteStore::open(url).await;
            assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{url}: {refused:?}");
        }
    });
}

#[test]
fn a_newer_schema_is_refused() {
    block_on(async {
        let harness = SqliteHarness::fresh();
        harness.open().await;
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (999999, 'from the future', TRUE, X'00', 0)";
        run(&harness, newer).await;
        let refused = SqliteStore::open(&harness.url()).await;
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    });
}

/// A database as it was before that step.
async fn before(version: i64) -> SqliteHarness {
    let harness = SqliteHarness::fresh();
    let url = format!("{}?mode=rwc", harness.url());
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    let mut before = sqlx::migrate!("migrations/sqlite");
    before.migrations = before.migrations.iter().filter(|step| step.version < version).cloned().collect();
    before.run(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    harness
}

#[test]
fn what_was_told_in_old_words_is_told_in_new_ones() {
    block_on(async {
        let harness = before(10).await;
        run(&harness, &outlet::in_old_words("X'00'")).await;
        outlet::is_told_in_new_words(&*harness.open().await).await;
    });
}

#[test]
fn what_cannot_be_read_is_not_delivered_and_costs_nobody_else() {
    block_on(async {
        let harness = SqliteHarness::fresh();
        let store = harness.open().await;
        let endpoint = outlet::two_events(&*store).await;
        run(&harness, outlet::SPOIL_THE_FIRST).await;
        outlet::what_cannot_be_read_costs_nobody_else(&*store, &endpoint).await;
    });
}

#[test]
fn events_of_before_keep_their_order() {
    block_on(async {
        let harness = before(4).await;
        let (first, second) = ("evt_01k3xk5w1ae9yt4m2n7b6c5d41", "evt_01k3xk5w1ae9yt4m2n7b6c5d42");
        for (id, tenant, sequence) in [(second, "acme", 2), (first, "acme", 1)] {
            run(
                &harness,
                &format!(
                    "INSERT INTO events (id, tenant, task, contact, call, kind, sequence, at, data) VALUES
                     ('{id}', '{tenant}', 'tsk_01k3xk5v8qe9yt4m2n7b6c5d4f', NULL, NULL, 'task.paused', {sequence}, 0, '{{}}')"
                ),
            )
            .await;
        }
        let store = harness.open().await;
        let feed = store.feed(&"acme".parse().unwrap(), 0, &FeedFilter::default(), 9).await.unwrap();
        let told: Vec<_> = feed.events.iter().map(|event| (event.position, event.id.as_str())).collect();
        assert_eq!(told, [(1, first), (2, second)]);
        assert_eq!(store.log_end(&"acme".parse().unwrap()).await.unwrap(), 2);
    });
}

#[test]
fn an_unreadable_row_names_its_column_and_not_its_value() {
    block_on(async {
        let harness = SqliteHarness::fresh();
        let store = harness.open().await;
        let planted = "INSERT INTO api_keys (id, tenant, name, hash, scopes, created_at)
                       VALUES ('not-an-id', 'acme', 'ci', 'ab', '[]', 0)";
        run(&harness, planted).await;
        let error = store.api_key("ab").await.unwrap_err();
        assert!(matches!(&error, StoreError::Corrupt(what) if what == "column api_keys.id"), "{error:?}");
    });
}

#[test]
fn what_was_erased_leaves_the_log_as_soon_as_nobody_reads_it() {
    block_on(async {
        let harness = SqliteHarness::fresh();
        let store = harness.open().await;
        let (tenant, task) = (outlet::tenant(), outlet::task(&*store).await);
        let ada = NewContact::new(ContactId::generate(outlet::now()), "+8613800000017".parse().unwrap());
        let who = Erased::Phone(ada.phone.clone());
        store.add_contacts(&tenant, &task, vec![ada], None, outlet::now()).await.unwrap();
        let is_there = async || {
            let all = conformance::everything_in(&harness.url()).await.unwrap();
            all.windows(10).any(|part| part == b"3800000017")
        };
        let erase_all = async || while store.erase_some(9, outlet::now()).await.unwrap().seen > 0 {};
        erase_all().await;
        let mut reader = SqliteConnection::connect(&harness.url()).await.unwrap();
        sqlx::raw_sql("BEGIN; SELECT count(*) FROM contacts").execute(&mut reader).await.unwrap();
        let id = ErasureId::generate(outlet::now());
        store.begin_erasure(&tenant, &id, &who, None, outlet::now()).await.unwrap();
        let since = Instant::now();
        erase_all().await;
        assert!(since.elapsed() < Duration::from_secs(4), "who reads is not waited for");
        assert!(is_there().await, "it is what the reader sees");
        sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
        erase_all().await;
        assert!(!is_there().await);
    });
}

#[test]
fn what_is_sealed_is_bound_to_its_row() {
    block_on(async {
        let harness = SqliteHarness::sealed();
        let lived = conformance::checks().into_iter().find(|check| check.name == "a_contact_is_added_once");
        (lived.expect("the suite tells it").run)(&harness).await;
        let mut conn = SqliteConnection::connect(&harness.url()).await.unwrap();
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM contacts ORDER BY id LIMIT 2")
            .fetch_all(&mut conn)
            .await
            .unwrap();
        let (one, other) = (&ids[0], &ids[1]);
        let moved = format!(
            "UPDATE contacts SET person = (SELECT person FROM contacts WHERE id = '{other}') WHERE id = '{one}'"
        );
        run(&harness, &moved).await;
        let store = harness.open().await;
        let refused = store.contacts_by_id(&[one.parse().unwrap()]).await;
        let told = SealError::Unreadable("contacts.person");
        assert!(matches!(&refused, Err(StoreError::Sealed(why)) if *why == told), "{refused:?}");
    });
}

#[test]
fn a_rule_that_is_broken_is_broken_for_good() {
    block_on(async {
        let harness = SqliteHarness::fresh();
        let store = harness.open().await;
        let rule = "CREATE TRIGGER nobody BEFORE INSERT ON tasks
                    BEGIN INSERT INTO event_logs (tenant, last_position) VALUES (NULL, 0); END";
        run(&harness, rule).await;
        let refused = outlet::try_task(&*store).await;
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    });
}

#[test]
fn a_task_tells_its_own_story() {
    let harness = SqliteHarness::fresh();
    let lived = conformance::checks()
        .into_iter()
        .find(|check| check.name == "a_task_starts_once_and_resumes_afterwards")
        .expect("the suite tells it");
    block_on(async {
        (lived.run)(&harness).await;
        let mut conn = SqliteConnection::connect(&harness.url()).await.unwrap();
        let told: Vec<(i64, String)> = sqlx::query_as("SELECT sequence, kind FROM events ORDER BY position")
            .fetch_all(&mut conn)
            .await
            .unwrap();
        let kinds = ["task.created", "task.started", "task.paused", "task.resumed", "task.completed"];
        let story: Vec<_> = (1..).zip(kinds.map(str::to_owned)).collect();
        assert_eq!(told, story);
    });
}

#[test]
fn a_file_that_others_have_locked_works_again_afterwards() {
    block_on(async {
        let harness = SqliteHarness::fresh();
        let store = harness.open().await;
        let mut other = SqliteConnection::connect(&harness.url()).await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let (first, second) = futures_util::future::join(
            store.installation_secret("pepper", b"one"),
            store.installation_secret("pepper", b"one"),
        )
        .await;
        for waited in [first, second] {
            assert!(matches!(waited, Err(StoreError::Unavailable(_))), "patience is bounded: {waited:?}");
        }
        assert_eq!(store.next_due().await.unwrap(), None, "what is there can be read");
        sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
        assert_eq!(store.installation_secret("pepper", b"two").await.unwrap(), b"two");
    });
}
