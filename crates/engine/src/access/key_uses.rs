//! When keys were last used, to be written down now and then: a use of a key costs no write.

use crate::Engine;
use outdial_model::{KeyId, Timestamp};
use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

/// Uses that are not written down yet. As many as keys were used since the last time.
#[derive(Debug, Default)]
pub(super) struct KeyUses(Mutex<HashMap<KeyId, Timestamp>>);

impl KeyUses {
    /// Notes one.
    pub(super) fn note(&self, key: &KeyId, at: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), at);
    }

    fn take(&self) -> Vec<(KeyId, Timestamp)> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }
}

impl Engine {
    /// Writes down when keys were last used.
    pub(crate) async fn write_key_uses(&self) {
        let uses = self.0.access.uses.take();
        if uses.is_empty() {
            return;
        }
        if let Err(error) = self.store().note_key_uses(&uses).await {
            tracing::warn!(%error, "when keys were used is not written down");
        }
    }
}
