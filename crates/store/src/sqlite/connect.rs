//! Opening the file: one connection writes, a few read.
//!
//! The log is written ahead (WAL) and flushed to the disk before a commit returns
//! (`synchronous=FULL`): the ledger's promise rests on it. Writers take the write lock when they
//! begin (`BEGIN IMMEDIATE`), so that none of them fails half-way because another was faster.

use super::slots::Slots;
use crate::{ReservedSlots, StoreError};
use outdial_model::AccountId;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use std::time::{Duration, Instant};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a statement waits for another process's lock, and a writer for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// How many rows a connection's thread reads ahead of whoever asked.
const ROWS_AHEAD: usize = 500;
/// Page cache of the writer and of each reader, in KiB (negative: not in pages).
const WRITER_CACHE: &str = "-16384";
const READER_CACHE: &str = "-1024";

/// The two ways to the file.
#[derive(Debug)]
pub(super) struct Connections {
    writer: SqlitePool,
    readers: SqlitePool,
    slots: Slots,
}

impl Connections {
    /// Opens the file, makes it if there is none, and brings its schema up to date.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        if [":memory:", "mode=memory"].iter().any(|word| url.contains(word)) {
            let why = "a database in memory cannot be shared by readers and writer; name a file";
            return Err(sqlx::Error::Configuration(why.into()).into());
        }
        let base: SqliteConnectOptions = url.parse()?;
        let base = base.busy_timeout(PATIENCE).statement_cache_capacity(128).row_buffer_size(ROWS_AHEAD);
        let writing = base
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", WRITER_CACHE)
            .pragma("journal_size_limit", "67108864")
            // Of what is deleted or written anew nothing stays behind in the file.
            .pragma("secure_delete", "ON");
        let writer = pool(1).idle_timeout(None).connect_with(writing).await?;
        MIGRATIONS.run(&writer).await.map_err(unmigrated)?;
        let reading = base.read_only(true).pragma("cache_size", READER_CACHE);
        let readers = pool(READERS).idle_timeout(Duration::from_secs(60)).connect_lazy_with(reading);
        Ok(Self { writer, readers, slots: Slots::opened(Instant::now()) })
    }

    /// A transaction that holds the write lock.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        const BEGIN: &str = "BEGIN IMMEDIATE";
        match self.writer.begin_with(BEGIN).await {
            // A full disk makes SQLite end the transaction by itself; the driver, which could not end it then,
            // counts it for ever. Another connection knows nothing of it.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with(BEGIN).await?)
            }
            begun => Ok(begun?),
        }
    }

    /// A transaction that sees one state of the store and changes nothing.
    pub(super) async fn read(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }

    /// The name of this process: the file is its own.
    pub(super) fn holder(&self) -> &'static str {
        ""
    }

    /// The next places in an account's request budget.
    pub(super) async fn reserve_slots(
        &self,
        account: &AccountId,
        action: &str,
        spacing: Duration,
        count: u32,
    ) -> Result<ReservedSlots, StoreError> {
        Ok(self.slots.reserve(account, action, spacing, count))
    }

    /// Whether the clock is right: there is no other to compare it with.
    pub(super) async fn agree_on_time(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Takes what rows were before out of the log, as far as nobody is reading it: the file keeps nothing of it either.
    pub(super) async fn forget_what_was(&self) -> Result<(), StoreError> {
        let mut conn = self.writer.acquire().await?;
        sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *conn).await?;
        Ok(())
    }

    /// Ends every connection, the writer last.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(0)
        .acquire_timeout(PATIENCE)
        .max_lifetime(None)
}

fn unmigrated(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Corrupt(format!("its schema is not this version's: {other}")),
    }
}
