//! API keys: random, shown once, kept only as a keyed hash.

use crate::{Engine, EngineError};
use hmac::{Hmac, KeyInit, Mac};
use outdial_model::{KeyId, Secret, TenantId, Timestamp};
use outdial_store::ApiKey;
use sha2::Sha256;

const PREFIX: &str = "odk_live_";

/// A key that was just made; the only moment its text exists.
#[derive(Debug)]
pub struct IssuedKey {
    /// Its id.
    pub id: KeyId,
    /// What clients send as bearer token.
    pub token: Secret,
}

/// What a key is good for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyTerms {
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Whether every POST with it must name an idempotency key.
    pub requires_idempotency_key: bool,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Whose data they see.
    pub tenant: TenantId,
    /// Which key they came with.
    pub key: KeyId,
    /// What they may do.
    pub scopes: Vec<String>,
    /// Whether every POST of theirs must name an idempotency key.
    pub requires_idempotency_key: bool,
}

impl Engine {
    /// Makes a key for `tenant`.
    pub async fn issue_key(
        &self,
        tenant: &TenantId,
        name: &str,
        terms: KeyTerms,
    ) -> Result<IssuedKey, EngineError> {
        let mut random = [0u8; 32];
        getrandom::fill(&mut random).map_err(|_| EngineError::Internal("no randomness".into()))?;
        let body = hex::encode(random);
        let token = format!("{PREFIX}{body}{}", checksum(&body));
        let KeyTerms { scopes, expires_at, requires_idempotency_key } = terms;
        let now = self.now();
        let key = ApiKey {
            id: KeyId::generate(now),
            tenant: tenant.clone(),
            name: name.to_owned(),
            hash: self.key_hash(&token),
            scopes,
            created_at: now,
            expires_at,
            revoked_at: None,
            requires_idempotency_key,
        };
        self.store().insert_api_key(&key).await?;
        Ok(IssuedKey { id: key.id, token: token.into() })
    }

    /// Who holds `token`; `None` when nobody does, or no longer. One that was taken back may be let in for
    /// another two seconds.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Principal>, EngineError> {
        if !is_well_formed(token) {
            return Ok(None);
        }
        let hash = self.key_hash(token);
        let key = match self.0.keys.get(&hash) {
            Some(key) => key,
            None => match self.store().api_key(&hash).await? {
                Some(key) => self.0.keys.put(key),
                None => return Ok(None),
            },
        };
        let expired = key.expires_at.is_some_and(|end| self.now() >= end);
        let usable = key.revoked_at.is_none() && !expired;
        Ok(usable.then_some(Principal {
            tenant: key.tenant.clone(),
            key: key.id.clone(),
            scopes: key.scopes.clone(),
            requires_idempotency_key: key.requires_idempotency_key,
        }))
    }

    fn key_hash(&self, token: &str) -> String {
        hex::encode(self.0.pepper.derive(token.as_bytes()))
    }
}

/// HMAC-SHA256 (RFC 2104).
pub(crate) fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Eight characters that tell a mistyped key from a wrong one without asking the store.
fn checksum(body: &str) -> String {
    let mut text = hex::encode(mac(PREFIX.as_bytes(), body.as_bytes()));
    text.truncate(8);
    text
}

fn is_well_formed(token: &str) -> bool {
    let Some(rest) = token.strip_prefix(PREFIX) else {
        return false;
    };
    rest.is_ascii() && rest.len() == 72 && checksum(&rest[..64]) == rest[64..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_key_is_not_worth_a_look() {
        let body = "ab".repeat(32);
        let token = format!("{PREFIX}{body}{}", checksum(&body));
        assert!(is_well_formed(&token));
        assert!(!is_well_formed(&token.replace("ab", "ba")));
        assert!(!is_well_formed("odk_live_"));
        assert!(!is_well_formed(""));
    }
}
