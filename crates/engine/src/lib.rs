//! What Outdial does.
//!
//! Two halves meet in the store. *Use cases* answer clients: they validate, write what was asked in
//! one transaction and return; none of them waits for a vendor, vendor-task reads excepted. *Work*
//! makes it happen: a worker leases a task, reads everything about it, decides one step by a
//! pure function, performs it, writes what was learned, and does so until there is nothing to do now.
//!
//! A courier beside the worker tells what happened to whoever asked for it (`webhooks`).
//!
//! The promise lives in three places: no request that can ring a phone leaves before its ledger row
//! is durable (`work::dispatch`), an answer that leaves doubt is looked up by our own key and never
//! sent again blindly (`work::resolve`), and a contact only moves along its state machine (the model).
//!
//! Not for: HTTP, SQL, vendors' words.

mod access;
mod accounts;
mod blockers;
mod budgets;
mod calls;
mod caps;
mod conditions;
mod contacts;
mod emergency;
mod erasures;
mod error;
mod events;
mod governing;
mod health;
mod held;
mod housekeeping;
mod inbox;
mod ingest;
mod metrics;
mod moving;
mod once;
mod pepper;
mod preflight;
mod reconciliation;
mod recordings;
mod redial;
mod retention;
mod roster;
mod routes;
mod rulebook;
mod seal;
mod single_calls;
mod suppressions;
mod tasks;
mod transcripts;
mod until_nobody;
mod vendor_tasks;
mod webhooks;
mod work;

pub use access::{
    Actor, Algorithm, Deed, IssuedKey, KeySet, KeySetError, KeySource, KeyTerms, Pass, Principal, TokenIssuer,
};
pub use accounts::{Account, AccountPolicy, Clients, Ingress, Lines};
pub use blockers::{Blocker, Blockers};
pub use contacts::{ContactDraft, ContactResult};
pub use emergency::Halt;
pub use error::EngineError;
pub use events::{Envelope, Follower};
pub use health::{Breaker, Health};
pub use held::Held;
pub use ingest::{Door, IngestError, TOKEN_KIND, Teller};
pub use metrics::{AccountMetrics, PushOutcome, Traffic};
pub use once::Once;
pub use outdial_model as model;
pub use outdial_outward as outward;
pub use outdial_provider as provider;
pub use outdial_store::{
    Answer, ApiKey, AuditEntry, Backlog, CallFilter, ContactFilter, Delivery, Doubt, EmergencyStop,
    EndpointPatch, EndpointSettings, Feed, FeedFilter, OnceKey, Page, Person, Replay, SuppressionFilter,
    TaskFilter, WebhookEndpoint,
};
pub use pepper::Pepper;
pub use preflight::{Estimate, Factor, Fate, Fit, Outlook, Preflight, PreflightRequest};
pub use reconciliation::{Outcomes, PushCounts, ReconciledDay, Reconciliation, Verdict};
pub use recordings::{ByteRange, Part, Recording, RecordingError, Recordings};
pub use redial::CreateRedial;
pub use retention::Retention;
pub use routes::{Route, Rule, Share};
pub use single_calls::{AcceptedCall, CallRequest};
pub use suppressions::refuse_suppression;
pub use tasks::{CreateTask, TaskVerb, changeable};
pub use vendor_tasks::Adopted;
pub use webhooks::{Attempts, IssuedEndpoint, Trial};

use arc_swap::ArcSwap;
use outdial_model::{Clock, Policy};
use outdial_outward::Outward;
use outdial_provider::Factory;
use outdial_store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

/// How long what was seen of the store is told to others.
const READY_FOR: Duration = Duration::from_secs(1);

/// What an engine is made of.
#[derive(Debug)]
pub struct EngineParts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Every vendor of this binary, configured or not.
    pub factories: &'static [&'static Factory],
    /// The configured accounts.
    pub accounts: Vec<Account>,
    /// Rules that choose among them.
    pub routes: Vec<Route>,
    /// The way to URLs that clients gave us.
    pub outward: Outward,
    /// How recordings are fetched from where vendors keep them.
    pub recordings: Recordings,
    /// How long people are known after their task has ended.
    pub retention: Retention,
    /// What the operator allows, whatever a task asks for.
    pub policy: Policy,
    /// Whose tokens are believed beside our own keys.
    pub issuers: Vec<TokenIssuer>,
}

