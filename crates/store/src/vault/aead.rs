//! AES-256-GCM with a random nonce before the text.

use super::SealError;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

const NONCE: usize = 12;

/// Seals `plain`; it opens with the same key and the same words beside it.
pub(super) fn seal(key: &[u8], beside: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandomness)?;
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| SealError::NoRandomness)?;
    let payload = Payload { msg: plain, aad: beside.as_bytes() };
    let body = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::NoRandomness)?;
    Ok([&nonce[..], &body].concat())
}

/// Opens it; `None` when it is not what was sealed.
pub(super) fn open(key: &[u8], beside: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: body, aad: beside.as_bytes() };
    Aes256Gcm::new_from_slice(key).ok()?.decrypt(&Nonce::from(*nonce), payload).ok()
}
