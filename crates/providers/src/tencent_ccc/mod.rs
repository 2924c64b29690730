//! Tencent Cloud CCC (Cloud Contact Center), auto-callout tasks and single calls, API 2020-02-10.
//!
//! A segment is an auto-callout task. The vendor takes its people only when the task is created and
//! begins to dial by itself, so it is created whole with `NotBefore` as a fuse; our key stands in its
//! `Name`, each person's in a `UUI`. A single call is a session of its own. Progress is polled, outcomes come from call records.
//!
//! `capabilities.rs` what it can do · `config.rs` what it needs · `client.rs`, `endpoint.rs` how it
//! talks · `sign.rs` TC3 signatures · `wire.rs`, `envelope.rs` what it says · `plan.rs`, `options.rs`,
//! `schedule.rs`, `number.rs` what a task means there · `map.rs`, `verdict.rs`, `end_status.rs`,
//! `error_codes.rs` what its words mean here · `segments.rs`, `single_call.rs`, `look_up.rs`,
//! `progress.rs`, `transcript.rs`, `vendor_tasks.rs`, `catalog.rs` the operations · `webhook.rs` what it pushes.

mod capabilities;
mod catalog;
mod client;
mod config;
mod end_status;
mod endpoint;
mod envelope;
mod error_codes;
mod look_up;
mod map;
mod number;
mod options;
mod plan;
mod progress;
mod schedule;
mod segments;
mod sign;
mod single_call;
#[cfg(test)]
mod testing;
mod transcript;
mod vendor_tasks;
mod verdict;
mod webhook;
mod wire;

use async_trait::async_trait;
use client::Client;
use config::Config;
use outdial_model::{Clock, FieldProblem, Insight, Phone, TaskSpec};
use outdial_provider::{
    AccountSettings, Ack, AddContacts, Added, CancelContacts, Capabilities, Catalog, Checked, ConfigProblem,
    Confirmation, Control, Deps, Factory, Find, Found, Inbound, OpenSegment, Opened, Operation, PageRequest,
    PlaceCall, Placed, Progress, Provider, ProviderError, PushClient, PushKind, ReadProgress, ReceiveError,
    Received, Refusal, SegmentRef, SegmentReport, UpdateSegment, VendorTask, VendorTaskPage,
};
use plan::Plan;
use serde_json::{Value, json};
use std::sync::Arc;

/// The word for it in configuration and API.
const KIND: &str = "tencent_ccc";
/// Requests per second per action, the documented limit of every action used here.
const RATE: u32 = 20;

/// Its line of the registry.
pub static FACTORY: Factory = Factory {
    kind: KIND,
    title: "Tencent Cloud CCC",
    default_base_url: config::production,
    setting_keys: config::KEYS,
    default_rate: RATE,
    capabilities: || capabilities::with_contacts_per_task(config::CONTACTS_PER_TASK),
    options_schema: options::schema,
    example_task,
    simulated,
    build,
};

/// One account: an application (`SdkAppId`) and a key.
#[derive(Debug)]
struct TencentCcc {
    client: Client,
    config: Config,
    capabilities: Capabilities,
    clock: Arc<dyn Clock>,
}

fn build(account: AccountSettings, deps: Deps) -> Result<Arc<dyn Provider>, ConfigProblem> {
    let config = Config::read(account, &deps.account)?;
    Ok(Arc::new(TencentCcc {
        client: Client::new(&config, deps.transport, Arc::clone(&deps.clock)),
        capabilities: capabilities::of(&config),
        config,
        clock: deps.clock,
    }))
}

impl TencentCcc {
    fn unsupported<T>(&self, operation: Operation) -> Result<T, ProviderError> {
        let note = self.capabilities.support(operation).note().unwrap_or_default();
        Err(ProviderError::unsupported(note))
    }
}

#[async_trait]
impl Provider for TencentCcc {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn refuse_task(&self, spec: &TaskSpec) -> Vec<FieldProblem> {
        Plan::of(spec, &self.config).err().unwrap_or_default()
    }

    /// The vendor documents no number it would not take.
    fn refuse_phone(&self, _: &Phone) -> Option<FieldProblem> {
        None
    }

    async fn check(&self) -> Result<Checked, ProviderError> {
        self.ping().await
    }

    async fn open_segment(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        self.open(request).await
    }

    async fn add_contacts(&self, _: &AddContacts<'_>) -> Result<Added, ProviderError> {
        self.unsupported(Operation::AddContacts)
    }

    async fn place_call(&self, request: &PlaceCall<'_>) -> Result<Placed, ProviderError> {
        self.place(request).await
    }

    async fn control(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        self.steer(request).await
    }

    async fn update_segment(&self, _: &UpdateSegment<'_>) -> Result<(), ProviderError> {
        self.unsupported(Operation::UpdateSegment)
    }

    async fn cancel_contacts(&self, _: &CancelContacts<'_>) -> Result<Vec<Refusal>, ProviderError> {
        self.unsupported(Operation::CancelContact)
    }

    async fn find(&self, request: &Find<'_>) -> Result<Found, ProviderError> {
        match request {
            Find::Segment(segment) => self.find_segment(segment).await,
            Find::Contacts { segment, contacts } => self.find_contacts(segment, contacts).await,
            Find::Call { segment, spec, contact } => self.find_call(segment, spec, contact).await,
        }
    }

    async fn segment_status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        self.status(segment).await
    }

    async fn progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        self.read_progress(request).await
    }

    async fn transcript(&self, vendor_call_id: &str) -> Result<Vec<Insight>, ProviderError> {
        self.said(vendor_call_id).await
    }

    async fn vendor_tasks(&self, page: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        self.list_tasks(page).await
    }

    async fn vendor_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        self.show_task(vendor_ref).await
    }

    async fn catalog(&self) -> Result<Catalog, ProviderError> {
        self.offers().await
    }

    fn receive(&self, inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
        webhook::receive(inbound, &self.config)
    }

    fn push_kinds(&self) -> &'static [PushKind] {
        webhook::KINDS
    }

    fn push_client(&self) -> Option<&PushClient> {
        self.config.push_proof.client()
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        webhook::PROOF_HEADERS
    }

    /// The vendor has no operation that tells; a proof, where one is agreed on, is demanded on receipt.
    async fn confirm_push(&self, _: &Inbound<'_>) -> Result<Confirmation, ProviderError> {
        Ok(Confirmation::CannotTell)
    }

    fn acknowledge(&self, _: &str) -> Ack {
        webhook::ACK
    }
}

fn example_task() -> Value {
    json!({
        "name": "March reminders",
        "account": "tencent-main",
        "script": {"template_id": "ivr:8"},
        "callers": ["+862155550000"],
        "default_country": "CN",
        "schedule": {
            "start": "manual",
            "time_zone": "Asia/Shanghai",
            "windows": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}],
        },
        "retry": {"max_attempts": 2, "interval_seconds": 600},
        "provider_options": {KIND: {"description": "Outstanding payments"}},
        "contacts": [{"external_id": "c-1", "phone": "+8613800000000", "variables": {"due": "12 March"}}],
    })
}

/// Published with the simulator.
fn simulated() -> Value {
    json!({
        "secret_id": "AKIDsimtencent",
        "secret_key": "sim-tencent-secret",
        "sdk_app_id": 1_400_000_000,
        "callers": ["+862155550000"],
    })
}