/// The use cases, and the worker behind them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    factories: &'static [&'static Factory],
    accounts: roster::Roster,
    outward: Outward,
    recordings: Recordings,
    retention: Retention,
    policy: ArcSwap<Policy>,
    pepper: Pepper,
    /// Who may come in.
    access: access::Access,
    /// Whether the store could be written a moment ago.
    ready: Mutex<Option<(Instant, bool)>>,
    /// What failed a moment ago.
    pauses: work::Pauses,
    /// How many people go into a request.
    batches: work::Batches,
    rounds: work::Rounds,
    /// Messages to webhook endpoints, counted.
    tally: webhooks::Tally,
    /// Vendors' pushes on their way into the store.
    keeper: inbox::Keeper,
    /// Calls of which it is to be read what was said.
    transcripts: transcripts::Line,
    /// Rings when pushes were kept.
    arrived: Notify,
    /// Rings when a client asked for something, so that the worker need not wait for its timer.
    asked: Notify,
    /// Rings when the operator's rules are others.
    ruled: Notify,
    /// Rings when something was written, so that `Prefer: wait` and followers of events need not poll.
    changed: Notify,
}

impl Engine {
    /// An engine over `parts`. Reads (or makes) the installation's pepper; starts nothing.
    pub async fn new(parts: EngineParts) -> Result<Self, EngineError> {
        let pepper = Pepper::of(&*parts.store).await?;
        let accounts = roster::Roster::of(parts.accounts.into_iter().map(Arc::new), parts.routes);
        Ok(Self(Arc::new(Inner {
            store: parts.store,
            clock: parts.clock,
            factories: parts.factories,
            accounts,
            outward: parts.outward,
            recordings: parts.recordings,
            retention: parts.retention,
            policy: ArcSwap::from_pointee(parts.policy),
            pepper,
            access: access::Access::trusting(parts.issuers),
            ready: Mutex::default(),
            pauses: work::Pauses::default(),
            batches: work::Batches::default(),
            rounds: work::Rounds::default(),
            tally: webhooks::Tally::default(),
            keeper: inbox::Keeper::here(),
            transcripts: transcripts::Line::default(),
            arrived: Notify::new(),
            asked: Notify::new(),
            ruled: Notify::new(),
            changed: Notify::new(),
        })))
    }

    /// A secret of this installation for `purpose`, derived from its pepper; the same after a restart.
    pub fn derived_secret(&self, purpose: &str) -> Vec<u8> {
        self.0.pepper.derive(purpose.as_bytes())
    }

    /// Is the store reachable and writable? Whoever asks within a second of another is told the same: this is for
    /// everybody to ask, and each look is a transaction.
    pub async fn ready(&self) -> Result<(), EngineError> {
        let mut last = self.0.ready.lock().await;
        let known = last.as_ref().filter(|(at, _)| at.elapsed() < READY_FOR).map(|(_, is_ready)| *is_ready);
        match known {
            Some(true) => Ok(()),
            Some(false) => Err(EngineError::Unavailable),
            None => {
                let answer = self.0.store.ping().await;
                *last = Some((Instant::now(), answer.is_ok()));
                Ok(answer?)
            }
        }
    }

    /// What the operator allows at this moment.
    pub fn policy(&self) -> Arc<Policy> {
        self.0.policy.load_full()
    }

    /// From now on this is what the operator allows. Whoever waits by other rules is soon asked about again, by housekeeping.
    pub fn replace_policy(&self, policy: Policy) {
        self.0.policy.store(Arc::new(policy));
        self.0.ruled.notify_one();
        self.ring();
    }

    /// The time by the engine's clock.
    pub fn now(&self) -> outdial_model::Timestamp {
        self.0.clock.now()
    }

    /// A client asked for something, and it is written: whoever works or follows need not wait for its timer.
    fn ring(&self) {
        self.0.asked.notify_one();
        self.0.changed.notify_waiters();
    }

    fn store(&self) -> &dyn Store {
        &*self.0.store
    }
}
