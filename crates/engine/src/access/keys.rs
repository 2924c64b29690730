//! API keys: random, shown once, kept only as a keyed hash.
//!
//! A live key sees its tenant's data, a test key that of the tenant's twin, which reaches only accounts at the
//! simulator. Whoever manages keys with a live one manages both kinds, with a test key only test keys.

use super::{Actor, Pass, Principal};
use crate::once::{Once, Worded};
use crate::{Engine, EngineError, Page};
use hmac::{Hmac, KeyInit, Mac};
use outdial_model::{FieldProblem, KeyId, Scopes, Secret, TenantId, Timestamp};
use outdial_store::{ApiKey, StoreError};
use sha2::Sha256;
use std::sync::Arc;

const LIVE: &str = "odk_live_";
const TEST: &str = "odk_test_";
/// Characters of the random part, and of the checksum after it.
const RANDOM: usize = 64;
const CHECKSUM: usize = 8;
/// Keys a tenant may have that were not taken back.
const MOST_KEYS: u32 = 1_000;
/// Characters of a key's name.
const LONGEST_NAME: usize = 100;

/// A key that was just made; the only moment its text exists.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key as it is kept.
    pub key: ApiKey,
    /// What clients send as bearer token.
    pub token: Secret,
}

/// What a key is good for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyTerms {
    /// What it may do.
    pub scopes: Scopes,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Whether every POST with it must name an idempotency key.
    pub requires_idempotency_key: bool,
    /// Whether it is for tests: it sees the data of the tenant's twin.
    pub is_for_tests: bool,
}

impl Engine {
    /// Makes a key for `tenant`, or for its twin. With a twin's name it can only be for the twin.
    pub async fn issue_key(
        &self,
        tenant: &TenantId,
        name: &str,
        terms: KeyTerms,
        once: Option<&Once<'_, ApiKey>>,
    ) -> Result<IssuedKey, EngineError> {
        let now = self.now();
        let KeyTerms { scopes, expires_at, requires_idempotency_key, is_for_tests } = terms;
        refuse(tenant, name, &terms, now)?;
        let (tenant, prefix) = if is_for_tests { (tenant.for_tests(), TEST) } else { (tenant.clone(), LIVE) };
        let mut random = [0u8; RANDOM / 2];
        getrandom::fill(&mut random).map_err(|_| EngineError::Internal("no randomness".into()))?;
        let body = hex::encode(random);
        let token = format!("{prefix}{body}{}", checksum(prefix, &body));
        let key = ApiKey {
            id: KeyId::generate(now),
            tenant,
            name: name.to_owned(),
            hash: self.key_hash(&token),
            scopes,
            created_at: now,
            expires_at,
            revoked_at: None,
            last_used_at: None,
            requires_idempotency_key,
        };
        let worded = Worded::key(once);
        let made = self.store().insert_api_key(&key, MOST_KEYS, worded.stored().as_ref(), now).await;
        made.map_err(|error| match error {
            StoreError::LimitReached { most } => EngineError::Conflict {
                code: "limit_reached",
                detail: format!("there are {most} keys already; revoke one that is not needed"),
            },
            other => other.into(),
        })?;
        Ok(IssuedKey { key, token: token.into() })
    }

    /// Keys, newest first, revoked and expired ones included.
    pub async fn keys(&self, tenant: &TenantId, page: &Page<KeyId>) -> Result<Vec<ApiKey>, EngineError> {
        Ok(self.store().api_keys(&managed_by(tenant), page).await?)
    }

    /// One key.
    pub async fn key(&self, tenant: &TenantId, id: &KeyId) -> Result<ApiKey, EngineError> {
        self.store().api_key_of(&managed_by(tenant), id).await.map_err(missing)
    }

    /// Takes a key back: within two seconds nobody comes in with it.
    pub async fn revoke_key(&self, tenant: &TenantId, id: &KeyId) -> Result<ApiKey, EngineError> {
        let key = self.store().revoke_api_key(&managed_by(tenant), id, self.now()).await.map_err(missing)?;
        self.0.access.keys.forget(&key.hash);
        Ok(key)
    }

