//! AI Rudder Workflow: instances of a workflow template, filled with people and dialed at once.
//!
//! The vendor publishes little: tokens, creating, uploading and one look-up are certain, everything
//! else works only where the account configures its path ([`unlisted`]). Results come by unsigned
//! webhooks. See the folder's `README.md` for what is unknown and which setting covers it.

mod capabilities;
mod client;
mod config;
mod confirm;
mod control;
mod dispatch;
mod find;
mod map;
mod options;
mod progress;
mod refuse;
mod schedule;
mod sign;
mod token;
mod unlisted;
mod vendor_tasks;
mod webhook;
mod wire;

use async_trait::async_trait;
use client::Client;
use config::Config;
use outdial_model::{FieldProblem, Insight, Phone, TaskSpec};
use outdial_provider::{
    AccountSettings, Ack, AddContacts, Added, CancelContacts, Capabilities, Catalog, Checked, ConfigProblem,
    Confirmation, Control, Deps, Factory, Find, Found, Inbound, OpenSegment, Opened, PageRequest, PlaceCall,
    Placed, Progress, Provider, ProviderError, PushClient, PushKind, ReadProgress, ReceiveError, Received,
    Refusal, SegmentRef, SegmentReport, UpdateSegment, VendorTask, VendorTaskPage,
};
use serde_json::{Value, json};
use std::sync::Arc;
use unlisted::Paths;

const KIND: &str = "airudder";

/// The registry's line.
pub(crate) const FACTORY: Factory = Factory {
    kind: KIND,
    title: "AI Rudder Workflow",
    default_base_url: |_| config::PRODUCTION,
    setting_keys: config::KEYS,
    default_rate: 5,
    capabilities: || capabilities::of(&Paths::default(), config::BATCH_SIZE),
    options_schema: options::schema,
    example_task,
    simulated,
    build,
};

/// One account at AI Rudder.
#[derive(Debug)]
struct AiRudder {
    client: Client,
    capabilities: Capabilities,
}

fn build(settings: AccountSettings, deps: Deps) -> Result<Arc<dyn Provider>, ConfigProblem> {
    let config = Config::read(settings)?;
    let capabilities = capabilities::of(&config.paths, config.batch_size);
    let client = Client::new(config, deps);
    Ok(Arc::new(AiRudder { client, capabilities }))
}

fn example_task() -> Value {
    json!({
        "name": "March reminders",
        "account": "airudder-ph",
        "script": {"template_id": "1001"},
        "schedule": {
            "start": "manual",
            "time_zone": "Asia/Manila",
            "windows": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}],
        },
        "contacts": [{"external_id": "c-1", "phone": "+639170000000", "variables": {"due": "12 March"}}],
    })
}

fn simulated() -> Value {
    json!({
        "app_key": "sim-airudder-key",
        "app_secret": "sim-airudder-secret",
        "statuses": {"Running": "running", "Stopped": "stopped", "Finished": "completed"},
        "operations": {
            "list_templates": "/_assumed/airudder/templates",
            "cancel_row": "/_assumed/airudder/cancel",
            "stop": "/_assumed/airudder/stop",
            "list_instances": "/_assumed/airudder/instances",
            "list_node_tasks": "/_assumed/airudder/node_tasks",
            "list_call_tasks": "/_assumed/airudder/call_tasks",
            "calls_by_person": "/_assumed/airudder/calls",
            "call_by_id": "/_assumed/airudder/call",
            "recordings": "/_assumed/airudder/recordings",
        },
    })
}

#[async_trait]
impl Provider for AiRudder {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn refuse_task(&self, spec: &TaskSpec) -> Vec<FieldProblem> {
        refuse::task(spec)
    }

    fn refuse_phone(&self, phone: &Phone) -> Option<FieldProblem> {
        refuse::phone(phone)
    }

    async fn check(&self) -> Result<Checked, ProviderError> {
        self.client
            .authenticate()
            .await
            .map(|_| Checked { detail: "AI Rudder gave a token for app_key and app_secret".to_owned() })
    }

    async fn open_segment(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        dispatch::open(&self.client, request).await
    }

    async fn add_contacts(&self, request: &AddContacts<'_>) -> Result<Added, ProviderError> {
        dispatch::add(&self.client, request).await
    }

    async fn place_call(&self, _: &PlaceCall<'_>) -> Result<Placed, ProviderError> {
        Err(ProviderError::unsupported(capabilities::TASK_OF_ONE))
    }

    async fn control(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        control::control(&self.client, request).await
    }

    async fn update_segment(&self, _request: &UpdateSegment<'_>) -> Result<(), ProviderError> {
        Err(ProviderError::unsupported(capabilities::NO_UPDATE))
    }

    async fn cancel_contacts(&self, request: &CancelContacts<'_>) -> Result<Vec<Refusal>, ProviderError> {
        control::cancel(&self.client, request).await
    }

    async fn find(&self, request: &Find<'_>) -> Result<Found, ProviderError> {
        match request {
            Find::Segment(segment) => find::segment(&self.client, segment).await,
            Find::Contacts { segment, contacts } => find::contacts(&self.client, segment, contacts).await,
            Find::Call { .. } => Ok(Found::CannotTell),
        }
    }

    async fn segment_status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        progress::segment(&self.client, segment).await
    }

    async fn progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        progress::contacts(&self.client, request).await
    }

    async fn transcript(&self, _: &str) -> Result<Vec<Insight>, ProviderError> {
        Err(ProviderError::unsupported(capabilities::NO_TRANSCRIPTS))
    }

    async fn vendor_tasks(&self, page: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        vendor_tasks::page(&self.client, page).await
    }

    async fn vendor_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        vendor_tasks::one(&self.client, vendor_ref).await
    }

    async fn catalog(&self) -> Result<Catalog, ProviderError> {
        vendor_tasks::catalog(&self.client).await
    }

    fn receive(&self, inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
        let config = self.client.config();
        webhook::receive(inbound, &config.statuses, &config.hangup_reasons)
    }

    fn push_kinds(&self) -> &'static [PushKind] {
        webhook::KINDS
    }

    fn push_client(&self) -> Option<&PushClient> {
        None
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[]
    }

    async fn confirm_push(&self, inbound: &Inbound<'_>) -> Result<Confirmation, ProviderError> {
        confirm::push(&self.client, inbound).await
    }

    fn acknowledge(&self, _kind: &str) -> Ack {
        Ack { body: "{}" }
    }
}
