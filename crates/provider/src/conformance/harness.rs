//! What a vendor brings to the suite.

use super::http::{Reply, Request};
use super::{Line, Outcome};
use crate::{Effect, ErrorKind, Factory, Operation, Provider, SegmentRef};
use async_trait::async_trait;
use outdial_model::{Clock, TaskSpec, Timestamp};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A vendor as the suite knows it.
#[async_trait]
pub trait Harness: Send + Sync + 'static {
    /// What its trials are called by.
    fn name(&self) -> &'static str;

    /// The word in the registry and in `provider_options`.
    fn kind(&self) -> &'static str;

    /// A stand-in of the vendor, empty, with a provider connected to it.
    async fn start(&self, pace: Pace) -> Outcome<Box<dyn Vendor>>;

    /// A task the provider accepts.
    fn task(&self) -> TaskSpec;

    /// A template id of another vendor's form.
    fn wrong_template(&self) -> &'static str;

    /// Four numbers in E.164 the provider accepts and the stand-in answers.
    fn phones(&self) -> [&'static str; 4];

    /// What the vendor pushes; `None` when it does not.
    fn pushes(&self) -> Option<Pushes>;

    /// How it talks; `None` for a vendor without a wire.
    fn wire(&self) -> Option<Arc<dyn Wire>>;
}

/// How fast a stand-in's phones ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// A call is over at once.
    Fast,
    /// A call goes on until long after the trial.
    Slow,
}

/// A stand-in of a vendor, running.
#[async_trait]
pub trait Vendor: Send + Sync {
    /// An account's provider, connected to it (through the line, where there is one).
    fn provider(&self) -> Arc<dyn Provider>;

    /// The provider's clock.
    fn clock(&self) -> Arc<dyn Clock>;

    /// The independent witness: every number rung so far, in E.164, once per ring.
    async fn rings(&self) -> Outcome<Vec<String>>;

    /// Requests that reached the vendor so far.
    fn requests(&self) -> usize;

    /// Lets time pass and calls end, where that does not happen by itself.
    async fn move_on(&self);

    /// The line to it, for a vendor with a wire.
    fn line(&self) -> Option<&Line>;

    /// Shuts it down.
    async fn stop(self: Box<Self>);
}

/// How a vendor talks, for those that talk over HTTP.
pub trait Wire: Send + Sync + 'static {
    /// The vendor's line of the registry.
    fn factory(&self) -> &'static Factory;

    /// An account's own keys that work with the stand-in.
    fn settings(&self) -> Map<String, Value>;

    /// The path of the request that fetches a token; `None` when every request carries its own proof.
    fn login_path(&self) -> Option<&'static str>;

    /// Whether the proof in `request` fits the bytes that were sent, computed from the bytes alone.
    fn verify(&self, request: &Request) -> Result<(), String>;

    /// `reply` with whatever proof the vendor adds to answers; unchanged when it adds none.
    fn sign(&self, request: &Request, reply: Reply) -> Reply;

    /// The vendor's documented errors, and what they mean.
    fn error_rows(&self) -> Vec<ErrorRow>;

    /// The header that carries the vendor's proof of an answer; `None` when it proves none.
    fn answer_proof(&self) -> Option<&'static str>;

    /// Makes the answer to reading a segment's state with a status nobody knows; `None` when no answer
    /// has a status.
    fn unknown_status(&self) -> Option<StatusReply>;
}

/// One line of a vendor's table of errors.
#[derive(Debug, Clone)]
pub struct ErrorRow {
    /// What the vendor calls it.
    pub name: &'static str,
    /// What is asked for.
    pub operation: Operation,
    /// What the vendor answers, without its proof.
    pub reply: Reply,
    /// What is wrong.
    pub kind: ErrorKind,
    /// Whether the vendor may have acted.
    pub effect: Effect,
}

/// What a vendor pushes, and how it proves it.
#[derive(Debug, Clone)]
pub struct Pushes {
    /// Kind and body of every push, one of each at least.
    pub samples: Vec<(&'static str, Vec<u8>)>,
    /// Kind and body of a push with a status nobody knows.
    pub unknown_status: Option<(&'static str, Vec<u8>)>,
    /// The header that carries the proof; `None` when the vendor proves nothing.
    pub proof_header: Option<&'static str>,
    /// A proof is good only for a while.
    pub proof_expires: bool,
    /// Makes them, the proof included.
    pub headers: PushHeaders,
}

/// The answer to reading the state of a segment, without its proof.
pub type StatusReply = fn(&SegmentRef) -> Reply;

/// The headers of a push: of which kind, with which body, sent at which instant.
pub type PushHeaders = fn(&'static str, &[u8], Timestamp) -> Vec<(String, String)>;