    pub(super) async fn holder_of_key(&self, token: &str) -> Result<Option<Principal>, EngineError> {
        let hash = self.key_hash(token);
        let Some(key) = self.good_key(&hash).await? else { return Ok(None) };
        self.0.access.uses.note(&key.id, self.now());
        Ok(Some(Principal {
            tenant: key.tenant.clone(),
            scopes: key.scopes,
            actor: Actor::Key(key.id.clone()),
            requires_idempotency_key: key.requires_idempotency_key,
            pass: Pass::Key(hash),
        }))
    }

    /// The key with that hash, if it is neither revoked nor expired.
    pub(super) async fn good_key(&self, hash: &str) -> Result<Option<Arc<ApiKey>>, EngineError> {
        let known = &self.0.access.keys;
        let key = match known.get(hash) {
            Some(key) => Some(key),
            None => self.store().api_key(hash).await?.map(|key| known.put(key)),
        };
        let now = self.now();
        let is_good = |key: &ApiKey| key.revoked_at.is_none() && key.expires_at.is_none_or(|end| now < end);
        Ok(key.filter(|key| is_good(key)))
    }

    fn key_hash(&self, token: &str) -> String {
        hex::encode(self.0.pepper.derive(token.as_bytes()))
    }
}

fn refuse(tenant: &TenantId, name: &str, terms: &KeyTerms, now: Timestamp) -> Result<(), EngineError> {
    let mut problems = Vec::new();
    let mut complain = |pointer, code, detail: &str| problems.push(FieldProblem::new(pointer, code, detail));
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        complain("/name", "invalid_name", "1 to 100 characters, none of them a control character");
    }
    if terms.scopes == Scopes::default() {
        complain("/scopes", "required", "name at least one scope");
    }
    if terms.expires_at.is_some_and(|end| end <= now) {
        complain("/expires_at", "in_the_past", "this instant has passed; the key would never work");
    }
    if tenant.is_for_tests() && !terms.is_for_tests {
        complain("/mode", "test_only", "a test key makes test keys only");
    }
    if problems.is_empty() { Ok(()) } else { Err(EngineError::Invalid(problems)) }
}

/// Whose keys somebody of that tenant manages.
fn managed_by(tenant: &TenantId) -> Vec<TenantId> {
    if tenant.is_for_tests() { vec![tenant.clone()] } else { vec![tenant.clone(), tenant.for_tests()] }
}

fn missing(error: StoreError) -> EngineError {
    match error {
        StoreError::NotFound => EngineError::NotFound("API key"),
        other => other.into(),
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
fn checksum(prefix: &str, body: &str) -> String {
    let mut text = hex::encode(mac(prefix.as_bytes(), body.as_bytes()));
    text.truncate(CHECKSUM);
    text
}

/// Whether it looks like a key of ours and is not mistyped.
pub(super) fn is_well_formed(token: &str) -> bool {
    let Some((prefix, rest)) =
        [LIVE, TEST].into_iter().find_map(|prefix| Some((prefix, token.strip_prefix(prefix)?)))
    else {
        return false;
    };
    let parts = (rest.len() == RANDOM + CHECKSUM).then(|| rest.split_at_checked(RANDOM)).flatten();
    parts.is_some_and(|(body, sum)| checksum(prefix, body) == sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_key_is_not_worth_a_look() {
        let body = "ab".repeat(32);
        let token = format!("{LIVE}{body}{}", checksum(LIVE, &body));
        assert!(is_well_formed(&token));
        assert!(!is_well_formed(&token.replace("ab", "ba")));
        assert!(!is_well_formed(&token.replace(LIVE, TEST)), "a live key is not a test key");
        for nonsense in ["odk_live_", "", "ä".repeat(36).as_str(), &format!("{LIVE}{}", "ä".repeat(36))] {
            assert!(!is_well_formed(nonsense), "{nonsense}");
        }
    }
}
