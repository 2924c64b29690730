//! Databases for the tests: of their own, gone afterwards.

use async_trait::async_trait;
use outdial_store::conformance::Harness;
use outdial_store::{Store, sqlite::SqliteStore};
use tempfile::TempDir;

/// One SQLite file in a directory of its own.
pub struct SqliteHarness(TempDir);

impl SqliteHarness {
    pub fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn url(&self) -> String {
        format!("sqlite://{}", self.0.path().join("outdial.db").display())
    }
}

#[async_trait]
impl Harness for SqliteHarness {
    async fn open_as(&self, _holder: &str) -> Box<dyn Store> {
        Box::new(SqliteStore::open(&self.url()).await.expect("the file opens"))
    }
}

/// Tells a story to its end on a runtime of its own.
pub fn block_on<F: Future>(story: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.unwrap().block_on(story)
}
