//! The keys of an issuer: from a file, or from where the issuer publishes them (JSON Web Key Set, RFC 7517).
//!
//! Published keys are fetched when the first token comes, and again when they are [`FRESH`] no more or a token names a
//! key that is not among them; never more often than every [`PAUSE`], whatever comes. While the issuer cannot be
//! reached, what was fetched is good for [`KEPT`].

use super::token::Algorithm;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
use outdial_model::{ExposeSecret, Secret, Timestamp};
use outdial_outward::{Limits, Outward, OutwardError, Policy};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

const FRESH: Duration = Duration::from_secs(10 * 60);
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
const PAUSE: Duration = Duration::from_secs(30);
const LIMITS: Limits =
    Limits { deadline: Duration::from_secs(5), patience: Duration::from_secs(5), bytes: 256 * 1024 };
/// Keys of a set that are looked at; each costs a signature when a token names none.
const MOST_KEYS: usize = 32;

/// Keys that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// It is not what it should be.
    #[error("neither a JSON Web Key Set nor a public key in PEM form")]
    Unreadable,
    /// It is, and of no use.
    #[error("there is no public key in it for any of the algorithms")]
    NoKey,
}

/// There is nothing to check signatures with, and the issuer does not answer.
#[derive(Debug)]
pub(super) struct NoKeys;

/// A key and what is said of it.
#[derive(Debug, Clone)]
struct Verifier {
    id: Option<String>,
    algorithm: Option<Algorithm>,
    key: DecodingKey,
}

/// Keys to check signatures with.
#[derive(Debug, Clone)]
pub struct KeySet(Vec<Verifier>);

impl KeySet {
    /// From a JSON Web Key Set. Keys for encryption, secret ones, and those of kinds nobody knows are left out.
    pub fn from_jwks(json: &[u8]) -> Result<Self, KeySetError> {
        let set: JwkSet = serde_json::from_slice(json).map_err(|_| KeySetError::Unreadable)?;
        let keys: Vec<_> = set.keys.iter().filter_map(verifier).take(MOST_KEYS).collect();
        if keys.is_empty() { Err(KeySetError::NoKey) } else { Ok(Self(keys)) }
    }

    /// From one public key in PEM form.
    pub fn from_pem(pem: &[u8], algorithms: &[Algorithm]) -> Result<Self, KeySetError> {
        let readers = [DecodingKey::from_rsa_pem, DecodingKey::from_ec_pem, DecodingKey::from_ed_pem];
        let keys: Vec<_> = readers.iter().filter_map(|read| read(pem).ok()).collect();
        if keys.is_empty() {
            return Err(KeySetError::Unreadable);
        }
        let fits = |key: &DecodingKey| algorithms.iter().any(|algorithm| algorithm.family() == key.family());
        let key = keys.into_iter().find(fits).ok_or(KeySetError::NoKey)?;
        Ok(Self(vec![Verifier { id: None, algorithm: None, key }]))
    }

    /// A secret that the issuer shares with us.
    pub fn from_secret(secret: &Secret) -> Self {
        let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
        Self(vec![Verifier { id: None, algorithm: None, key }])
    }

    /// The keys a token may be signed with: those of that name, or those without any.
    fn candidates(&self, id: Option<&str>, algorithm: Algorithm) -> Vec<DecodingKey> {
        let fits = |key: &&Verifier| {
            key.key.family() == algorithm.family() && key.algorithm.is_none_or(|its| its == algorithm)
        };
        let is_it = |key: &&Verifier| id.is_none() || key.id.is_none() || key.id.as_deref() == id;
        self.0.iter().filter(fits).filter(is_it).map(|key| key.key.clone()).collect()
    }
}

fn verifier(jwk: &Jwk) -> Option<Verifier> {
    let is_public = !matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_));
    let is_for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let algorithm = match jwk.common.key_algorithm {
        Some(algorithm) => Some(Algorithm::from_str(&algorithm.to_string()).ok()?),
        None => None,
    };
    let key = DecodingKey::from_jwk(jwk).ok().filter(|_| is_public && is_for_signatures)?;
    Some(Verifier { id: jwk.common.key_id.clone(), algorithm, key })
}

