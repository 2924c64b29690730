//! The same rows in a plain table: what an engine does when nobody asks for more.
//!
//! A table with the columns of a contact and a primary key, no other index, no events, no counters; as
//! durable as the store (the same pragmas, a commit that waits for the disk).

use crate::Failure;
use crate::engine::{Engine, Place};
use crate::people::now;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, Executor, SqliteConnection};

const TABLE: &str = "CREATE TABLE bare_contacts (
    id TEXT NOT NULL PRIMARY KEY, tenant TEXT NOT NULL, task TEXT NOT NULL, external_id TEXT,
    phone TEXT NOT NULL, name TEXT, variables TEXT NOT NULL, status TEXT NOT NULL,
    last_event BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)";

/// A plain table of an engine.
#[derive(Debug)]
pub(crate) enum Bare {
    /// In a file.
    Sqlite(SqliteConnection),
    /// On a server.
    Postgres(PgConnection),
}

impl Bare {
    /// An empty table at an empty place.
    pub(crate) async fn at(engine: &Engine, place: &Place) -> Result<Self, Failure> {
        match engine {
            Engine::Sqlite => {
                let options = place.url().parse::<SqliteConnectOptions>()?;
                let options = options
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .pragma("cache_size", "-16384")
                    .pragma("journal_size_limit", "67108864");
                let mut connection = SqliteConnection::connect_with(&options).await?;
                // As strict as the store's.
                let table = TABLE.replace("BIGINT", "INTEGER") + " STRICT";
                connection.execute(sqlx::AssertSqlSafe(table)).await?;
                Ok(Self::Sqlite(connection))
            }
            Engine::Postgres(_) => {
                let mut connection = PgConnection::connect(place.url()).await?;
                connection.execute(TABLE).await?;
                Ok(Self::Postgres(connection))
            }
        }
    }

    /// Inserts a JSON array of rows in one transaction.
    pub(crate) async fn insert(&mut self, rows: &str) -> Result<(), Failure> {
        let at = now().as_millisecond();
        match self {
            Self::Sqlite(connection) => {
                let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
                sqlx::query(
                    "INSERT INTO bare_contacts
                     SELECT value->>'id', 'bench', 'task', value->>'external_id', value->>'phone',
                            value->>'name', value->'variables', 'queued', 1, $2, $2
                     FROM json_each($1)",
                )
                .bind(rows)
                .bind(at)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
            }
            Self::Postgres(connection) => {
                let mut transaction = connection.begin().await?;
                sqlx::query(
                    "INSERT INTO bare_contacts
                     SELECT id, 'bench', 'task', external_id, phone, name, variables, 'queued', 1, $2, $2
                     FROM json_to_recordset($1::json)
                          AS row (id text, external_id text, phone text, name text, variables text)",
                )
                .bind(rows)
                .bind(at)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    /// Gives a JSON array of rows another status in one transaction.
    pub(crate) async fn update(&mut self, rows: &str, status: &str) -> Result<(), Failure> {
        match self {
            Self::Sqlite(connection) => {
                let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
                sqlx::query(
                    "UPDATE bare_contacts SET status = $2 FROM json_each($1) AS moved
                     WHERE bare_contacts.id = moved.value->>'id'",
                )
                .bind(rows)
                .bind(status)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
            }
            Self::Postgres(connection) => {
                let mut transaction = connection.begin().await?;
                sqlx::query(
                    "UPDATE bare_contacts SET status = $2
                     FROM json_to_recordset($1::json) AS moved (id text)
                     WHERE bare_contacts.id = moved.id",
                )
                .bind(rows)
                .bind(status)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}
