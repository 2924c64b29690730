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
use sqlx::{ConnectOptions, Connection, Sqlite, Transaction};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a statement waits for another process's lock, and a writer for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// How often the log is tried to be cut where it has to be, and the time between.
const TRIES: u32 = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
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
    /// For the one that cuts the log.
    cutting: SqliteConnectOptions,
    /// Whether the log has something that is to be forgotten.
    is_noted: AtomicBool,
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
        let cutting = base.clone().busy_timeout(Duration::ZERO).synchronous(SqliteSynchronous::Full);
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
        // Whoever was here before may have left something.
        let is_noted = AtomicBool::new(true);
        Ok(Self { writer, readers, cutting, is_noted, slots: Slots::opened(Instant::now()) })
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

    /// Takes what rows were before out of the log: the file keeps nothing of it either. Whoever reads is waited for, a while.
    pub(super) async fn forget_what_was(&self) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            if self.cut().await? {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Ok(())
    }

    /// There is something in the log that is to be forgotten.
    pub(super) fn note_what_was(&self) {
        self.is_noted.store(true, Ordering::Relaxed);
    }

    /// Forgets what was noted, unless somebody is reading it; then the next one does who asks.
    pub(super) async fn forget_if_noted(&self) -> Result<(), StoreError> {
        if self.is_noted.swap(false, Ordering::Relaxed) && !matches!(self.cut().await, Ok(true)) {
            self.note_what_was();
        }
        Ok(())
    }

    /// Takes the log into the file and cuts it; `false` where somebody reads it or another process writes.
    ///
    /// SQLite waits for readers with the write lock in its hand, and so would everybody who writes: on a connection of its
    /// own, which waits for nobody. The turn of this process's writer is taken meanwhile, so that it is not in the way.
    async fn cut(&self) -> Result<bool, StoreError> {
        let _turn = self.writer.acquire().await?;
        let mut conn = self.cutting.connect().await?;
        let busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut conn).await?;
        conn.close().await?;
        Ok(busy == 0)
    }

    /// There are none: SQLite keeps no samples of rows unless somebody asks for it.
    pub(super) async fn forget_samples(&self) -> Result<(), StoreError> {
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
