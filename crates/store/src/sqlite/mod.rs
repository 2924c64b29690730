//! SQLite: one file, one process.
//!
//! Not for several processes at once: all leases are released on start
//! ([`Store::release_abandoned_leases`](crate::Store::release_abandoned_leases)), and request budgets are
//! kept in memory.

mod connect;
#[macro_use]
mod dialect;
mod slots;
#[expect(clippy::duplicate_mod, reason = "compiled once for each engine")]
#[path = "../sql/mod.rs"]
mod sql;

use crate::StoreError;
use SqliteStore as Engine;
use connect::Connections;

/// The store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore(Connections);

impl SqliteStore {
    /// Opens `sqlite://path`, makes the file if there is none, and brings its schema up to date.
    ///
    /// Not for databases in memory: readers and the writer would each see their own.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self(Connections::open(url).await?))
    }
}
