//! Cursors: where a list goes on, opaque and bound to it.
//!
//! A cursor is the last item's key with a MAC over the key, the tenant, the path and the filters
//! (HMAC-SHA256, half of it), in base64url. A cursor of another list, or one made up, opens nothing.

use crate::problem::{Problem, table};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;

const TAG_BYTES: usize = 16;

/// The installation's key for cursors.
#[derive(Clone)]
pub(crate) struct CursorKey(Arc<[u8]>);

impl CursorKey {
    pub(crate) fn new(secret: Vec<u8>) -> Self {
        Self(secret.into())
    }

    /// What seals the cursors of one list.
    pub(crate) fn seal(self, list: String) -> Seal {
        Seal { key: self, list }
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(***)")
    }
}

/// Seals and opens the cursors of one list.
#[derive(Debug)]
pub(crate) struct Seal {
    key: CursorKey,
    list: String,
}

impl Seal {
    /// The cursor of the page after the item with `key`.
    pub(crate) fn close(&self, key: &str) -> String {
        let mut bytes = key.as_bytes().to_vec();
        bytes.extend(self.mac(key).finalize().into_bytes().iter().take(TAG_BYTES));
        BASE64.encode(bytes)
    }

    /// The key in a cursor that was closed by this seal.
    pub(crate) fn open(&self, cursor: &str) -> Result<String, Problem> {
        let open = || {
            let bytes = BASE64.decode(cursor).ok()?;
            let (key, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG_BYTES)?)?;
            let key = std::str::from_utf8(key).ok()?;
            self.mac(key).verify_truncated_left(tag).ok()?;
            Some(key.to_owned())
        };
        open().ok_or_else(|| {
            let detail = "it was made for another list, other filters or another tenant, or is damaged";
            Problem::new(&table::INVALID_CURSOR, detail)
        })
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self, key: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key.0).expect("any length");
        mac.update(self.list.as_bytes());
        mac.update(b"\0");
        mac.update(key.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_its_own_list_only() {
        let key = CursorKey::new(vec![7; 32]);
        let seal = key.clone().seal("acme /v1/tasks status=draft".into());
        let cursor = seal.close("tsk_1");
        assert_eq!(seal.open(&cursor).unwrap(), "tsk_1");
        let other = key.seal("acme /v1/tasks status=running".into());
        assert!(other.open(&cursor).is_err());
        assert!(
            CursorKey::new(vec![8; 32]).seal("acme /v1/tasks status=draft".into()).open(&cursor).is_err()
        );
    }

    #[test]
    fn what_is_made_up_opens_nothing() {
        let seal = CursorKey::new(vec![7; 32]).seal(String::new());
        for text in ["", "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "not base64!"] {
            assert!(seal.open(text).is_err(), "{text}");
        }
    }
}
