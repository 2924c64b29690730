//! NXTele Callbot, API v3: a task is made still, filled, then started; webhooks are signed.
//!
//! A segment is NXTele's task, known by our key as `userTaskID`; a contact is its order, known by our
//! key as `orderID`. `segments` makes and steers tasks, `contacts` adds people and reads what became
//! of them, `vendor_tasks` shows what the account holds. See the README beside this file for what
//! NXTele does not publish and which setting covers it.

mod capabilities;
mod client;
mod config;
mod contacts;
mod map;
mod options;
mod schedule;
mod segments;
mod sign;
#[cfg(test)]
mod testing;
mod vendor_tasks;
mod webhook;
mod wire;

use self::client::Client;
use self::config::Config;
use self::options::Options;
use self::schedule::DialHours;
use async_trait::async_trait;
use outdial_model::{Clock, FieldProblem, Insight, Phone, TaskSpec};
use outdial_provider::{
    AccountSettings, Ack, AddContacts, Added, Callbacks, CancelContacts, Capabilities, Catalog, Checked,
    ConfigProblem, Confirmation, Control, Deps, Factory, Find, Found, Inbound, OpenSegment, Opened,
    PageRequest, PlaceCall, Placed, Progress, Provider, ProviderError, PushClient, PushKind, ReadProgress,
    ReceiveError, Received, Refusal, SegmentRef, SegmentReport, UpdateSegment, VendorTask, VendorTaskPage,
};
use serde_json::{Value, json};
use std::sync::Arc;

const KIND: &str = "nxtele";
const DEFAULT_BASE_URL: &str = "https://nxbot.nxcloud.com";

/// NXTele's line in the registry.
pub const FACTORY: Factory = Factory {
    kind: KIND,
    title: "NXTele Callbot",
    default_base_url: |_| DEFAULT_BASE_URL,
    setting_keys: Config::KEYS,
    default_rate: 10,
    capabilities: || capabilities::of(config::BATCH_SIZE),
    options_schema: options::schema,
    example_task,
    simulated,
    build,
};

fn build(settings: AccountSettings, deps: Deps) -> Result<Arc<dyn Provider>, ConfigProblem> {
    let config = Config::read(settings.table)?;
    let base_url = settings.base_url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
    Ok(Arc::new(Nxtele {
        capabilities: capabilities::of(config.batch_size),
        client: Client::new(deps.transport, Arc::clone(&deps.clock), base_url, &config),
        config,
        clock: deps.clock,
        callbacks: deps.callbacks,
    }))
}

fn example_task() -> Value {
    json!({
        "name": "March reminders",
        "account": "nxtele-id",
        "script": {"template_id": "scene-1"},
        "default_country": "CN",
        "schedule": {
            "start": "manual",
            "time_zone": "Asia/Shanghai",
            "windows": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}],
        },
        "retry": {"max_attempts": 2, "interval_seconds": 600},
        "pacing": {"max_concurrent_calls": 20},
        "provider_options": {KIND: {"strategy_name": "default"}},
        "contacts": [
            {"external_id": "c-1", "phone": "+8613800000000", "variables": {"due": "12 March"}},
            {"external_id": "c-2", "phone": "+8613800000001", "variables": {"due": "14 March"}},
        ],
    })
}

fn simulated() -> Value {
    json!({"uuid": "sim-nxtele-uuid", "secret_key": "sim-nxtele-secret", "algorithm": "SHA256"})
}

/// One account at NXTele.
#[derive(Debug)]
struct Nxtele {
    capabilities: Capabilities,
    client: Client,
    config: Config,
    clock: Arc<dyn Clock>,
    callbacks: Callbacks,
}

