//! What tests of things built on the store need of a database: one of their own, and ways to take it away
//! for a while or to spoil it. Only with the feature `testing`.
//!
//! Not for: looking into the tables. What is in the store is asked of the store.

use crate::StoreError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::hash::{BuildHasher, RandomState};

/// The environment's name for the URL of a PostgreSQL server to test with; where it is not set, there is none.
pub const ADDRESS: &str = "OUTDIAL_TEST_POSTGRES";

/// The URL of the PostgreSQL server, if there is one.
pub fn address() -> Option<String> {
    std::env::var(ADDRESS).ok().filter(|url| !url.is_empty())
}

/// A PostgreSQL database of its own; dropping this drops it, whoever is still connected.
#[derive(Debug)]
pub struct Database {
    server: PgConnectOptions,
    name: String,
}

impl Database {
    /// Makes one on `server`.
    pub async fn create(server: &str) -> Result<Self, StoreError> {
        let name = format!("outdial_test_{:016x}", RandomState::new().hash_one(server));
        let database = Self { server: server.parse()?, name };
        run(&database.server, format!("CREATE DATABASE {}", database.name)).await?;
        Ok(database)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.server.clone().database(&self.name).to_url_lossy().to_string()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let gone = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A runtime must not be blocked on from within; what cannot be dropped is left behind.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map(|runtime| runtime.block_on(run(&self.server, gone)))
            });
        });
    }
}

/// A lock under which nobody else can write.
#[derive(Debug)]
pub enum Lock {
    /// Of a SQLite file.
    Sqlite(SqliteConnection),
    /// Of a PostgreSQL database.
    Postgres(PgConnection),
}

impl Lock {
    /// Takes it, in the database at `url`.
    pub async fn take(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            let mut conn = SqliteConnection::connect(url).await?;
            sqlx::raw_sql("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE").execute(&mut conn).await?;
            Ok(Self::Sqlite(conn))
        } else {
            let mut conn = PgConnection::connect(url).await?;
            let lock = "BEGIN; LOCK TABLE tasks, contacts, dispatches, calls IN EXCLUSIVE MODE";
            sqlx::raw_sql(lock).execute(&mut conn).await?;
            Ok(Self::Postgres(conn))
        }
    }

    /// Gives it back.
    pub async fn release(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => conn.close().await?,
            Self::Postgres(conn) => conn.close().await?,
        }
        Ok(())
    }
}

/// Ends every connection to the PostgreSQL database at `url`, as a restart of the server does.
pub async fn cut_connections(url: &str) -> Result<(), StoreError> {
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    run(&url.parse()?, others.to_owned()).await
}

/// Makes a tenant's webhook endpoints unreadable, in the SQLite database at `url`: nothing can be planned for them.
pub async fn spoil_endpoints(url: &str, tenant: &str) -> Result<(), StoreError> {
    let mut conn = SqliteConnection::connect(url).await?;
    sqlx::query("UPDATE webhook_endpoints SET event_types = 'spoilt' WHERE tenant = $1")
        .bind(tenant)
        .execute(&mut conn)
        .await?;
    Ok(conn.close().await?)
}

/// Makes all calls unreadable, in the SQLite database at `url`: what is told of them cannot be joined to what is known.
pub async fn spoil_calls(url: &str) -> Result<(), StoreError> {
    let mut conn = SqliteConnection::connect(url).await?;
    sqlx::query("UPDATE calls SET insights = 'spoilt'").execute(&mut conn).await?;
    Ok(conn.close().await?)
}

async fn run(place: &PgConnectOptions, statement: String) -> Result<(), StoreError> {
    let mut conn = place.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut conn).await?;
    Ok(conn.close().await?)
}