/// Where an issuer's keys are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// Here.
    Fixed(KeySet),
    /// Where the issuer publishes them.
    Published(Arc<Published>),
}

impl KeySource {
    /// Keys published at `url`, a place the operator names: no network is barred.
    pub fn published_at(url: &str) -> Result<Self, OutwardError> {
        let way = Outward::new(Policy::everywhere());
        way.target(url)?;
        let (known, last_try) = (RwLock::default(), Arc::default());
        Ok(Self::Published(Arc::new(Published { url: url.to_owned(), way, known, last_try })))
    }

    /// The keys a token may be signed with; none when the issuer has no such key.
    pub(super) async fn candidates(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Vec<DecodingKey>, NoKeys> {
        match self {
            Self::Fixed(keys) => Ok(keys.candidates(id, algorithm)),
            Self::Published(published) => published.candidates(id, algorithm, now).await,
        }
    }
}

/// Keys that are fetched.
#[derive(Debug)]
pub struct Published {
    url: String,
    way: Outward,
    known: RwLock<Option<Arc<(KeySet, Timestamp)>>>,
    /// When it was tried last; held while somebody tries.
    last_try: Arc<Mutex<Option<Timestamp>>>,
}

impl Published {
    async fn candidates(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Vec<DecodingKey>, NoKeys> {
        let found = |within| {
            let known = self.known(now, within)?;
            let keys = known.0.candidates(id, algorithm);
            (!keys.is_empty()).then_some(keys)
        };
        if let Some(keys) = found(FRESH) {
            return Ok(keys);
        }
        if found(KEPT).is_some() {
            // One fetches, the others go on with what there is.
            if let Ok(turn) = Arc::clone(&self.last_try).try_lock_owned() {
                self.fetch(turn, now).await;
            }
            // A key the issuer has just withdrawn is none any more.
            return Ok(found(KEPT).unwrap_or_default());
        }
        self.fetch(Arc::clone(&self.last_try).lock_owned().await, now).await;
        match found(KEPT) {
            Some(keys) => Ok(keys),
            None if self.known(now, KEPT).is_some() => Ok(Vec::new()),
            None => Err(NoKeys),
        }
    }

    fn known(&self, now: Timestamp, within: Duration) -> Option<Arc<(KeySet, Timestamp)>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        (now < known.1 + within).then_some(known)
    }

    /// In a task of its own: whoever asked first may leave, and those who wait for the same keep it.
    async fn fetch(self: &Arc<Self>, mut last_try: OwnedMutexGuard<Option<Timestamp>>, now: Timestamp) {
        if last_try.is_some_and(|at| now < at + PAUSE) {
            return;
        }
        *last_try = Some(now);
        let issuer = Arc::clone(self);
        let fetched = tokio::spawn(async move {
            issuer.fetch_now(now).await;
            drop(last_try);
        });
        let _ = fetched.await;
    }

    async fn fetch_now(&self, now: Timestamp) {
        match self.fetched().await {
            Ok(keys) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                *known = Some(Arc::new((keys, now)));
            }
            Err(why) => tracing::warn!(url = self.url, why, "an issuer's keys cannot be fetched"),
        }
    }

    async fn fetched(&self) -> Result<KeySet, String> {
        let target = self.way.target(&self.url).map_err(|error| error.to_string())?;
        let headers = [("accept", "application/json".to_owned())];
        let answer = self.way.get(&target, &headers, LIMITS).await;
        let mut answer = answer.map_err(|error| error.to_string())?;
        if answer.status() != 200 {
            return Err(format!("answered {}", answer.status()));
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.piece().await.map_err(|error| error.to_string())? {
            body.extend_from_slice(&piece);
        }
        KeySet::from_jwks(&body).map_err(|error| error.to_string())
    }
}
