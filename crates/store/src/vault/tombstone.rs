//! What is left of somebody who was erased: keyed hashes, by which they are known when they are told of again.

use super::{NUMBER, SealError, digest, keyed};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use hmac::Hmac;
use outdial_model::{Phone, TenantId};
use sha2::Sha256;

/// Makes tombstones, with a secret of the installation's.
pub(crate) struct Tombstones(Hmac<Sha256>);

impl Tombstones {
    pub(crate) fn with(secret: &[u8]) -> Result<Self, SealError> {
        Ok(Self(keyed(secret)?))
    }

    /// In the number's place.
    pub(crate) fn number(&self, tenant: &TenantId, phone: &Phone) -> String {
        self.of(&[tenant.as_str(), "number", phone.e164()])
    }

    /// In the place of the client's own key.
    pub(crate) fn external_id(&self, tenant: &TenantId, external_id: &str) -> String {
        self.of(&[tenant.as_str(), "external id", external_id])
    }

    fn of(&self, parts: &[&str]) -> String {
        let mut hash = digest(self.0.clone(), parts);
        hash.truncate(NUMBER);
        format!("erased:{}", BASE64.encode(hash))
    }
}
