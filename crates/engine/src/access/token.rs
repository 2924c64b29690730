//! Tokens of issuers the operator trusts: JSON Web Tokens (RFC 7519), by the rules of RFC 8725.
//!
//! A token is read before it is proven, so that nonsense costs nothing: its size, its algorithm (one the issuer is
//! configured with, and never `none`), its issuer, audience and times. Only then is a key looked for, and only
//! among those the operator configured: what a token's header says of keys (`jku`, `x5u`, `jwk`) is not followed.
//! What was read is believed when the signature is right.

use super::key_set::{KeySource, NoKeys};
use super::{Actor, Pass, Principal};
use crate::{Engine, EngineError};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::SignedDuration;
pub use jsonwebtoken::Algorithm;
use jsonwebtoken::{DecodingKey, Header, Validation, decode, decode_header};
use moka::sync::Cache;
use outdial_model::{Scopes, TenantId, Timestamp};
use serde::Deserialize;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Characters of a token, and of the name of its key.
const LONGEST: usize = 8 * 1024;
const LONGEST_KEY_ID: usize = 256;
/// How far clocks may be apart, in seconds.
const LEEWAY: f64 = 30.0;
/// How long a token that was proven is believed without another look at its signature.
const LIFE: Duration = Duration::from_secs(30);
const MOST_REMEMBERED: u64 = 10_000;

/// Somebody whose tokens are believed.
#[derive(Debug, Clone)]
pub struct TokenIssuer {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// One of these must be in `aud`.
    pub audience: Vec<String>,
    /// The algorithms its tokens may be signed with.
    pub algorithms: Vec<Algorithm>,
    /// Where its keys are.
    pub keys: KeySource,
    /// Tenants it may speak for; any when empty.
    pub tenants: Vec<TenantId>,
}

impl TokenIssuer {
    fn speaks_for(&self, tenant: &TenantId) -> bool {
        self.tenants.is_empty() || self.tenants.iter().any(|one| one.itself() == tenant.itself())
    }
}

/// What is read of a token.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    sub: Option<String>,
    tenant: String,
    #[serde(default)]
    scope: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Claims {
    /// Whether it is meant for us, now.
    fn are_for(&self, issuer: &TokenIssuer, now: Timestamp) -> bool {
        let named = match &self.aud {
            Audience::One(one) => std::slice::from_ref(one),
            Audience::Several(several) => several.as_slice(),
        };
        named.iter().any(|one| issuer.audience.contains(one)) && self.term().includes(now)
    }

    fn term(&self) -> Term {
        Term { ends: self.exp, begins: self.nbf }
    }

    fn principal(self) -> Option<Principal> {
        let end = SignedDuration::try_from_secs_f64(self.exp + LEEWAY).map(Timestamp::from_duration);
        let end = end.ok().and_then(Result::ok).unwrap_or(Timestamp::MAX);
        let Self { iss, sub, tenant, scope, .. } = self;
        Some(Principal {
            tenant: TenantId::named(&tenant).ok()?,
            scopes: Scopes::among(&scope),
            actor: Actor::Subject { issuer: iss, subject: sub.unwrap_or_default() },
            requires_idempotency_key: false,
            pass: Pass::Until(end),
        })
    }
}

impl Engine {
    pub(super) async fn bearer_of_token(&self, token: &str) -> Result<Option<Principal>, EngineError> {
        let access = &self.0.access;
        if access.issuers.is_empty() || token.len() > LONGEST {
            return Ok(None);
        }
        let now = self.now();
        let digest = Sha256::digest(token).into();
        if let Some(proven) = access.tokens.0.get(&digest) {
            return Ok(proven.term.includes(now).then(|| proven.principal.clone()));
        }
        let Some((header, claims)) = read(token) else { return Ok(None) };
        let Some(issuer) = access.issuers.iter().find(|issuer| issuer.issuer == claims.iss) else {
            return Ok(None);
        };
        if !issuer.algorithms.contains(&header.alg) || !claims.are_for(issuer, now) {
            return Ok(None);
        }
        let keys = match issuer.keys.candidates(header.kid.as_deref(), header.alg, now).await {
            Ok(keys) => keys,
            Err(NoKeys) => return Err(EngineError::IssuerUnavailable),
        };
        if !keys.iter().any(|key| is_signed(token, key, &header, issuer)) {
            return Ok(None);
        }
        let term = claims.term();
        let Some(principal) = claims.principal().filter(|one| issuer.speaks_for(&one.tenant)) else {
            return Ok(None);
        };
        access.tokens.0.insert(digest, Arc::new(Proven { principal: principal.clone(), term }));
        Ok(Some(principal))
    }
}

/// Header and claims of something that may be a token; nothing is proven by that.
fn read(token: &str) -> Option<(Header, Claims)> {
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, _] = parts.as_slice() else { return None };
    if !names_are_distinct(&BASE64.decode(header).ok()?) {
        return None;
    }
    let header = decode_header(token).ok()?;
    // What a token calls critical must be understood, and nothing is (RFC 7515 section 4.1.11).
    if header.crit.is_some() || !header.kid.as_deref().is_none_or(is_key_id) {
        return None;
    }
    let claims = BASE64.decode(claims).ok()?;
    let is_whole = names_are_distinct(&claims);
    Some((header, serde_json::from_slice(&claims).ok().filter(|_| is_whole)?))
}

/// Letters, digits and what base64, URLs and UUIDs have beside; no path leads anywhere with it.
fn is_key_id(text: &str) -> bool {
    let usual = |c: char| c.is_ascii_alphanumeric() || "-_.:+/=~@".contains(c);
    (1..=LONGEST_KEY_ID).contains(&text.len()) && text.chars().all(usual) && !text.contains("..")
}

/// The library's own check of everything, times apart: those are judged by our clock.
fn is_signed(token: &str, key: &DecodingKey, header: &Header, issuer: &TokenIssuer) -> bool {
    let mut rules = Validation::new(header.alg);
    rules.set_required_spec_claims(&["exp", "iss", "aud"]);
    rules.set_issuer(&[&issuer.issuer]);
    rules.set_audience(&issuer.audience);
    rules.validate_exp = false;
    decode::<IgnoredAny>(token, key, &rules).is_ok()
}

/// Whether the text is a JSON object in which no name is there twice.
fn names_are_distinct(json: &[u8]) -> bool {
    struct Names;

    impl<'de> Visitor<'de> for Names {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            let mut names = HashSet::new();
            while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                if !names.insert(name) {
                    return Err(A::Error::custom("a name twice"));
                }
            }
            Ok(())
        }
    }

    let mut reader = serde_json::Deserializer::from_slice(json);
    serde::Deserializer::deserialize_map(&mut reader, Names).and_then(|()| reader.end()).is_ok()
}

/// A token whose signature was right a moment ago.
#[derive(Debug)]
struct Proven {
    principal: Principal,
    term: Term,
}

/// When a token is good, in seconds since 1970.
#[derive(Debug)]
struct Term {
    begins: Option<f64>,
    ends: f64,
}

impl Term {
    fn includes(&self, now: Timestamp) -> bool {
        let now = now.as_duration().as_secs_f64();
        now < self.ends + LEEWAY && self.begins.is_none_or(|from| now >= from - LEEWAY)
    }
}

/// Tokens that were proven, by their digest.
#[derive(Debug)]
pub(super) struct TokenCache(Cache<[u8; 32], Arc<Proven>>);

impl Default for TokenCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(LIFE).build())
    }
}
