//! Databases for the tests: of their own, gone afterwards.

use async_trait::async_trait;
use outdial_store::conformance::Harness;
use outdial_store::{Keyring, MasterKey, Store, StoreError, sqlite::SqliteStore};
use std::collections::BTreeMap;
use tempfile::TempDir;

/// One SQLite file in a directory of its own.
pub struct SqliteHarness(TempDir, Option<Keyring>);

impl SqliteHarness {
    pub fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap(), None)
    }

    /// One in which what is personal is sealed.
    pub fn sealed() -> Self {
        Self(tempfile::tempdir().unwrap(), Some(keyring()))
    }

    pub fn url(&self) -> String {
        format!("sqlite://{}", self.0.path().join("outdial.db").display())
    }
}

#[async_trait]
impl Harness for SqliteHarness {
    async fn open_as(&self, _holder: &str) -> Box<dyn Store> {
        self.open_with(self.1.as_ref()).await.expect("the file opens")
    }

    async fn open_with(&self, keyring: Option<&Keyring>) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(SqliteStore::open_with(&self.url(), keyring).await?))
    }

    fn url(&self) -> String {
        self.url()
    }
}

/// A ring of one key.
pub fn keyring() -> Keyring {
    let key = MasterKey::from_base64(&"Q".repeat(43)).unwrap();
    Keyring::new("usual", BTreeMap::from([("usual".to_owned(), key)])).unwrap()
}

/// Tells a story to its end on a runtime of its own.
pub fn block_on<F: Future>(story: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.unwrap().block_on(story)
}
