//! Tokens for vendors that present one with each push: the OAuth 2.0 client credentials grant (RFC 6749 section 4.4), with
//! us as the one who grants.
//!
//! A token tells when it ends and is authenticated by the client's secret, so that every replica knows it again and none
//! remembers it.

use hmac::{Hmac, KeyInit, Mac};
use outdial_model::{ExposeSecret, Secret, Timestamp};
use sha2::Sha256;
use std::time::Duration;

/// How long a token is good for.
pub const TOKEN_LIFE: Duration = Duration::from_secs(3600);

/// What a vendor is known by when it asks for a token, as an operator has put it in the vendor's console.
#[derive(Debug, Clone)]
pub struct PushClient {
    id: String,
    secret: Secret,
}

impl PushClient {
    /// A client of that name.
    pub fn new(id: String, secret: Secret) -> Self {
        Self { id, secret }
    }

    /// A token for whoever knows name and secret, good from `now` for [`TOKEN_LIFE`]; `None` for anybody else.
    pub fn grant(&self, id: &str, secret: &str, now: Timestamp) -> Option<Secret> {
        let known = self.mac("client", id)?.chain_update(secret).finalize();
        let own = self.mac("client", &self.id)?.chain_update(self.secret.expose_secret());
        own.verify(&known.into_bytes()).ok()?;
        let life = i64::try_from(TOKEN_LIFE.as_secs()).ok()?;
        let end = now.as_second().checked_add(life)?.to_string();
        let proof = hex::encode(self.mac("token", &end)?.finalize().into_bytes());
        Some(Secret::from(format!("{end}.{proof}")))
    }

    /// Whether `token` was granted by one who knew the secret, and has not ended by `now`.
    pub fn admits(&self, token: &str, now: Timestamp) -> bool {
        let Some((end, proof)) = token.split_once('.') else { return false };
        let (Ok(proof), Some(mac)) = (hex::decode(proof), self.mac("token", end)) else { return false };
        mac.verify_slice(&proof).is_ok() && end.parse().is_ok_and(|end: i64| now.as_second() < end)
    }

    /// Of `text`, for one purpose. There is one, for any secret.
    fn mac(&self, purpose: &str, text: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes()).ok()?;
        Some([purpose, &self.id, text].iter().fold(mac, |mac, part| mac.chain_update(part).chain_update([0])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn client() -> PushClient {
        PushClient::new("outdial".into(), Secret::from("sesame".to_owned()))
    }

    #[test]
    fn a_token_is_good_for_an_hour_and_for_its_own_client() {
        let (client, now) = (client(), at("2026-03-01T09:00:00Z"));
        let token = client.grant("outdial", "sesame", now).unwrap();
        let token = token.expose_secret();
        assert!(client.admits(token, now) && client.admits(token, at("2026-03-01T09:59:59Z")));
        assert!(!client.admits(token, at("2026-03-01T10:00:00Z")), "it has ended");
        let other = PushClient::new("outdial".into(), Secret::from("open".to_owned()));
        assert!(!other.admits(token, now), "the secret has changed");
    }

    #[test]
    fn who_does_not_know_both_is_granted_nothing() {
        let now = at("2026-03-01T09:00:00Z");
        for (id, secret) in [("outdial", "sesam"), ("outdia", "sesame"), ("", ""), ("outdial\0sesame", "")] {
            assert!(client().grant(id, secret, now).is_none(), "{id}:{secret}");
        }
    }

    #[test]
    fn nothing_forged_is_a_token() {
        let (client, now) = (client(), at("2026-03-01T09:00:00Z"));
        let token = client.grant("outdial", "sesame", now).unwrap();
        let (end, proof) = token.expose_secret().split_once('.').unwrap();
        let later = end.parse::<i64>().unwrap() + 1;
        for forged in [
            String::new(),
            ".".into(),
            end.into(),
            format!("{end}."),
            format!("{later}.{proof}"),
            format!("{end}.{}", &proof[2..]),
            format!(" {end}.{proof}"),
            format!("{end}.{proof}."),
        ] {
            assert!(!client.admits(&forged, now), "{forged}");
        }
    }

    #[test]
    fn a_client_prints_without_its_secret() {
        assert!(!format!("{:?}", client()).contains("sesame"));
    }
}
