//! The data key, and how it is kept: sealed with a key of the configuration.

use super::{SealError, aead};
use crate::Keyring;
use zeroize::Zeroizing;

/// What a sealed data key is bound to, beside the name of the key that seals it.
const PURPOSE: &str = "outdial data key";

/// The key everything personal is sealed with; forgotten when dropped.
pub(crate) struct DataKey(Zeroizing<[u8; 32]>);

/// A data key as it is kept.
#[derive(sqlx::FromRow)]
pub(crate) struct WrappedKey {
    /// The name of the key that seals it.
    pub(crate) wrapped_by: String,
    pub(crate) wrapped: Vec<u8>,
}

impl DataKey {
    /// A new one.
    pub(crate) fn fresh() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes).map_err(|_| SealError::NoRandomness)?;
        Ok(Self(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Seals it with the active key.
    pub(crate) fn wrap(&self, keyring: &Keyring) -> Result<WrappedKey, SealError> {
        let (name, key) = keyring.active().ok_or(SealError::NotEncrypted)?;
        let wrapped = aead::seal(key.bytes(), &beside(name), &*self.0)?;
        Ok(WrappedKey { wrapped_by: name.to_owned(), wrapped })
    }
}

impl WrappedKey {
    /// Opens it with the key it is sealed with.
    pub(crate) fn unwrap_with(&self, keyring: Option<&Keyring>) -> Result<DataKey, SealError> {
        let name = &self.wrapped_by;
        let key = keyring.and_then(|keyring| keyring.key(name));
        let key = key.ok_or_else(|| SealError::NoKey { name: name.clone() })?;
        let plain = aead::open(key.bytes(), &beside(name), &self.wrapped).map(Zeroizing::new);
        let bytes = plain.and_then(|plain| plain.as_slice().try_into().ok());
        Ok(DataKey(Zeroizing::new(bytes.ok_or_else(|| SealError::WrongKey { name: name.clone() })?)))
    }
}

fn beside(name: &str) -> String {
    format!("{PURPOSE} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MasterKey;
    use std::collections::BTreeMap;

    fn ring(active: &str, keys: &[(&str, char)]) -> Keyring {
        let key = |sign: char| MasterKey::from_base64(&format!("{}=", sign.to_string().repeat(43)));
        let keys: BTreeMap<_, _> =
            keys.iter().filter_map(|(name, sign)| Some(((*name).to_owned(), key(*sign)?))).collect();
        Keyring::new(active, keys).unwrap()
    }

    #[test]
    fn a_data_key_opens_with_the_key_that_sealed_it_and_no_other() {
        let key = DataKey::fresh().unwrap();
        let wrapped = key.wrap(&ring("k1", &[("k1", 'A')])).unwrap();
        assert_eq!(wrapped.wrapped_by, "k1");
        let opened = wrapped.unwrap_with(Some(&ring("k2", &[("k1", 'A'), ("k2", 'E')])));
        assert!(opened.unwrap().bytes() == key.bytes());

        let wrong = wrapped.unwrap_with(Some(&ring("k1", &[("k1", 'E')]))).err();
        assert_eq!(wrong, Some(SealError::WrongKey { name: "k1".into() }));
        for without in [None, Some(&ring("k2", &[("k2", 'A')]))] {
            assert_eq!(wrapped.unwrap_with(without).err(), Some(SealError::NoKey { name: "k1".into() }));
        }
    }
}
