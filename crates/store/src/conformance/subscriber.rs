//! What the stories of webhooks are told with: an endpoint, and a courier's short words.

use super::world::{TERM, World};
use crate::{
    DeliveryResult, EndpointPatch, EndpointSettings, Judgement, NewEndpoint, Page, PlannedDeliveries,
    SealedSecret, Settled, Store, StoreError, TakenDelivery, Verdict, WebhookEndpoint,
};
use outdial_model::{DeliveryStatus, EndpointId, EndpointStatus, PersonalData, TenantId};
use std::time::Duration;

/// Deliveries one endpoint may have pending.
pub(super) const ROOM: u32 = 20;
/// Deliveries one endpoint may have under way.
pub(super) const AT_ONCE: u32 = 4;
/// How soon an attempt that failed is repeated, in seconds.
pub(super) const PAUSE: u64 = 5;

/// Events planned at once.
pub(super) const BATCH: u32 = 10;
/// Endpoints a tenant may have.
pub(super) const MOST: u32 = 100;
/// How endpoints are judged.
pub(super) const JUDGEMENT: Judgement = Judgement {
    illness: Duration::from_secs(10),
    few_attempts: 1,
    patience: Duration::from_secs(3 * 86_400),
};

/// An endpoint, as its owner knows it.
pub(super) struct Subscriber {
    pub(super) endpoint: WebhookEndpoint,
}

pub(super) fn settings() -> EndpointSettings {
    EndpointSettings {
        url: "https://crm.example/hooks".into(),
        description: None,
        event_types: Vec::new(),
        task: None,
        personal_data: PersonalData::None,
    }
}

impl World {
    /// Somebody who wants everything.
    pub(super) async fn subscriber(&self) -> Subscriber {
        self.subscribe(settings()).await
    }

    pub(super) async fn subscribe(&self, settings: EndpointSettings) -> Subscriber {
        let made = self.try_subscribe(&self.tenant, settings, MOST).await;
        Subscriber { endpoint: made.unwrap() }
    }

    pub(super) async fn try_subscribe(
        &self,
        tenant: &TenantId,
        settings: EndpointSettings,
        most: u32,
    ) -> Result<WebhookEndpoint, StoreError> {
        let secret = SealedSecret(b"sealed".to_vec());
        let new = NewEndpoint { id: EndpointId::generate(self.now()), settings, secret };
        self.store.create_endpoint(tenant, new, most, None, self.now()).await
    }

    /// Plans until there is nothing to plan.
    pub(super) async fn plan_deliveries(&self) -> u64 {
        let mut added = 0;
        while !to_plan(&*self.store).await.is_empty() {
            added += self.plan_once().await.added;
        }
        added
    }

    pub(super) async fn plan_once(&self) -> PlannedDeliveries {
        self.store.plan_deliveries(&self.tenant, BATCH, ROOM, self.now()).await.unwrap()
    }

    pub(super) async fn take(&self, limit: u32) -> Vec<TakenDelivery> {
        take_from(&*self.store, self, limit).await
    }

    pub(super) async fn settle(&self, taken: &[TakenDelivery], verdict: Verdict) -> Settled {
        let results: Vec<_> = taken.iter().map(|taken| result(taken, verdict)).collect();
        self.store.settle_deliveries(&results, &JUDGEMENT, self.now()).await.unwrap()
    }

    pub(super) async fn deliver(&self, taken: &[TakenDelivery]) -> Settled {
        self.settle(taken, Verdict::Delivered).await
    }

    /// They fail and are tried again after the pause.
    pub(super) async fn settle_again(&self, taken: &[TakenDelivery]) {
        self.settle(taken, self.again_after(PAUSE)).await;
    }

    pub(super) fn again_after(&self, seconds: u64) -> Verdict {
        Verdict::Again { at: self.now() + Duration::from_secs(seconds), not_before: None }
    }

    /// Delivers until nothing is due; answers positions in the order of delivery.
    pub(super) async fn deliver_all(&self) -> Vec<u64> {
        let mut delivered = Vec::new();
        loop {
            let taken = self.take(100).await;
            if taken.is_empty() {
                return delivered;
            }
            delivered.extend(positions(&taken));
            self.deliver(&taken).await;
        }
    }
}

/// For whom there is something to plan.
pub(super) async fn to_plan(store: &dyn Store) -> Vec<TenantId> {
    store.tenants_to_plan(ROOM, &Page { after: None, limit: 9 }).await.unwrap()
}

pub(super) async fn take_from(store: &dyn Store, world: &World, limit: u32) -> Vec<TakenDelivery> {
    store.take_due_deliveries(world.now(), TERM, limit, AT_ONCE, &[]).await.unwrap()
}

pub(super) fn positions(taken: &[TakenDelivery]) -> Vec<u64> {
    taken.iter().map(|taken| taken.event.position).collect()
}

pub(super) fn result(taken: &TakenDelivery, verdict: Verdict) -> DeliveryResult {
    let failed = !matches!(verdict, Verdict::Delivered | Verdict::Untried);
    DeliveryResult {
        endpoint: taken.endpoint.id.clone(),
        position: taken.event.position,
        token: taken.token,
        revision: taken.endpoint.revision,
        verdict,
        status: Some(if failed { 500 } else { 200 }),
        error: failed.then(|| "the endpoint answered 500".to_owned()),
    }
}

impl Subscriber {
    /// How far its deliveries are, newest first.
    pub(super) async fn log(&self, world: &World) -> Vec<DeliveryStatus> {
        let page = Page { after: None, limit: 1_000 };
        let log = world.store.deliveries(&world.tenant, &self.endpoint.id, &[], &page).await.unwrap();
        log.iter().map(|delivery| delivery.status).collect()
    }

    pub(super) async fn turn(&self, world: &World, status: EndpointStatus) -> WebhookEndpoint {
        self.patch(world, self.endpoint.settings.clone(), Some(status)).await
    }

    pub(super) async fn patch(
        &self,
        world: &World,
        settings: EndpointSettings,
        status: Option<EndpointStatus>,
    ) -> WebhookEndpoint {
        let patch = EndpointPatch { settings, status };
        let patched =
            world.store.patch_endpoint(&world.tenant, &self.endpoint.id, patch, None, world.now()).await;
        patched.unwrap()
    }

    pub(super) async fn read(&self, world: &World) -> WebhookEndpoint {
        world.store.endpoint(&world.tenant, &self.endpoint.id).await.unwrap()
    }
}
