//! Credentials on the wire: nothing is signed, a token is fetched with key and secret and presented
//! verbatim (dossier 1.2, 1.3). Pure; keeping the token is [`token`](super::token)'s business.

use outdial_model::{ExposeSecret, Secret};
use serde_json::json;

/// Body of the token request. The names' case is the vendor's.
pub(super) fn token_request(app_key: &str, app_secret: &Secret) -> Vec<u8> {
    json!({"APPKey": app_key, "APPSecret": app_secret.expose_secret()}).to_string().into_bytes()
}

/// Value of the `Authorization` header. The token may hold `+ / =` and is not encoded.
pub(super) fn authorization(scheme: &str, token: &Secret) -> String {
    format!("{scheme} {}", token.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_travels_under_the_vendors_names() {
        let body = token_request("key", &"secret".into());
        assert_eq!(body, br#"{"APPKey":"key","APPSecret":"secret"}"#);
    }

    #[test]
    fn the_token_travels_verbatim() {
        assert_eq!(authorization("Token", &"a+b/c==".into()), "Token a+b/c==");
    }
}
