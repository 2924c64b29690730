//! The contract of the log and its outlets, kept by handing each method to the function that does the work.

use super::taking::{self, Shares, Terms};
use super::{Engine, condition, delivery_log, endpoint, fan_out, feed, once, replay, verdict};
use crate::row::number;
use crate::{
    Backlog, Delivery, DeliveryResult, Effect, EndpointPatch, Feed, FeedFilter, Judgement, NewEndpoint, Once,
    Outbox, Page, PlannedDeliveries, Replay, SealedSecret, Settled, StoreError, TakenDelivery,
    WebhookEndpoint,
};
use async_trait::async_trait;
use outdial_model::{AccountId, DeliveryStatus, EndpointId, ProviderKind, TenantId, Timestamp};
use std::time::Duration;

#[async_trait]
impl Outbox for Engine {
    async fn feed(
        &self,
        tenant: &TenantId,
        after: u64,
        filter: &FeedFilter,
        limit: u32,
    ) -> Result<Feed, StoreError> {
        reading!(self, |tx| feed::feed(&mut tx, tenant, after, filter, limit))
    }

    async fn log_end(&self, tenant: &TenantId) -> Result<u64, StoreError> {
        reading!(self, |tx| async { number(feed::end(&mut tx, tenant).await?, "event_logs.last_position") })
    }

    async fn tell_provider(
        &self,
        account: &AccountId,
        provider: &ProviderKind,
        is_degraded: bool,
        stands: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        writing!(self, |tx| condition::tell(&mut tx, account, provider, is_degraded, stands, now))
    }

    async fn create_endpoint(
        &self,
        tenant: &TenantId,
        endpoint: NewEndpoint,
        most: u32,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let made = endpoint::create(&mut tx, tenant, &endpoint, most, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Endpoint(&made)).await?;
            Ok::<_, StoreError>(made)
        })
    }

    async fn endpoint(&self, tenant: &TenantId, id: &EndpointId) -> Result<WebhookEndpoint, StoreError> {
        reading!(self, |tx| endpoint::read(&mut tx, tenant, id))
    }

    async fn endpoints(
        &self,
        tenant: &TenantId,
        page: &Page<EndpointId>,
    ) -> Result<Vec<WebhookEndpoint>, StoreError> {
        reading!(self, |tx| endpoint::list(&mut tx, tenant, page))
    }

    async fn patch_endpoint(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        patch: EndpointPatch,
        revision: Option<i64>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError> {
        writing!(self, |tx| endpoint::patch(&mut tx, tenant, id, &patch, revision, now))
    }

    async fn rotate_secret(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        fresh: SealedSecret,
        overlap: Timestamp,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let rotated = endpoint::rotate(&mut tx, tenant, id, &fresh, overlap, now).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Endpoint(&rotated)).await?;
            Ok::<_, StoreError>(rotated)
        })
    }

    async fn delete_endpoint(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, |tx| endpoint::delete(&mut tx, tenant, id, now))
    }

    async fn replay(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        which: &Replay,
        once: Option<&Once<'_>>,
        now: Timestamp,
    ) -> Result<WebhookEndpoint, StoreError> {
        writing!(self, |tx| async {
            once::begin(&mut tx, &self.vault, tenant, once, now).await?;
            let endpoint = replay::begin(&mut tx, tenant, id, which).await?;
            once::end(&mut tx, &self.vault, tenant, once, Effect::Endpoint(&endpoint)).await?;
            Ok::<_, StoreError>(endpoint)
        })
    }

    async fn deliveries(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        statuses: &[DeliveryStatus],
        page: &Page<u64>,
    ) -> Result<Vec<Delivery>, StoreError> {
        reading!(self, |tx| delivery_log::list(&mut tx, tenant, id, statuses, page))
    }

    async fn tenants_to_plan(&self, room: u32, page: &Page<TenantId>) -> Result<Vec<TenantId>, StoreError> {
        reading!(self, |tx| fan_out::tenants(&mut tx, room, page))
    }

    async fn plan_deliveries(
        &self,
        tenant: &TenantId,
        limit: u32,
        room: u32,
        now: Timestamp,
    ) -> Result<PlannedDeliveries, StoreError> {
        writing!(self, |tx| fan_out::plan(&mut tx, tenant, limit, room, now))
    }

    async fn take_due_deliveries(
        &self,
        now: Timestamp,
        term: Duration,
        limit: u32,
        per_endpoint: u32,
        exceptions: &[(EndpointId, u32)],
    ) -> Result<Vec<TakenDelivery>, StoreError> {
        let shares = Shares { per_endpoint, exceptions };
        let terms = Terms { holder: self.connections.holder(), now, term, limit, shares };
        writing!(self, |tx| taking::take(&mut tx, &self.vault, &terms))
    }

    async fn settle_deliveries(
        &self,
        results: &[DeliveryResult],
        judgement: &Judgement,
        now: Timestamp,
    ) -> Result<Settled, StoreError> {
        writing!(self, |tx| verdict::settle(&mut tx, results, judgement, now))
    }

    async fn next_delivery_due(
        &self,
        per_endpoint: u32,
        exceptions: &[(EndpointId, u32)],
    ) -> Result<Option<Timestamp>, StoreError> {
        let shares = Shares { per_endpoint, exceptions };
        reading!(self, |tx| taking::next_due(&mut tx, &shares))
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        reading!(self, |tx| delivery_log::backlog(&mut tx))
    }

    async fn forget_deliveries(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        writing!(self, |tx| delivery_log::forget(&mut tx, before, limit))
    }
}
