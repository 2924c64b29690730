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

use crate::vault::Vault;
use crate::{Keyring, StoreError};
use SqliteStore as Engine;
use connect::Connections;

/// The store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    connections: Connections,
    keyring: Option<Keyring>,
    vault: Vault,
}

impl SqliteStore {
    /// Opens `sqlite://path`, makes the file if there is none, and brings its schema up to date.
    ///
    /// Not for databases in memory: readers and the writer would each see their own.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, None).await
    }

    /// As [`Self::open`], what is personal being sealed with a key of the ring.
    pub async fn open_with(url: &str, keyring: Option<&Keyring>) -> Result<Self, StoreError> {
        let connections = Connections::open(url).await?;
        let vault = sql::unlock::vault(&connections, keyring).await?;
        Ok(Self { connections, keyring: keyring.cloned(), vault })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    #[tokio::test]
    async fn a_full_disk_takes_nothing_and_works_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("outdial.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
        // The writer's file grows no more.
        let mut tx = store.connections.write().await.unwrap();
        sqlx::query("PRAGMA max_page_count = 1").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let refused = store.installation_secret("large", &vec![7; 1 << 20]).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert_eq!(store.installation_secret("large", b"small").await.unwrap(), b"small", "nothing was kept");
    }
}
