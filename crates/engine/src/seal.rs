//! Sealing what is to be unreadable to whoever has only the store: AES-256-GCM under keys derived from the
//! installation's pepper.
//!
//! A key is used for what is sealed within one day, so that random nonces do not run out of chances to differ.
//! What is sealed is bound to its place: it does not open for another row.

use crate::{Engine, EngineError};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use outdial_model::Timestamp;

const NONCE: usize = 12;
const DAY: i64 = 24 * 60 * 60;

impl Engine {
    /// Seals `plain` for the row `place` of `purpose`.
    pub(crate) fn seal(
        &self,
        purpose: &str,
        place: &str,
        plain: &[u8],
        now: Timestamp,
    ) -> Result<String, EngineError> {
        let day = now.as_second().div_euclid(DAY);
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| EngineError::Internal("no randomness".into()))?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher(purpose, day).and_then(|cipher| {
            let body = cipher.encrypt(&Nonce::from(nonce), payload).ok()?;
            Some([&nonce[..], &body].concat())
        });
        let sealed = sealed.ok_or_else(|| EngineError::Internal("nothing can be sealed".into()))?;
        Ok(format!("{day}.{}", BASE64.encode(sealed)))
    }

    /// Opens what was sealed for `place`; `None` when that was another place, or another installation.
    pub(crate) fn unseal(&self, purpose: &str, place: &str, sealed: &str) -> Option<Vec<u8>> {
        let (day, text) = sealed.split_once('.')?;
        let bytes = BASE64.decode(text).ok()?;
        let (nonce, body) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: body, aad: place.as_bytes() };
        self.cipher(purpose, day.parse().ok()?)?.decrypt(&Nonce::from(*nonce), payload).ok()
    }

    fn cipher(&self, purpose: &str, day: i64) -> Option<Aes256Gcm> {
        Aes256Gcm::new_from_slice(&self.derived_secret(&format!("seal:{purpose}:{day}"))).ok()
    }
}