#[async_trait]
impl Provider for Nxtele {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn refuse_task(&self, spec: &TaskSpec) -> Vec<FieldProblem> {
        let options = Options::read(spec).err();
        let hours = DialHours::of(&spec.schedule).err();
        let fields = [refuse_template(&spec.script.template_id), refuse_attempts(spec.retry.max_attempts)];
        fields
            .into_iter()
            .flatten()
            .chain(hours.into_iter().flatten())
            .chain(options.into_iter().flatten())
            .collect()
    }

    fn refuse_phone(&self, _phone: &Phone) -> Option<FieldProblem> {
        None
    }

    async fn check(&self) -> Result<Checked, ProviderError> {
        self.ping().await
    }

    async fn open_segment(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        self.open(request).await
    }

    async fn add_contacts(&self, request: &AddContacts<'_>) -> Result<Added, ProviderError> {
        self.add(request).await
    }

    async fn place_call(&self, _: &PlaceCall<'_>) -> Result<Placed, ProviderError> {
        Err(ProviderError::unsupported(capabilities::TASK_OF_ONE))
    }

    async fn control(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        self.steer(request).await
    }

    async fn update_segment(&self, request: &UpdateSegment<'_>) -> Result<(), ProviderError> {
        self.update(request).await
    }

    async fn cancel_contacts(&self, request: &CancelContacts<'_>) -> Result<Vec<Refusal>, ProviderError> {
        self.cancel(request).await
    }

    async fn find(&self, request: &Find<'_>) -> Result<Found, ProviderError> {
        match *request {
            Find::Segment(segment) => self.find_segment(segment).await,
            Find::Call { .. } => Ok(Found::CannotTell),
            Find::Contacts { segment, contacts } => {
                self.read_orders(segment, contacts, None).await.map(Found::Contacts)
            }
        }
    }

    async fn segment_status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        self.status(segment).await
    }

    async fn progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        self.read_progress(request).await
    }

    async fn transcript(&self, _: &str) -> Result<Vec<Insight>, ProviderError> {
        Err(ProviderError::unsupported(capabilities::NO_TRANSCRIPTS))
    }

    async fn vendor_tasks(&self, page: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        self.list(page).await
    }

    async fn vendor_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        self.show(vendor_ref).await
    }

    async fn catalog(&self) -> Result<Catalog, ProviderError> {
        Err(ProviderError::unsupported(capabilities::NO_CATALOG))
    }

    fn receive(&self, inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
        webhook::receive(inbound, &self.config)
    }

    fn push_kinds(&self) -> &'static [PushKind] {
        webhook::KINDS
    }

    fn push_client(&self) -> Option<&PushClient> {
        None
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        webhook::PROOF_HEADERS
    }

    /// Its webhooks are signed, which [`receive`](Self::receive) demands; nothing can be asked beyond that.
    async fn confirm_push(&self, _: &Inbound<'_>) -> Result<Confirmation, ProviderError> {
        Ok(Confirmation::CannotTell)
    }

    fn acknowledge(&self, _kind: &str) -> Ack {
        webhook::ACK
    }
}

/// A `sceneID` is opaque, but it is neither blank nor in the form of another vendor's template.
fn refuse_template(template_id: &str) -> Option<FieldProblem> {
    const LONGEST: usize = 128;
    let is_scene = !template_id.is_empty()
        && template_id.len() <= LONGEST
        && !template_id.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':');
    (!is_scene).then(|| {
        let detail = "expected an NXTele script template id (sceneID) as the back office shows it, for example \
                      `scene-1`: 1 to 128 characters, no blanks, no `:`";
        FieldProblem::new("/script/template_id", "invalid_template_id", detail)
    })
}

/// One attempt, or two by redialing once within the round; more is the strategy's business.
fn refuse_attempts(attempts: u32) -> Option<FieldProblem> {
    (!(1..=2).contains(&attempts)).then(|| {
        let detail = "NXTele redials once at most: 1 or 2; further rounds are set in the dialing strategy";
        FieldProblem::new("/retry/max_attempts", "not_supported", detail)
    })
}

#[cfg(test)]
mod tests;
