//! The installation's one random secret, from which all its others are derived.

use crate::{EngineError, access};
use outdial_store::Store;

/// Made when a store is first used and kept in it; the same after a restart. Never prints.
pub struct Pepper(Vec<u8>);

impl Pepper {
    /// The pepper of the installation that `store` belongs to.
    pub async fn of(store: &dyn Store) -> Result<Self, EngineError> {
        let mut fresh = [0u8; 32];
        getrandom::fill(&mut fresh).map_err(|_| EngineError::Internal("no randomness".into()))?;
        Ok(Self(store.installation_secret("pepper", &fresh).await?))
    }

    /// The secret for `purpose`: HMAC-SHA256 under the pepper.
    pub fn derive(&self, purpose: &[u8]) -> Vec<u8> {
        access::mac(&self.0, purpose)
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(***)")
    }
}
