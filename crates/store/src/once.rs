//! Requests that have their effect once, however often they are sent.

use crate::{AddOutcome, ApiKey, WebhookEndpoint};
use outdial_model::{Contact, Erasure, Suppression, Task};
use std::fmt;

/// A client's key for one request (the `Idempotency-Key` header), within its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    /// Method and route it was used for.
    pub scope: String,
    /// The client's word.
    pub key: String,
    /// A keyed hash of path and body, hexadecimal; empty while it is not known.
    pub fingerprint: String,
    /// What versions before made of the same, or nothing. It is compared with what they kept, and not kept.
    pub formerly: String,
}

/// What a request was answered. Printing it shows the status alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the answer, by name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What a request did, for whoever words its answer.
#[derive(Debug, Clone, Copy)]
pub enum Effect<'a> {
    /// A task was accepted or steered; as it is now.
    Task(&'a Task),
    /// Contacts were added.
    Added(&'a AddOutcome),
    /// A contact was cancelled or resolved; as it is now.
    Contact(&'a Contact),
    /// An API key was made.
    ApiKey(&'a ApiKey),
    /// A webhook endpoint was made, or something was done with it; as it is now.
    Endpoint(&'a WebhookEndpoint),
    /// Somebody is to be forgotten.
    Erasure(&'a Erasure),
    /// Numbers are not to be called.
    Suppressed(&'a [Suppression]),
}

/// A request that is to have its effect once.
pub struct Once<'a> {
    /// Its key.
    pub key: OnceKey,
    /// Words the answer. Pure: it runs inside the transaction.
    pub answer: &'a (dyn Fn(Effect<'_>) -> Answer + Send + Sync),
}

impl fmt::Debug for Once<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("key", &self.key).finish_non_exhaustive()
    }
}
