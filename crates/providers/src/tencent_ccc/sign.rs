//! TC3-HMAC-SHA256 (dossier section 3), pure: the bytes given are the bytes signed.

use hmac::{Hmac, KeyInit, Mac};
use outdial_model::{ExposeSecret, Secret, Timestamp};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// An API key of the vendor's.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// `SecretId`; travels in the clear.
    pub secret_id: String,
    /// `SecretKey`; never leaves.
    pub secret_key: Secret,
}

/// A `POST /` about to be signed.
#[derive(Clone, Copy)]
pub struct Signable<'a> {
    /// The product in the credential scope.
    pub service: &'a str,
    /// The headers to sign: lower-case names in ASCII order, values as sent.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, byte for byte as sent.
    pub body: &'a [u8],
    /// What `X-TC-Timestamp` says.
    pub at: Timestamp,
}

impl Signable<'_> {
    /// The value of the `Authorization` header.
    pub fn authorization(&self, credentials: &Credentials) -> String {
        let signature = hmac(&self.signing_key(&credentials.secret_key), self.string_to_sign().as_bytes());
        format!(
            "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={}",
            credentials.secret_id,
            self.scope(),
            self.signed_headers(),
            hex::encode(signature),
        )
    }

    fn canonical_request(&self) -> String {
        let block: String = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim().to_lowercase()))
            .collect();
        format!("POST\n/\n\n{block}\n{}\n{}", self.signed_headers(), sha256_hex(self.body))
    }

    fn signed_headers(&self) -> String {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| *name).collect();
        names.join(";")
    }

    fn string_to_sign(&self) -> String {
        let digest = sha256_hex(self.canonical_request().as_bytes());
        format!("{ALGORITHM}\n{}\n{}\n{digest}", self.at.as_second(), self.scope())
    }

    fn scope(&self) -> String {
        format!("{}/{}/tc3_request", self.date(), self.service)
    }

    /// The UTC date, whatever the vendor's own zone says.
    fn date(&self) -> String {
        self.at.strftime("%Y-%m-%d").to_string()
    }

    fn signing_key(&self, secret_key: &Secret) -> [u8; 32] {
        let secret = format!("TC3{}", secret_key.expose_secret());
        let date = hmac(secret.as_bytes(), self.date().as_bytes());
        let service = hmac(&date, self.service.as_bytes());
        hmac(&service, b"tc3_request")
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.chain_update(message).finalize().into_bytes().into()
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    struct Vector(Value);

    impl Vector {
        fn text(&self, name: &str) -> &str {
            self.0[name].as_str().unwrap()
        }

        /// The exact body, written out or built by its recipe.
        fn body(&self) -> String {
            let Some(recipe) = self.0.get("payload_recipe") else {
                return self.text("payload").to_owned();
            };
            let part = |name: &str| recipe[name].as_str().unwrap();
            let width = usize::try_from(recipe["width"].as_u64().unwrap()).unwrap();
            let items: Vec<_> = (recipe["first"].as_u64().unwrap()..=recipe["last"].as_u64().unwrap())
                .map(|i| format!("{}{i:0width$}{}", part("item_prefix"), part("item_suffix")))
                .collect();
            format!("{}{}{}", part("prefix"), items.join(part("separator")), part("suffix"))
        }
    }

    fn vectors() -> Vec<Vector> {
        let all: Vec<Value> = serde_json::from_str(include_str!("fixtures/tc3_vectors.json")).unwrap();
        all.into_iter().map(Vector).collect()
    }

    #[test]
    fn every_published_vector_comes_out_step_by_step() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 8 + 4 + 1, "vectors, the vendor's examples, the escaped form of v3");
        for vector in vectors {
            let (id, body) = (vector.text("id"), vector.body());
            let action = vector.text("action").to_owned();
            let values = |name: &str| match name {
                "content-type" => vector.text("content_type"),
                "host" => vector.text("host"),
                "x-tc-action" => &action,
                other => panic!("{id} signs {other}"),
            };
            let headers: Vec<_> =
                vector.text("signed_headers").split(';').map(|name| (name, values(name))).collect();
            let signable = Signable {
                service: vector.text("service"),
                headers: &headers,
                body: body.as_bytes(),
                at: Timestamp::from_second(vector.0["timestamp"].as_i64().unwrap()).unwrap(),
            };
            let credentials = Credentials {
                secret_id: vector.text("secret_id").to_owned(),
                secret_key: vector.text("secret_key").to_owned().into(),
            };
            assert_eq!(sha256_hex(body.as_bytes()), vector.text("payload_sha256"), "{id}");
            assert_eq!(signable.canonical_request(), vector.text("canonical_request"), "{id}");
            assert_eq!(signable.string_to_sign(), vector.text("string_to_sign"), "{id}");
            let key = signable.signing_key(&credentials.secret_key);
            assert_eq!(hex::encode(key), vector.text("secret_signing_hex"), "{id}");
            assert_eq!(signable.authorization(&credentials), vector.text("authorization"), "{id}");
        }
    }

    #[test]
    fn the_key_never_prints() {
        let credentials =
            Credentials { secret_id: "AKID".into(), secret_key: "open sesame".to_owned().into() };
        assert!(!format!("{credentials:?}").contains("sesame"));
    }
}
