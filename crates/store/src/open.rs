//! Choosing the engine.

use crate::postgres::PostgresStore;
use crate::sqlite::SqliteStore;
use crate::{Keyring, Store, StoreError};
use std::sync::Arc;

/// Opens the store `url` names, makes it when there is none, and brings its schema up to date.
///
/// The URL's scheme chooses the engine: `sqlite:` a file, `postgres:` or `postgresql:` a database on a
/// server. `holder` names this process among those that share the store (host and listening address): its
/// claims carry the name. A file is one process's own and needs none.
///
/// With a keyring, what is personal is sealed from now on (numbers, names, variables, recordings, insights, answers), and
/// the store does not open without it any more: [`StoreError::Sealed`].
pub async fn open(url: &str, holder: &str, keyring: Option<&Keyring>) -> Result<Arc<dyn Store>, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", _)) => Ok(Arc::new(SqliteStore::open_with(url, keyring).await?)),
        Some(("postgres" | "postgresql", _)) => {
            Ok(Arc::new(PostgresStore::open_with(url, holder, keyring).await?))
        }
        _ => Err(sqlx::Error::Configuration(
            "the store's URL names no engine: use sqlite: or postgres:".into(),
        )
        .into()),
    }
}
