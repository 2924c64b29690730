//! Tokens for vendors that present one with each push: the OAuth 2.0 client credentials grant (RFC 6749 section 4.4), with
//! us as the one who grants.
//!
//! A token tells when it ends and is authenticated, with the account it is for, by the client's secret: every replica knows
//! it again and none remembers it, and two accounts that were given the same client do not take each other's tokens.

use crate::ReceiveError;
use hmac::{Hmac, KeyInit, Mac};
use outdial_model::{AccountId, ExposeSecret, Secret, Timestamp};
use sha2::Sha256;
use std::time::Duration;

/// How long a token is good for.
pub const TOKEN_LIFE: Duration = Duration::from_secs(3600);

/// What a vendor is known by when it asks for a token, as an operator has put it in the vendor's console.
#[derive(Debug, Clone)]
pub struct PushClient {
    account: AccountId,
    id: String,
    secret: Secret,
}

impl PushClient {
    /// A client of that name, whose tokens are good at `account` only.
    pub fn new(account: AccountId, id: String, secret: Secret) -> Self {
        Self { account, id, secret }
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

    /// Whether `token` was granted here, by one who knew the secret; and if so, whether it has ended by `now`, which is
    /// [`Stale`](ReceiveError::Stale).
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<(), ReceiveError> {
        let end = self.end_of(token).ok_or(ReceiveError::BadProof)?;
        if now.as_second() < end { Ok(()) } else { Err(ReceiveError::Stale) }
    }

    /// When a token that is genuine ends, in Unix seconds.
    fn end_of(&self, token: &str) -> Option<i64> {
        let (end, proof) = token.split_once('.')?;
        self.mac("token", end)?.verify_slice(&hex::decode(proof).ok()?).ok()?;
        end.parse().ok()
    }

    /// Of `text`, for one purpose. There is one, for any secret.
    fn mac(&self, purpose: &str, text: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes()).ok()?;
        let parts = [purpose, self.account.as_str(), &self.id, text];
        Some(parts.iter().fold(mac, |mac, part| mac.chain_update(part).chain_update([0])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn client_of(account: &str, secret: &str) -> PushClient {
        PushClient::new(account.parse().unwrap(), "outdial".into(), Secret::from(secret.to_owned()))
    }

    fn client() -> PushClient {
        client_of("main", "sesame")
    }

    #[test]
    fn a_token_is_good_for_an_hour_and_for_its_own_client() {
        let (client, now) = (client(), at("2026-03-01T09:00:00Z"));
        let token = client.grant("outdial", "sesame", now).unwrap();
        let token = token.expose_secret();
        let forged = Err(ReceiveError::BadProof);
        assert_eq!(client.verify(token, now), Ok(()));
        assert_eq!(client.verify(token, at("2026-03-01T09:59:59Z")), Ok(()));
        assert_eq!(client.verify(token, at("2026-03-01T10:00:00Z")), Err(ReceiveError::Stale));
        assert_eq!(client_of("main", "open").verify(token, now), forged, "the secret has changed");
        assert_eq!(
            client_of("other", "sesame").verify(token, now),
            forged,
            "another account has the same client"
        );
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
            assert_eq!(client.verify(&forged, now), Err(ReceiveError::BadProof), "{forged}");
        }
    }

    #[test]
    fn a_client_prints_without_its_secret() {
        assert!(!format!("{:?}", client()).contains("sesame"));
    }
}
