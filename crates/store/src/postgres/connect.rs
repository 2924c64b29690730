//! Reaching the server: a bounded pool, bounded waits, and transactions that begin on live connections.
//!
//! A commit returns when it is on the server's disk (`synchronous_commit`): the ledger's promise rests on
//! it. Nothing waits for ever: statements, locks and transactions that their process has forgotten (it was
//! frozen, or its machine is gone) end by the server's clock.

use super::{clock, slots};
use crate::{ReservedSlots, StoreError};
use outdial_model::AccountId;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use std::time::{Duration, Instant};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a method waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
const CONNECTIONS: u32 = 12;
/// How far apart clocks may be. A claim is given up two seconds before it runs out; two replicas may be off in
/// opposite directions.
const MOST_SKEW: Duration = Duration::from_secs(1);

/// Statements are planned for their values, never once for all: a plan made while a table was small would
/// stay when it has grown.
const SESSION: &[(&str, &str)] = &[
    ("synchronous_commit", "on"),
    ("lock_timeout", "5s"),
    ("statement_timeout", "30s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("plan_cache_mode", "force_custom_plan"),
    ("timezone", "UTC"),
];
/// Another process may be changing a large table.
const MIGRATING: &[(&str, &str)] = &[("lock_timeout", "10min")];

/// The way to the database.
#[derive(Debug)]
pub(super) struct Connections {
    pool: PgPool,
    holder: String,
}

impl Connections {
    /// Connects and brings the schema up to date.
    pub(super) async fn open(url: &str, holder: &str) -> Result<Self, StoreError> {
        let base: PgConnectOptions = url.parse()?;
        let named = base.get_application_name().is_some();
        let base = if named { base } else { base.application_name("outdial") };
        let base = base.statement_cache_capacity(256);
        migrate(&base).await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .idle_timeout(Duration::from_secs(60))
            // The first statement on it shows whether a connection lives.
            .test_before_acquire(false)
            .connect_with(base.options(SESSION.iter().copied()))
            .await?;
        let connections = Self { pool, holder: holder.to_owned() };
        connections.agree_on_time().await?;
        Ok(connections)
    }

    /// Refuses to work beside replicas whose clocks say something else: whether a claim still stands is read
    /// from each one's own. All are compared with the server's.
    pub(super) async fn agree_on_time(&self) -> Result<(), StoreError> {
        let mut tx = self.read().await?;
        let asked = Instant::now();
        let theirs = Duration::from_micros(clock::of_server(&mut tx).await?);
        let ours = clock::of_this_machine();
        // Theirs was read at some instant of the trip, which ends at ours.
        let off = theirs.saturating_sub(ours).max(ours.saturating_sub(theirs + asked.elapsed()));
        if off <= MOST_SKEW {
            return Ok(());
        }
        let why =
            format!("the clocks of this machine and of the database differ by {off:.1?}; set them right");
        Err(sqlx::Error::Configuration(why.into()).into())
    }

    /// A transaction that may write; none begins on a server that takes no writes.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await
    }

    /// A transaction that sees one state of the store and changes nothing.
    pub(super) async fn read(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Begins on a connection that lives: those from before a restart of the server are met, and left,
    /// one after another.
    async fn begin(&self, statement: &'static str) -> Result<Transaction<'static, Postgres>, StoreError> {
        let since = Instant::now();
        loop {
            match self.pool.begin_with(statement).await {
                Err(error) if is_broken(&error) && since.elapsed() < PATIENCE => {}
                begun => return Ok(begun?),
            }
        }
    }

    /// The name of this process among those that share the database.
    pub(super) fn holder(&self) -> &str {
        &self.holder
    }

    /// The next places in an account's request budget, counted by the server. Nothing but the statement
    /// lies between the two instants: places are lost by every millisecond there.
    pub(super) async fn reserve_slots(
        &self,
        account: &AccountId,
        action: &str,
        spacing: Duration,
        count: u32,
    ) -> Result<ReservedSlots, StoreError> {
        let since = Instant::now();
        loop {
            let mut conn = self.pool.acquire().await?;
            let asked = Instant::now();
            match slots::reserve(&mut conn, account, action, spacing, count).await {
                // Carried out or not: a place too many is lost, none is given twice.
                Err(error) if is_broken(&error) && since.elapsed() < PATIENCE => drop(conn),
                reserved => return Ok(ReservedSlots { wait: reserved?, asked, answered: Instant::now() }),
            }
        }
    }

    /// What rows were before is the server's to forget (VACUUM).
    pub(super) async fn forget_what_was(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The same.
    pub(super) fn note_what_was(&self) {}

    /// The same.
    pub(super) async fn forget_if_noted(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Takes new samples of the tables whose old ones, which the planner reads, show what was written before it was sealed.
    pub(super) async fn forget_samples(&self) -> Result<(), StoreError> {
        let mut conn = self.pool.acquire().await?;
        sqlx::raw_sql("ANALYZE contacts, calls, once_keys").execute(&mut *conn).await?;
        Ok(())
    }

    /// Ends every connection.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether the connection was dead before the transaction began.
fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // The server's last word to those it left: 57P01 to 57P05.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// Brings the schema up to date, one process at a time.
async fn migrate(base: &PgConnectOptions) -> Result<(), StoreError> {
    let one = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
    let pool = one.connect_with(base.clone().options(MIGRATING.iter().copied())).await?;
    let migrated = MIGRATIONS.run(&pool).await;
    pool.close().await;
    migrated.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Corrupt(format!("its schema is not this version's: {other}")),
    })
}
