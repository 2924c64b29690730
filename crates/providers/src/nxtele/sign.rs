//! NXTele's signature: one plain digest over secret, body and three headers, in upper-case hex.
//!
//! Requests, answers and webhooks are all signed alike (dossier 2.3). The bytes that are signed are
//! the bytes that travel; a body that was parsed and written again has another signature.

use md5::Md5;
use outdial_model::{ExposeSecret, Secret};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The digest an account signs with, as set in NXTele's back office.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub(super) enum Algorithm {
    /// What NXTele assumes when nothing is said.
    #[default]
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "SHA256")]
    Sha256,
}

impl Algorithm {
    /// The word in the `algorithm` header.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA256",
        }
    }
}

/// What is signed beside the body: the headers of the same names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp<'a> {
    /// Unix seconds, decimal.
    pub(super) create_ts: &'a str,
    pub(super) request_id: &'a str,
}

/// An account's identity and key.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) uuid: String,
    pub(super) secret_key: Secret,
    pub(super) algorithm: Algorithm,
}

impl Signer {
    /// The value of the `sign` header.
    pub(super) fn sign(&self, body: &[u8], stamp: Stamp<'_>) -> String {
        match self.algorithm {
            Algorithm::Md5 => self.digest::<Md5>(body, stamp),
            Algorithm::Sha256 => self.digest::<Sha256>(body, stamp),
        }
    }

    /// Whether `sign` (in either case) is the signature of `body`; takes the same time either way.
    pub(super) fn verify(&self, sign: &str, body: &[u8], stamp: Stamp<'_>) -> bool {
        let expected = self.sign(body, stamp);
        expected.as_bytes().ct_eq(sign.to_ascii_uppercase().as_bytes()).into()
    }

    fn digest<D: Digest>(&self, body: &[u8], stamp: Stamp<'_>) -> String {
        let Stamp { create_ts, request_id } = stamp;
        let tail = format!("&createTs={create_ts}&requestID={request_id}&uuid={}", self.uuid);
        let digest = D::new()
            .chain_update(self.secret_key.expose_secret())
            .chain_update("&body=")
            .chain_update(body)
            .chain_update(tail)
            .finalize();
        hex::encode_upper(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The account the shared vectors are signed for; a published sample, not a credential.
    fn sample(algorithm: Algorithm) -> Signer {
        Signer {
            uuid: "Vh71ym3yQwWSYZFpqkFwTskGXUbSxDtR".to_owned(),
            secret_key: Secret::from("u7Mf3zUNOkg4lMV9a0E6cHSgIkK22GSr"),
            algorithm,
        }
    }

    fn vectors() -> Vec<Value> {
        serde_json::from_str(include_str!("fixtures/sign_vectors.json")).unwrap()
    }

    #[test]
    fn every_shared_vector_comes_out_with_both_digests() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 10);
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            let body = text("body").as_bytes();
            assert_eq!(body.len() as u64, vector["bodyLen"].as_u64().unwrap());
            let stamp = Stamp { create_ts: text("createTs"), request_id: "0123456789abcdef0123456789abcdef" };
            for (algorithm, expected) in [(Algorithm::Md5, "md5"), (Algorithm::Sha256, "sha256")] {
                let signer = sample(algorithm);
                assert_eq!(signer.sign(body, stamp), text(expected), "{} {}", text("id"), expected);
                assert!(signer.verify(&text(expected).to_ascii_lowercase(), body, stamp));
            }
        }
    }

    #[test]
    fn one_changed_byte_is_noticed() {
        let stamp = Stamp { create_ts: "1700000000", request_id: "r-1" };
        let signer = sample(Algorithm::Sha256);
        let sign = signer.sign(b"{}", stamp);
        assert!(!signer.verify(&sign, b"{ }", stamp));
        assert!(!sample(Algorithm::Md5).verify(&sign, b"{}", stamp), "never another digest");
        assert!(!signer.verify("", b"{}", stamp));
    }

    #[test]
    fn the_key_never_prints() {
        assert!(!format!("{:?}", sample(Algorithm::Md5)).contains("u7Mf3"));
    }
}
