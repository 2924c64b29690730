//! Where a test's gateways keep everything: a database of their own, gone afterwards.

use outdial_store::testing::{self, Database, Lock};
use tempfile::TempDir;

/// Which engine of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoreKind {
    /// A file.
    #[default]
    Sqlite,
    /// A database on the server that `OUTDIAL_TEST_POSTGRES` names.
    Postgres,
}

impl StoreKind {
    /// Every engine.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Its name in tests' names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// What is missing to test with it here.
    pub fn missing(self) -> Option<&'static str> {
        let is_at_hand = self == Self::Sqlite || testing::address().is_some();
        (!is_at_hand).then_some("a PostgreSQL server, named by OUTDIAL_TEST_POSTGRES")
    }
}

/// A database.
#[derive(Debug)]
pub struct Place {
    url: String,
    folder: TempDir,
    _database: Option<Database>,
}

impl Place {
    /// The database at `given`; without one, a fresh one of `kind`.
    pub(crate) async fn of(kind: StoreKind, given: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        if let Some(url) = given {
            return Self { url, folder, _database: None };
        }
        let database = match kind {
            StoreKind::Sqlite => None,
            StoreKind::Postgres => {
                let server = testing::address().expect("OUTDIAL_TEST_POSTGRES names a server");
                Some(Database::create(&server).await.expect("the server makes a database"))
            }
        };
        let file = || format!("sqlite://{}", folder.path().join("outdial.db").display());
        let url = database.as_ref().map_or_else(file, Database::url);
        Self { url, folder, _database: database }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder beside it.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Everything it holds, as bytes.
    pub async fn everything(&self) -> Vec<u8> {
        outdial_store::conformance::everything_in(&self.url).await.expect("the database can be read")
    }

    /// Keeps everybody from writing while `meanwhile` goes on.
    pub async fn locked<T>(&self, meanwhile: impl Future<Output = T>) -> T {
        let lock = Lock::take(&self.url).await.expect("the database can be locked");
        let outcome = meanwhile.await;
        lock.release().await.expect("the lock is given back");
        outcome
    }

    /// Ends every connection to it, as a restart of its server does. A file has none.
    pub async fn cut_connections(&self) {
        if !self.url.starts_with("sqlite:") {
            testing::cut_connections(&self.url).await.expect("connections can be cut");
        }
    }
}
