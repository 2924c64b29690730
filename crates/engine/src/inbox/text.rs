//! What is kept of a push: enough to verify and read it again.

use crate::{Engine, EngineError};
use outdial_model::{AccountId, Timestamp};
use outdial_provider::Inbound;

const PURPOSE: &str = "inbox";

/// A push as it arrived, without the headers its provider does not look at.
pub(crate) struct Text {
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    received_at: Timestamp,
}

/// The head is JSON in one line, the body follows it.
type Head = (Timestamp, String, Vec<(String, String)>);

impl Text {
    /// As the provider takes it.
    pub(crate) fn inbound<'a>(&'a self, kind: &'a str) -> Inbound<'a> {
        let Self { query, headers, body, received_at } = self;
        Inbound { kind, query, headers, body, received_at: *received_at }
    }
}

/// What tells one row of the inbox from all others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) kind: &'a str,
    pub(crate) news: &'a str,
}

impl Identity<'_> {
    fn place(&self) -> String {
        format!("{} {} {}", self.account, self.kind, self.news)
    }
}

impl Engine {
    /// Seals a push with those of its headers that are named.
    pub(crate) fn seal_push(
        &self,
        identity: Identity<'_>,
        inbound: &Inbound<'_>,
        headers: &[&str],
    ) -> Result<String, EngineError> {
        let is_named = |name: &str| headers.iter().any(|named| name.eq_ignore_ascii_case(named));
        let named: Vec<_> = inbound.headers.iter().filter(|(name, _)| is_named(name)).collect();
        let head = serde_json::to_vec(&(inbound.received_at, inbound.query, named));
        let mut plain = head.map_err(|error| EngineError::Internal(error.to_string()))?;
        plain.push(b'\n');
        plain.extend_from_slice(inbound.body);
        self.seal(PURPOSE, &identity.place(), &plain, inbound.received_at)
    }

    /// Opens what was kept.
    pub(crate) fn unseal_push(&self, identity: Identity<'_>, sealed: &str) -> Option<Text> {
        let plain = self.unseal(PURPOSE, &identity.place(), sealed)?;
        let line = plain.iter().position(|byte| *byte == b'\n')?;
        let (head, body) = plain.split_at_checked(line)?;
        let (received_at, query, headers): Head = serde_json::from_slice(head).ok()?;
        Some(Text { query, headers, body: body.get(1..)?.to_vec(), received_at })
    }
}
