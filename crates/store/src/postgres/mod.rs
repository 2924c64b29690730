//! PostgreSQL: one database, several processes.
//!
//! Whoever changes a task or anything of it holds the lock of the task's row until the end of the
//! transaction; the database's own law keeps a number from ringing for two tasks at once, and whoever
//! was slower begins again. The places of a request budget are counted by the server's clock; claims on tasks
//! are kept by each process's own, which has to agree with the server's within a second (`clock`).
//!
//! Statements keep to what PostgreSQL-compatible distributed engines can run: no triggers, no functions
//! of our own, no notifications.

mod clock;
mod connect;
#[macro_use]
mod dialect;
mod slots;
#[expect(clippy::duplicate_mod, reason = "compiled once for each engine")]
#[path = "../sql/mod.rs"]
mod sql;

use crate::vault::Vault;
use crate::{Keyring, StoreError};
use PostgresStore as Engine;
use connect::Connections;

/// The store in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    connections: Connections,
    keyring: Option<Keyring>,
    vault: Vault,
}

impl PostgresStore {
    /// Connects to `postgres://…` and brings the database's schema up to date; several processes may do so
    /// at once.
    ///
    /// `holder` names this process among those that share the database; one that starts again under the
    /// name of a dead one takes over its claims.
    pub async fn open(url: &str, holder: &str) -> Result<Self, StoreError> {
        Self::open_with(url, holder, None).await
    }

    /// As [`Self::open`], what is personal being sealed with a key of the ring.
    pub async fn open_with(url: &str, holder: &str, keyring: Option<&Keyring>) -> Result<Self, StoreError> {
        let connections = Connections::open(url, holder).await?;
        let vault = sql::unlock::vault(&connections, keyring).await?;
        Ok(Self { connections, keyring: keyring.cloned(), vault })
    }
}
