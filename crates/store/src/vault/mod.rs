//! Sealing what is personal, where a key is configured.
//!
//! The store has a random *data key*, made once and kept sealed with a key of the configuration ([`wrap`]). From it
//! follow a key for the hash by which numbers are compared, and one for each row: nonces are random, and no key seals
//! so often that two of them could be the same. What is sealed is bound to its row and column; it does not open
//! elsewhere.
//!
//! Without a key of the configuration the vault is [`open`](Vault::is_open): everything is written as it is.

mod aead;
mod answer;
mod person;
mod private;
mod suppressed;
mod tombstone;
mod wrap;

pub(crate) use person::{Person, PersonColumns};
pub(crate) use tombstone::Tombstones;
pub(crate) use wrap::{DataKey, WrappedKey};

use crate::StoreError;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use outdial_model::{Phone, TenantId};
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;

/// What a sealed text begins with: the way it is sealed.
const FORMAT: &str = "1.";
/// Bytes of the hash by which numbers are compared.
const NUMBER: usize = 16;

type Keyed = Hmac<Sha256>;

/// Why what is personal cannot be sealed, or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is sealed, and no key is configured.
    #[error("it is encrypted with the key `{name}`; configure it under encryption.keys")]
    NoKey {
        /// The key it is sealed with.
        name: String,
    },
    /// A key of that name is configured, and it is another one.
    #[error("it is encrypted with another key than the one that encryption.keys.{name} has")]
    WrongKey {
        /// What it is called.
        name: String,
    },
    /// Another process has turned encryption on; this one has to be started anew.
    #[error("it is encrypted since a while; start again with its key")]
    Outdated,
    /// Nothing is encrypted, and something was asked for that needs a key.
    #[error("it is not encrypted; configure a key under encryption.keys")]
    NotEncrypted,
    /// The system has no randomness.
    #[error("the system has no randomness")]
    NoRandomness,
    /// A value does not open: it was changed, or is another row's.
    #[error("the column {0} cannot be opened")]
    Unreadable(&'static str),
}

/// A place in the database, to which what is sealed there belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Table and column.
    pub(crate) column: &'static str,
    /// What identifies the row.
    pub(crate) row: &'a str,
}

/// Seals what is personal, or leaves it as it is. Cheap to clone. Never prints.
#[derive(Clone)]
pub(crate) struct Vault(Option<Arc<Keys>>);

/// What follows from the data key.
struct Keys {
    rows: Keyed,
    numbers: Keyed,
}

impl Vault {
    /// Leaves everything as it is.
    pub(crate) const fn open() -> Self {
        Self(None)
    }

    pub(crate) fn with(key: &DataKey) -> Result<Self, SealError> {
        let derived = |purpose| keyed(&digest(keyed(key.bytes())?, &[purpose]));
        Ok(Self(Some(Arc::new(Keys { rows: derived("rows")?, numbers: derived("numbers")? }))))
    }

    /// Whether everything is left as it is.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// Seals it for its place; `None` where everything is left as it is.
    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Option<String>, SealError> {
        let Some(keys) = &self.0 else { return Ok(None) };
        let sealed = aead::seal(&keys.of(place), place.column, plain)?;
        Ok(Some(format!("{FORMAT}{}", BASE64.encode(sealed))))
    }

    /// Opens what was sealed for that place.
    pub(crate) fn unseal(&self, place: Place<'_>, sealed: &str) -> Result<Vec<u8>, SealError> {
        let keys = self.0.as_ref().ok_or(SealError::Outdated)?;
        let bytes = sealed.strip_prefix(FORMAT).and_then(|text| BASE64.decode(text).ok());
        let plain = bytes.and_then(|bytes| aead::open(&keys.of(place), place.column, &bytes));
        plain.ok_or(SealError::Unreadable(place.column))
    }

    /// What a number is compared by within its tenant: a keyed hash, or the number itself.
    pub(crate) fn number(&self, tenant: &TenantId, phone: &Phone) -> String {
        let Some(keys) = &self.0 else { return phone.e164().to_owned() };
        let mut hash = digest(keys.numbers.clone(), &[tenant.as_str(), phone.e164()]);
        hash.truncate(NUMBER);
        BASE64.encode(hash)
    }

    /// What a hash of something personal is kept as: it could be guessed, and whoever guesses has to have the key.
    pub(crate) fn hash(&self, column: &'static str, hash: &str) -> String {
        match &self.0 {
            Some(keys) if !hash.is_empty() => BASE64.encode(digest(keys.numbers.clone(), &[column, hash])),
            _ => hash.to_owned(),
        }
    }
}

impl Keys {
    fn of(&self, place: Place<'_>) -> Vec<u8> {
        digest(self.rows.clone(), &[place.column, place.row])
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_open() { "Vault(open)" } else { "Vault(***)" })
    }
}

/// An HMAC takes keys of any length.
fn keyed(key: &[u8]) -> Result<Keyed, SealError> {
    Keyed::new_from_slice(key).map_err(|_| SealError::Unreadable("data_keys.wrapped"))
}

fn digest(mut mac: Keyed, parts: &[&str]) -> Vec<u8> {
    for part in parts {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    mac.finalize().into_bytes().to_vec()
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        Self::Sealed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { column: "contacts.person", row: "con_1" };

    fn vault() -> Vault {
        Vault::with(&DataKey::fresh().unwrap()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
        let vault = vault();
        let sealed = vault.seal(PLACE, b"Ada").unwrap().unwrap();
        assert_eq!(vault.unseal(PLACE, &sealed).unwrap(), b"Ada");
        assert_ne!(vault.seal(PLACE, b"Ada").unwrap().unwrap(), sealed, "nobody sees that it is the same");
        for elsewhere in [Place { row: "con_2", ..PLACE }, Place { column: "calls.sealed", ..PLACE }] {
            assert_eq!(vault.unseal(elsewhere, &sealed), Err(SealError::Unreadable(elsewhere.column)));
        }
        let changed = sealed.replace(&sealed[10..11], if &sealed[10..11] == "A" { "B" } else { "A" });
        for spoilt in [changed.as_str(), "", "1.", "2.AAAA", "Ada"] {
            assert!(vault.unseal(PLACE, spoilt).is_err(), "{spoilt}");
        }
        assert!(self::vault().unseal(PLACE, &sealed).is_err(), "another installation's key");
        assert_eq!(Vault::open().unseal(PLACE, &sealed), Err(SealError::Outdated));
    }

    #[test]
    fn numbers_are_compared_by_a_hash_of_their_tenants() {
        let (vault, phone) = (vault(), "+8613912341234".parse().unwrap());
        let [one, other] = ["acme", "globex"].map(|name| vault.number(&name.parse().unwrap(), &phone));
        assert_eq!(one, vault.number(&"acme".parse().unwrap(), &phone));
        assert_ne!(one, other);
        assert!(!one.contains("1391234"));
        assert_eq!(Vault::open().number(&"acme".parse().unwrap(), &phone), phone.e164());
    }
}
