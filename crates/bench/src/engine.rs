//! The store's engines, and databases to use up.

use crate::Failure;
use crate::report::Report;
use outdial_store::Store;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Where a PostgreSQL server is, for whoever has one.
const POSTGRES: &str = "OUTDIAL_TEST_POSTGRES";

/// An engine of the store.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    /// Files in the temporary folder.
    Sqlite,
    /// Databases on a server.
    Postgres(Box<PgConnectOptions>),
}

impl Engine {
    /// Every engine there is here; tells of one that is left out.
    pub(crate) fn available(report: &mut Report) -> Vec<Self> {
        let mut engines = vec![Self::Sqlite];
        match std::env::var(POSTGRES).ok().and_then(|url| url.parse().ok()) {
            Some(server) => engines.push(Self::Postgres(Box::new(server))),
            None => report.note(&format!("PostgreSQL is left out: {POSTGRES} names no server")),
        }
        engines
    }

    /// Its name.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// A fresh, empty database.
    pub(crate) async fn place(&self) -> Result<Place, Failure> {
        let folder = tempfile::Builder::new().prefix("outdial-bench").tempdir()?;
        let (url, database) = match self {
            Self::Sqlite => (format!("sqlite://{}", folder.path().join("outdial.db").display()), None),
            Self::Postgres(server) => {
                let name = format!("outdial_bench_{}", uuid::Uuid::new_v4().simple());
                let mut connection = PgConnection::connect_with(server).await?;
                connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
                let url = server.as_ref().clone().database(&name).to_url_lossy().to_string();
                (url, Some(Database { server: server.as_ref().clone(), name }))
            }
        };
        Ok(Place { folder, url, database })
    }
}

/// A database to use up, with a folder beside it.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
    url: String,
    database: Option<Database>,
}

#[derive(Debug)]
struct Database {
    server: PgConnectOptions,
    name: String,
}

impl Place {
    /// What the store is opened by.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// For files of this place.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The store, opened by this process.
    pub(crate) async fn store(&self) -> Result<Arc<dyn Store>, Failure> {
        Ok(outdial_store::open(&self.url, "bench", None).await?)
    }

    /// Whether a commit waits for the disk, for as long as a database is only being filled. A file has
    /// no such word, and goes on waiting.
    pub(crate) async fn wait_for_disk(&self, waits: bool) -> Result<(), Failure> {
        if let Some(Database { server, name }) = &self.database {
            let word = if waits { "on" } else { "off" };
            let text = format!("ALTER DATABASE {name} SET synchronous_commit = {word}");
            PgConnection::connect_with(server).await?.execute(AssertSqlSafe(text)).await?;
        }
        Ok(())
    }

    /// Gathers what the planner wants to know, as a server does by itself in time.
    pub(crate) async fn settle(&self) -> Result<(), Failure> {
        if self.database.is_some() {
            let options: PgConnectOptions = self.url.parse()?;
            PgConnection::connect_with(&options).await?.execute("VACUUM (ANALYZE)").await?;
        }
        Ok(())
    }

    /// Throws it away.
    pub(crate) async fn remove(self) -> Result<(), Failure> {
        if let Some(Database { server, name }) = &self.database {
            let text = format!("DROP DATABASE {name} WITH (FORCE)");
            PgConnection::connect_with(server).await?.execute(AssertSqlSafe(text)).await?;
        }
        Ok(())
    }
}
