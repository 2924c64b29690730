//! Who is asking, and what they may do.
//!
//! A request brings one of two things: an API key of ours (`keys.rs`), or a token of an issuer the operator
//! trusts (`token.rs`, its keys in `key_set.rs`). Either becomes a [`Principal`]: a tenant, scopes, and a name for the
//! audit log (`audit.rs`).
//!
//! Not for: headers and statuses (the surface); what an operation needs (declared at its handler).

mod audit;
mod key_cache;
mod key_set;
mod key_uses;
mod keys;
mod token;

pub use audit::Deed;
pub use key_set::{KeySet, KeySetError, KeySource};
pub use keys::{IssuedKey, KeyTerms};
pub use token::{Algorithm, TokenIssuer};

pub(crate) use keys::mac;

use crate::{Engine, EngineError};
use key_cache::KeyCache;
use key_uses::KeyUses;
use outdial_model::{KeyId, Scopes, TenantId, Timestamp};
use std::fmt;
use token::TokenCache;

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Whose data they see.
    pub tenant: TenantId,
    /// What they may do.
    pub scopes: Scopes,
    /// Who they are.
    pub actor: Actor,
    /// Whether every POST of theirs must name an idempotency key.
    pub requires_idempotency_key: bool,
    /// What they were let in with.
    pub pass: Pass,
}

impl Principal {
    /// Who they are, as budgets know them.
    pub fn client(&self) -> String {
        self.actor.noted()
    }
}

/// What somebody was let in with, for what lasts longer than a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// The key with that hash.
    Key(String),
    /// A token that is good until then.
    Until(Timestamp),
}

/// Somebody, for the audit log and for counting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Whoever holds the key.
    Key(KeyId),
    /// Whoever an issuer vouches for.
    Subject {
        /// The issuer.
        issuer: String,
        /// Its name for them; empty when the token names nobody.
        subject: String,
    },
    /// Whoever runs this command beside the gateway.
    Command(&'static str),
}

impl Actor {
    /// As it is kept: of bounded length, without what would not be.
    pub(crate) fn noted(&self) -> String {
        self.to_string().chars().filter(|c| !c.is_control()).take(300).collect()
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => id.fmt(f),
            Self::Subject { issuer, subject } => write!(f, "{issuer}#{subject}"),
            Self::Command(command) => f.write_str(command),
        }
    }
}

/// What an engine knows of those who ask.
#[derive(Debug, Default)]
pub(crate) struct Access {
    issuers: Vec<TokenIssuer>,
    keys: KeyCache,
    uses: KeyUses,
    tokens: TokenCache,
}

impl Access {
    /// Trusting these issuers.
    pub(crate) fn trusting(issuers: Vec<TokenIssuer>) -> Self {
        Self { issuers, ..Self::default() }
    }
}

impl Engine {
    /// Whether somebody who was let in would be again; for what lasts longer than a request.
    pub async fn still_admits(&self, principal: &Principal) -> Result<bool, EngineError> {
        match &principal.pass {
            Pass::Key(hash) => Ok(self.good_key(hash).await?.is_some()),
            Pass::Until(end) => Ok(self.now() < *end),
        }
    }

    /// Who came with `credential`, a key or a token; `None` when it is not, or no longer, good for anything. A key
    /// that was taken back may be let in for another two seconds.
    pub async fn authenticate(&self, credential: &str) -> Result<Option<Principal>, EngineError> {
        if keys::is_well_formed(credential) {
            self.holder_of_key(credential).await
        } else {
            self.bearer_of_token(credential).await
        }
    }
}
