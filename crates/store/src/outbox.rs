//! The contract of the log of events and its outlets: the feed that is pulled, and webhooks.
//!
//! Every tenant has one log. A position is given in the transaction that writes the event, under the lock of the
//! tenant's log, so that positions become visible in order and without gaps: whoever reads on from a position
//! misses nothing (`docs/decisions/0007-one-log-read-by-position.md`).
//!
//! A webhook endpoint is fed from the same log. *Planning* copies what it wants, by the batch, into deliveries, as
//! far ahead as it has room; a *courier* takes those that are due, attempts them, and settles them. Deliveries of
//! one contact (of one task, for events of the task itself) to one endpoint form a **lane**: one of them at a time is
//! due or under way, the one with the lowest position first. Delivery is at least once: what a dead courier had
//! in hand is taken again when its term is over.
//!
//! Not for: sending, signing, the schedule of attempts, and when an endpoint has failed long enough.

use crate::{
    Backlog, Delivery, DeliveryResult, EndpointPatch, Feed, FeedFilter, Judgement, NewEndpoint, Once, Page,
    PlannedDeliveries, Replay, SealedSecret, Settled, StoreError, TakenDelivery, WebhookEndpoint,
};
use async_trait::async_trait;
use outdial_model::{AccountId, DeliveryStatus, EndpointId, ProviderKind, TenantId, Timestamp};
use std::fmt::Debug;
use std::time::Duration;

/// The log and its outlets. Each method is one transaction, durable when it returns.
#[async_trait]
pub trait Outbox: Debug + Send + Sync + 'static {
    // The log.

    /// Events after `after` (0: from the beginning), oldest first, at most `limit`. A look goes through a bounded
    /// stretch of the log: [`Feed::through`] is where to go on, also when nothing was found.
    async fn feed(
        &self,
        tenant: &TenantId,
        after: u64,
        filter: &FeedFilter,
        limit: u32,
    ) -> Result<Feed, StoreError>;
    /// The last position of the tenant's log; 0 while it is empty.
    async fn log_end(&self, tenant: &TenantId) -> Result<u64, StoreError>;
    /// Writes that an account's vendor does not answer (`provider.degraded`), or answers again
    /// (`provider.recovered`), into the log of every tenant with a task there that is not over. Tells whether it
    /// was news: each is written once, whoever of several processes notices. A vendor of whom nothing is known
    /// answers; and one that was last told not to answer less than `stands` ago goes on not to.
    async fn tell_provider(
        &self,
        account: &AccountId,
        provider: &ProviderKind,
        is_degraded: bool,
        stands: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    // Webhook endpoints, for clients.

    /// Stores an endpoint. It gets what happens from now on. `LimitReached` when the tenant has `most` already.
    async fn create_endpoint(
        &self,
        tenant: &TenantId,
        endpoint: NewEndpoint,
        most: u32,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError>;
    /// One endpoint.
    async fn endpoint(&self, tenant: &TenantId, id: &EndpointId) -> Result<WebhookEndpoint, StoreError>;
    /// Endpoints, newest first.
    async fn endpoints(
        &self,
        tenant: &TenantId,
        page: &Page<EndpointId>,
    ) -> Result<Vec<WebhookEndpoint>, StoreError>;
    /// Changes an endpoint. `Stale` when `revision` is given and is not the endpoint's. Deliveries that are
    /// planned already stay, unless it is disabled by this. At a new URL nobody has failed yet, and what waits is due.
    async fn patch_endpoint(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        patch: EndpointPatch,
        revision: Option<i64>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError>;
    /// Gives an endpoint another secret; the one it had signs, too, until `overlap`.
    async fn rotate_secret(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        fresh: SealedSecret,
        overlap: Timestamp,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError>;
    /// Takes an endpoint away. Its deliveries are swept up by [`Self::forget_deliveries`].
    async fn delete_endpoint(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Lets an endpoint have events of the past again, up to where it stands now; `WrongState` for a disabled
    /// one, `LimitReached` when too many of its replays are under way. Those still pending stay as they are; each of
    /// the others is pending anew, with its attempts from 0.
    async fn replay(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        which: &Replay,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError>;
    /// An endpoint's delivery log, newest first, in any of `statuses` (none: in all). Pages go by position.
    async fn deliveries(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        statuses: &[DeliveryStatus],
        page: &Page<u64>,
    ) -> Result<Vec<Delivery>, StoreError>;

    // For couriers.

    /// Tenants for whose endpoints there is something to plan with this `room`, by id: whoever goes on from the last
    /// of a page has looked at all of them in the end.
    async fn tenants_to_plan(&self, room: u32, page: &Page<TenantId>) -> Result<Vec<TenantId>, StoreError>;
    /// Plans deliveries from the next `limit` events of a tenant's log, and of a replay and for an endpoint that has
    /// fallen behind; from fewer events where so many endpoints want them that the transaction would grow long. Nothing
    /// while somebody else plans for the tenant.
    ///
    /// `room` is how many deliveries of one endpoint may be pending. One that would have more is left behind, loses
    /// nothing, and goes on when half of the room is free.
    async fn plan_deliveries(
        &self,
        tenant: &TenantId,
        limit: u32,
        room: u32,
        now: Timestamp,
    ) -> Result<PlannedDeliveries, StoreError>;
    /// Takes up to `limit` deliveries that are due, for `term`; of each endpoint no more than make
    /// `per_endpoint` under way at the same time, by whomever. An endpoint in `exceptions` has its own number in
    /// place of that; 0: none for now.
    async fn take_due_deliveries(
        &self,
        now: Timestamp,
        term: Duration,
        limit: u32,
        per_endpoint: u32,
        exceptions: &[(EndpointId, u32)],
    ) -> Result<Vec<TakenDelivery>, StoreError>;
    /// Writes how attempts ended, and what follows for their endpoints: for one that is well again, what waits is due;
    /// one that is gone or hopeless is disabled, what was pending is dropped, and that is told
    /// (`webhook_endpoint.disabled`). Deliveries taken by somebody else meanwhile are left alone.
    async fn settle_deliveries(
        &self,
        results: &[DeliveryResult],
        judgement: &Judgement,
        now: Timestamp,
    ) -> Result<Settled, StoreError>;
    /// When the next delivery is due that could be taken on these terms, or the term of one under way is over;
    /// for sleeping until then.
    async fn next_delivery_due(
        &self,
        per_endpoint: u32,
        exceptions: &[(EndpointId, u32)],
    ) -> Result<Option<Timestamp>, StoreError>;
    /// How much waits to be delivered.
    async fn backlog(&self) -> Result<Backlog, StoreError>;
    /// Forgets deliveries that ended before `before`, and those of endpoints that are gone, at most `limit`; answers
    /// how many.
    async fn forget_deliveries(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
