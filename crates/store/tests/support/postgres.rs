//! A schema of its own in a PostgreSQL database, dropped with its harness.

use super::support::{block_on, keyring};
use async_trait::async_trait;
use outdial_store::conformance::Harness;
use outdial_store::postgres::PostgresStore;
use outdial_store::{Keyring, Store, StoreError};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// The environment's name for the server's URL; where it is not set, there is none to test with.
pub const ADDRESS: &str = "OUTDIAL_TEST_POSTGRES";

/// The server's URL, if there is one.
pub fn address() -> Option<String> {
    std::env::var(ADDRESS).ok().filter(|url| !url.is_empty())
}

/// Whether what needs a server is left out: there is none, and not everything has to be tested (`OUTDIAL_TEST_ALL`).
pub fn is_left_out() -> bool {
    address().is_none() && std::env::var_os("OUTDIAL_TEST_ALL").is_none_or(|word| word.is_empty())
}

/// A schema of its own.
pub struct PostgresHarness {
    server: String,
    schema: String,
    keyring: Option<Keyring>,
}

impl PostgresHarness {
    /// Makes the schema; fails where the server cannot be reached.
    pub fn fresh() -> Self {
        Self::with(None)
    }

    fn with(keyring: Option<Keyring>) -> Self {
        let server =
            address().expect("what is missing is a PostgreSQL server, named by OUTDIAL_TEST_POSTGRES");
        let schema = format!("outdial_test_{:016x}", RandomState::new().hash_one(&server));
        let harness = Self { server, schema, keyring };
        block_on(harness.run(&format!("CREATE SCHEMA {}", harness.schema)));
        harness
    }

    /// One in which what is personal is sealed.
    pub fn sealed() -> Self {
        Self::with(Some(keyring()))
    }

    /// The server's URL with the schema as the only one that is searched.
    pub fn url(&self) -> String {
        let mark = if self.server.contains('?') { '&' } else { '?' };
        format!(
            "{}{mark}options=-csearch_path%3D{schema}&application_name={schema}",
            self.server,
            schema = self.schema,
        )
    }

    /// Connects to the schema.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("the server can be reached")
    }

    /// Cuts all connections to the schema, as a server does that is restarted.
    pub async fn cut(&self) {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = $1 AND pid <> pg_backend_pid()";
        let mut conn = self.connect().await;
        sqlx::query(cut).bind(&self.schema).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    /// Returns as soon as somebody in the schema waits for a row that another has locked.
    pub async fn until_somebody_waits(&self) {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE application_name = $1 AND wait_event_type = 'Lock'";
        let mut conn = self.connect().await;
        let since = Instant::now();
        loop {
            let waits: i64 =
                sqlx::query_scalar(waiting).bind(&self.schema).fetch_one(&mut conn).await.unwrap();
            if waits > 0 {
                break;
            }
            assert!(since.elapsed() < Duration::from_secs(30), "nobody waits");
        }
        conn.close().await.unwrap();
    }

    /// Runs statements in the schema.
    pub async fn run(&self, statements: &str) {
        let mut conn = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }
}

impl Drop for PostgresHarness {
    fn drop(&mut self) {
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
        std::thread::scope(|scope| {
            scope.spawn(|| block_on(self.run(&drop)));
        });
    }
}

#[async_trait]
impl Harness for PostgresHarness {
    async fn open_as(&self, holder: &str) -> Box<dyn Store> {
        let store = PostgresStore::open_with(&self.url(), holder, self.keyring.as_ref()).await;
        Box::new(store.expect("the database opens"))
    }

    async fn open_with(&self, keyring: Option<&Keyring>) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(PostgresStore::open_with(&self.url(), "first", keyring).await?))
    }

    fn url(&self) -> String {
        self.url()
    }
}
