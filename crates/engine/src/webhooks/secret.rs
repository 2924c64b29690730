//! Signing secrets (Standard Webhooks 1.0): made here, shown once, kept sealed.

use crate::access::mac;
use crate::{Engine, EngineError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use outdial_model::{EndpointId, Secret, Timestamp};
use outdial_store::SealedSecret;

/// What secrets are sealed for.
const PURPOSE: &str = "webhook";

/// 32 random bytes an endpoint's messages are signed with. Never prints.
pub(super) struct SigningSecret(Vec<u8>);

impl SigningSecret {
    pub(super) fn generate() -> Result<Self, EngineError> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|_| EngineError::Internal("no randomness".into()))?;
        Ok(Self(random.to_vec()))
    }

    /// As clients get it: `whsec_` and base64.
    pub(super) fn text(&self) -> Secret {
        format!("whsec_{}", BASE64.encode(&self.0)).into()
    }

    /// The signature of a message: `v1,` and the base64 of HMAC-SHA256 over id, time and body.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
        format!("v1,{}", BASE64.encode(mac(&self.0, &signed)))
    }
}

impl Engine {
    pub(super) fn seal_secret(
        &self,
        endpoint: &EndpointId,
        secret: &SigningSecret,
        now: Timestamp,
    ) -> Result<SealedSecret, EngineError> {
        let sealed = self.seal(PURPOSE, endpoint.as_str(), &secret.0, now)?;
        Ok(SealedSecret(sealed.into_bytes()))
    }

    pub(super) fn open_secret(
        &self,
        endpoint: &EndpointId,
        sealed: &SealedSecret,
    ) -> Result<SigningSecret, EngineError> {
        let text = std::str::from_utf8(&sealed.0).ok();
        let opened = text.and_then(|text| self.unseal(PURPOSE, endpoint.as_str(), text)).map(SigningSecret);
        opened.ok_or_else(|| EngineError::Internal(format!("the secret of {endpoint} cannot be opened")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::ExposeSecret;

    #[test]
    fn a_message_is_signed_as_the_standards_example_is() {
        let key = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = SigningSecret(key).sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_long_and_random() {
        let texts = [SigningSecret::generate().unwrap().text(), SigningSecret::generate().unwrap().text()];
        let [one, other] = texts.each_ref().map(|text| text.expose_secret());
        assert!(one.starts_with("whsec_") && one.len() == "whsec_".len() + 44 && one != other);
    }
}
