//! Tokens (sections 1.2 and 1.3): 24 hours of real time; asking again prolongs the ones still valid.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

use super::{APP_KEY, APP_SECRET, Answer, Refusal};
use crate::clock::Wall;
use crate::exchange::Exchange;
use crate::wire::{Inbound, pairs};

#[derive(Default)]
pub(super) struct Tokens {
    expiry: HashMap<String, Wall>,
}

impl Tokens {
    pub(super) fn issue(&mut self, request: &Inbound, exchange: &Exchange<'_>) -> Answer {
        let (key, secret) = credentials(&request.body);
        if key != APP_KEY || !bool::from(secret.as_bytes().ct_eq(APP_SECRET.as_bytes())) {
            return Err(Refusal::credentials("APPKey or APPSecret is wrong"));
        }
        let now = exchange.wall();
        let expiry = now + Duration::from_secs(exchange.settings.airudder.token_lifetime_seconds);
        self.expiry.retain(|_, until| *until > now);
        self.expiry.values_mut().for_each(|until| *until = expiry);
        let random = [*uuid::Uuid::new_v4().as_bytes(), *uuid::Uuid::new_v4().as_bytes()].concat();
        let token = STANDARD.encode(random);
        self.expiry.insert(token.clone(), expiry);
        Ok(Some(json!({"token": token})))
    }

    pub(super) fn check(&self, request: &Inbound, exchange: &Exchange<'_>) -> Result<(), Refusal> {
        let header = request.header("Authorization").unwrap_or_default();
        let bearer = || header.strip_prefix("Bearer ").filter(|_| exchange.settings.airudder.accept_bearer);
        let token = header.strip_prefix("Token ").or_else(bearer).unwrap_or_default();
        match self.expiry.get(token) {
            Some(until) if *until > exchange.wall() => Ok(()),
            _ => Err(Refusal::credentials("the token is missing, unknown or expired")),
        }
    }
}

/// The pair as JSON or as a form.
fn credentials(body: &[u8]) -> (String, String) {
    let given: Map<String, Value> = serde_json::from_slice(body).unwrap_or_else(|_| {
        pairs(&String::from_utf8_lossy(body)).map(|(name, value)| (name, Value::String(value))).collect()
    });
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("APPKey"), text("APPSecret"))
}
