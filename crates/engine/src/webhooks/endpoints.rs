//! What clients do with endpoints.

use super::secret::SigningSecret;
use crate::once::{Once, Worded};
use crate::{Engine, EngineError, Page};
use outdial_model::{DeliveryStatus, EndpointId, EndpointStatus, FieldProblem, Secret, TaskId, TenantId};
use outdial_store::{
    Backlog, Delivery, EndpointPatch, EndpointSettings, NewEndpoint, Replay, StoreError, WebhookEndpoint,
};
use std::time::Duration;

/// Endpoints a tenant may have: whatever happens is looked at for each of them, and copied for many.
const MOST_ENDPOINTS: u32 = 1_000;
/// How long the secret before signs beside a new one.
const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// An endpoint with a new secret; the only moment the secret's text exists.
#[derive(Debug, Clone)]
pub struct IssuedEndpoint {
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// What the receiver checks signatures with.
    pub secret: Secret,
}

impl Engine {
    /// Takes an endpoint in, after a look at where its URL leads. It gets what happens from now on.
    pub async fn create_endpoint(
        &self,
        tenant: &TenantId,
        settings: EndpointSettings,
        once: Option<&Once<'_, IssuedEndpoint>>,
    ) -> Result<IssuedEndpoint, EngineError> {
        let (url, task) = (settings.url.as_str(), settings.task.as_ref());
        self.refuse_settings(tenant, Some(url), task).await?;
        let now = self.now();
        let (id, secret) = (EndpointId::generate(now), SigningSecret::generate()?);
        let sealed = self.seal_secret(&id, &secret, now)?;
        let new = NewEndpoint { id, settings, secret: sealed };
        let shown = secret.text();
        let worded = Worded::issued(self, once, &shown);
        let made =
            self.store().create_endpoint(tenant, new, MOST_ENDPOINTS, worded.stored().as_ref(), now).await;
        let endpoint = made.map_err(|error| match error {
            StoreError::LimitReached { most } => EngineError::Conflict {
                code: "limit_reached",
                detail: format!("there are {most} webhook endpoints already; delete one that is not needed"),
            },
            other => other.into(),
        })?;
        Ok(IssuedEndpoint { endpoint, secret: secret.text() })
    }

    /// One endpoint.
    pub async fn endpoint(&self, tenant: &TenantId, id: &EndpointId) -> Result<WebhookEndpoint, EngineError> {
        self.store().endpoint(tenant, id).await.map_err(missing)
    }

    /// Endpoints, newest first.
    pub async fn endpoints(
        &self,
        tenant: &TenantId,
        page: &Page<EndpointId>,
    ) -> Result<Vec<WebhookEndpoint>, EngineError> {
        Ok(self.store().endpoints(tenant, page).await?)
    }

    /// Changes an endpoint; where it leads is looked at again if that is what changes, or if it is to be
    /// enabled again.
    pub async fn patch_endpoint(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        patch: EndpointPatch,
        revision: Option<i64>,
    ) -> Result<WebhookEndpoint, EngineError> {
        let known = self.endpoint(tenant, id).await?;
        let is_new = known.settings.url != patch.settings.url;
        let is_enabled =
            patch.status == Some(EndpointStatus::Enabled) && known.status != EndpointStatus::Enabled;
        let url = (is_new || is_enabled).then_some(patch.settings.url.as_str());
        let task = patch.settings.task.as_ref().filter(|task| known.settings.task.as_ref() != Some(*task));
        self.refuse_settings(tenant, url, task).await?;
        self.store().patch_endpoint(tenant, id, patch, revision, self.now()).await.map_err(missing)
    }

    /// Takes an endpoint away, and with it what waits for it.
    pub async fn delete_endpoint(&self, tenant: &TenantId, id: &EndpointId) -> Result<(), EngineError> {
        self.store().delete_endpoint(tenant, id, self.now()).await.map_err(missing)
    }

    /// Gives an endpoint another secret; the one it had signs, too, for a day.
    pub async fn rotate_secret(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        once: Option<&Once<'_, IssuedEndpoint>>,
    ) -> Result<IssuedEndpoint, EngineError> {
        let now = self.now();
        let secret = SigningSecret::generate()?;
        let sealed = self.seal_secret(id, &secret, now)?;
        let shown = secret.text();
        let worded = Worded::issued(self, once, &shown);
        let rotated = self
            .store()
            .rotate_secret(tenant, id, sealed, now + OVERLAP, worded.stored().as_ref(), now)
            .await;
        Ok(IssuedEndpoint { endpoint: rotated.map_err(missing)?, secret: secret.text() })
    }

    /// Lets an endpoint have events of the past again.
    pub async fn replay(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        which: &Replay,
        once: Option<&Once<'_, WebhookEndpoint>>,
    ) -> Result<WebhookEndpoint, EngineError> {
        let worded = Worded::endpoint(once);
        let replayed = self.store().replay(tenant, id, which, worded.stored().as_ref(), self.now()).await;
        let endpoint = replayed.map_err(|error| match error {
            StoreError::WrongState { status } => EngineError::Conflict {
                code: "wrong_state",
                detail: format!("an endpoint that is {status} gets nothing; enable it first"),
            },
            StoreError::LimitReached { most } => EngineError::Conflict {
                code: "limit_reached",
                detail: format!("{most} replays of this endpoint are under way; wait until one is done"),
            },
            other => missing(other),
        })?;
        self.0.changed.notify_waiters();
        Ok(endpoint)
    }

    /// An endpoint's delivery log, newest event first; in all statuses when none is named.
    pub async fn deliveries(
        &self,
        tenant: &TenantId,
        id: &EndpointId,
        statuses: &[DeliveryStatus],
        page: &Page<u64>,
    ) -> Result<Vec<Delivery>, EngineError> {
        self.endpoint(tenant, id).await?;
        Ok(self.store().deliveries(tenant, id, statuses, page).await?)
    }

    /// How much waits to be delivered, and what this process has attempted.
    pub async fn webhook_metrics(&self) -> Result<(Backlog, super::Attempts), EngineError> {
        Ok((self.store().backlog().await?, self.0.tally.snapshot()))
    }

    /// Refuses a URL that leads where nothing is sent, and a task there is not.
    async fn refuse_settings(
        &self,
        tenant: &TenantId,
        url: Option<&str>,
        task: Option<&TaskId>,
    ) -> Result<(), EngineError> {
        let mut problems = Vec::new();
        if let Some(url) = url
            && let Err(error) = self.0.outward.check(url).await
        {
            problems.push(FieldProblem::new("/url", error.code(), error.to_string()));
        }
        if let Some(task) = task {
            match self.store().task(tenant, task).await {
                Ok(_) => {}
                Err(StoreError::NotFound) => {
                    problems.push(FieldProblem::new("/task_id", "unknown_task", "there is no such task"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(EngineError::Invalid(problems)) }
    }
}

fn missing(error: StoreError) -> EngineError {
    match error {
        StoreError::NotFound => EngineError::NotFound("webhook endpoint"),
        other => other.into(),
    }
}
