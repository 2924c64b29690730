//! Tokens a vendor presents with its pushes: OAuth 2.0 client credentials (RFC 6749 section 4.4), with the receiver as the
//! one who grants. One is presented until it ends or is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;

/// Where a vendor is granted tokens, and as whom.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Grant {
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// Tokens in hand.
#[derive(Clone, Default)]
pub(crate) struct Wallet(Arc<Mutex<HashMap<Grant, Token>>>);

struct Token {
    text: String,
    ends: Instant,
}

/// Answer of the token endpoint (RFC 6749 section 5.1).
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: String,
    expires_in: u64,
}

impl Wallet {
    /// The token in hand, or a new one; `None` when none was granted.
    pub(crate) async fn token(&self, client: &reqwest::Client, grant: &Grant) -> Option<String> {
        let in_hand = self.with(|tokens| {
            let token = tokens.get(grant).filter(|token| Instant::now() < token.ends)?;
            Some(token.text.clone())
        });
        if in_hand.is_some() {
            return in_hand;
        }
        let Granted { access_token, token_type, expires_in } = ask(client, grant).await?;
        if !token_type.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let token = Token {
            text: access_token.clone(),
            ends: Instant::now() + Duration::from_secs(expires_in.min(24 * 3600)),
        };
        self.with(|tokens| tokens.insert(grant.clone(), token));
        Some(access_token)
    }

    /// It was refused.
    pub(crate) fn forget(&self, grant: &Grant) {
        self.with(|tokens| tokens.remove(grant));
    }

    fn with<T>(&self, deed: impl FnOnce(&mut HashMap<Grant, Token>) -> T) -> T {
        deed(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn ask(client: &reqwest::Client, grant: &Grant) -> Option<Granted> {
    let asked = [
        ("grant_type", "client_credentials"),
        ("client_id", &grant.client_id),
        ("client_secret", &grant.client_secret),
    ];
    // A form is written as a query is.
    let form = reqwest::Url::parse_with_params(&grant.url, asked).ok()?.query()?.to_owned();
    let request = client.post(&grant.url).header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(form).send().await.ok()?.error_for_status().ok()?;
    serde_json::from_slice(&response.bytes().await.ok()?).ok()
}
