//! NXTele's signature (section 2.3): an upper-case hex digest of the secret, the raw body and three headers.

use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    #[default]
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "SHA256")]
    Sha256,
}

impl Algorithm {
    pub(crate) fn named(name: &str) -> Option<Algorithm> {
        match name {
            "MD5" => Some(Algorithm::Md5),
            "SHA256" => Some(Algorithm::Sha256),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA256",
        }
    }
}

pub(crate) fn sign(
    algorithm: Algorithm,
    secret: &str,
    body: &[u8],
    created: &str,
    request_id: &str,
    uuid: &str,
) -> String {
    let tail = format!("&createTs={created}&requestID={request_id}&uuid={uuid}");
    let parts = [secret.as_bytes(), b"&body=", body, tail.as_bytes()];
    match algorithm {
        Algorithm::Md5 => digest::<Md5>(parts),
        Algorithm::Sha256 => digest::<Sha256>(parts),
    }
}

fn digest<D: Digest>(parts: [&[u8]; 4]) -> String {
    hex::encode_upper(parts.into_iter().fold(D::new(), |hash, part| hash.chain_update(part)).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dossier's vectors V1 to V10.
    #[test]
    fn the_published_vectors_come_out() {
        let vectors: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../../tests/fixtures/nxtele_vectors.json")).unwrap();
        assert_eq!(vectors.len(), 10);
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            for (algorithm, expected) in [(Algorithm::Md5, "md5"), (Algorithm::Sha256, "sha256")] {
                let sign = sign(
                    algorithm,
                    "u7Mf3zUNOkg4lMV9a0E6cHSgIkK22GSr",
                    text("body").as_bytes(),
                    text("createTs"),
                    "0123456789abcdef0123456789abcdef",
                    "Vh71ym3yQwWSYZFpqkFwTskGXUbSxDtR",
                );
                assert_eq!(sign, text(expected), "{}", text("id"));
            }
        }
    }
}
