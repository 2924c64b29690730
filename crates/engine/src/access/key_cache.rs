//! Keys that were read a moment ago.
//!
//! Every request brings a key, and nearly always one of the same few. A key that was found is believed for
//! [`LIFE`] without asking the store again; one that was not found is never remembered. So taking a key back
//! has its effect within that time in every process on the store. What it was found *with* is kept, not
//! that it was good: whether it has expired is decided by the clock at each request.

use moka::sync::Cache;
use outdial_store::ApiKey;
use std::sync::Arc;
use std::time::Duration;

/// How long a key is believed.
const LIFE: Duration = Duration::from_secs(2);
/// Most keys remembered.
const MOST: u64 = 10_000;

/// Keys by their hash.
#[derive(Debug)]
pub(crate) struct KeyCache(Cache<String, Arc<ApiKey>>);

impl Default for KeyCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(LIFE).build())
    }
}

impl KeyCache {
    /// The key with that hash, if it was read a moment ago.
    pub(crate) fn get(&self, hash: &str) -> Option<Arc<ApiKey>> {
        self.0.get(hash)
    }

    /// A key was taken back here.
    pub(crate) fn forget(&self, hash: &str) {
        self.0.invalidate(hash);
    }

    /// Remembers a key that was read just now.
    pub(crate) fn put(&self, key: ApiKey) -> Arc<ApiKey> {
        let key = Arc::new(key);
        self.0.insert(key.hash.clone(), Arc::clone(&key));
        key
    }
}
