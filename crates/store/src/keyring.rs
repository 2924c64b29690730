//! The keys of the configuration, with which the store's own key is sealed.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// A key: 32 random bytes, forgotten when dropped. Never prints.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Reads 32 bytes in base64 (RFC 4648, with or without `=`).
    pub fn from_base64(text: &str) -> Option<Self> {
        let text = format!("{}=", text.trim().trim_end_matches('='));
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

/// Keys by name. One is active: what is sealed from now on is sealed with it. The others open what was sealed before.
#[derive(Debug, Clone)]
pub struct Keyring {
    active: String,
    keys: BTreeMap<String, MasterKey>,
}

impl Keyring {
    /// These keys, `active` being one of them; `None` when it is not.
    pub fn new(active: &str, keys: BTreeMap<String, MasterKey>) -> Option<Self> {
        keys.contains_key(active).then(|| Self { active: active.to_owned(), keys })
    }

    /// Name and key that seal from now on.
    pub(crate) fn active(&self) -> Option<(&str, &MasterKey)> {
        self.keys.get_key_value(&self.active).map(|(name, key)| (name.as_str(), key))
    }

    pub(crate) fn key(&self, name: &str) -> Option<&MasterKey> {
        self.keys.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_in_base64_and_does_not_print() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        for usable in [text, text.trim_end_matches('='), &format!(" {text}\n")] {
            assert_eq!(MasterKey::from_base64(usable).unwrap().bytes()[..3], [0, 1, 2]);
        }
        for wrong in ["", "AAEC", "not base64", &format!("AAAA{text}")] {
            assert!(MasterKey::from_base64(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{:?}", MasterKey::from_base64(text)), "Some(MasterKey(***))");
    }

    #[test]
    fn the_active_key_is_one_of_the_ring() {
        assert!(Keyring::new("k1", BTreeMap::new()).is_none());
    }
}
