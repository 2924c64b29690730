//! A simulated vendor, an account of it, and the moves every story makes.

use outdial_model::{AccountId, Clock, ContactId, Disposition, Phone, SegmentId, SystemClock, TaskSpec};
use outdial_provider::{
    AccountSettings, Callbacks, ContactProgress, ContactReport, Control, Deps, DialContact, Find, Found,
    OpenSegment, Provider, ProviderError, RateLimits, ReadProgress, SegmentRef, SegmentReport, Transport,
    TransportSettings, Verb,
};
use outdial_providers::registry;
use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub const SOON: Duration = Duration::from_secs(2);
pub const LATER: Duration = Duration::from_secs(3600);
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// A simulated vendor and an account of it.
pub struct Bench {
    pub simulator: Simulator,
    pub provider: Arc<dyn Provider>,
    pub spec: TaskSpec,
}

impl Bench {
    pub async fn at_speed(speed: f64) -> Self {
        let simulator = Simulator::start(Options { speed, ..Options::default() }).await.unwrap();
        let provider = account(&simulator, json!({}));
        let bench = Self { simulator, provider, spec: spec() };
        bench.set(json!({"tencent.requests_per_second": 0})).await;
        bench
    }

    pub async fn set(&self, settings: Value) {
        self.sim("settings", settings).await;
    }

    /// From now on `operation` goes wrong.
    pub async fn fault(&self, operation: &str, mode: &str) {
        let fault = json!({"provider": "tencent_ccc", "operation": operation, "mode": mode, "seconds": 3600});
        self.sim("faults", fault).await;
    }

    /// The next request is carried out twice by the vendor.
    pub async fn duplicate(&self) {
        let fault = json!({
            "provider": "tencent_ccc", "operation": "CreateAutoCalloutTask", "mode": "duplicate_create", "times": 1,
        });
        self.sim("faults", fault).await;
    }

    /// How often `operation` was asked for.
    pub async fn times_asked(&self, operation: &str) -> usize {
        let url = format!("{}/_sim/requests?operation={operation}", self.simulator.url());
        let asked: Vec<Value> = http().get(url).send().await.unwrap().json().await.unwrap();
        asked.len()
    }

    pub async fn heal(&self) {
        let url = format!("{}/_sim/faults", self.simulator.url());
        http().delete(url).send().await.unwrap().error_for_status().unwrap();
    }

    pub async fn sim(&self, path: &str, body: Value) {
        let url = format!("{}/_sim/{path}", self.simulator.url());
        http().post(url).json(&body).send().await.unwrap().error_for_status().unwrap();
    }

    pub async fn rings(&self) -> Value {
        let url = format!("{}/_sim/rings/summary", self.simulator.url());
        http().get(url).send().await.unwrap().json().await.unwrap()
    }

    pub async fn open(
        &self,
        people: &[DialContact],
        fuse: Duration,
    ) -> (SegmentRef, Result<(), ProviderError>) {
        let now = SystemClock.now();
        let key = SegmentId::generate(now);
        let opened = self
            .provider
            .open_segment(&OpenSegment {
                key: &key,
                spec: &self.spec,
                contacts: people,
                not_before: Some(now + fuse),
            })
            .await;
        let (vendor_ref, outcome) = match opened {
            Ok(opened) => (opened.vendor_ref, Ok(())),
            Err(error) => (None, Err(error)),
        };
        (SegmentRef { key, vendor_ref, opened_at: now }, outcome)
    }

    pub async fn opened(&self, people: &[DialContact], fuse: Duration) -> SegmentRef {
        let (segment, outcome) = self.open(people, fuse).await;
        outcome.unwrap();
        segment
    }

    pub async fn progress(&self, segment: &SegmentRef, people: &[DialContact]) -> Vec<ContactReport> {
        let request = ReadProgress { segment, contacts: people };
        self.provider.progress(&request).await.unwrap().contacts
    }

    /// Everybody's outcome, in order, once there is one for each.
    pub async fn outcomes(&self, segment: &SegmentRef, people: &[DialContact]) -> Vec<Disposition> {
        self.until("everybody is done", async || {
            let reports = self.progress(segment, people).await;
            reports.into_iter().map(|report| outcome_of(report.progress)).collect()
        })
        .await
    }

    pub async fn control(&self, segment: &SegmentRef, verb: Verb) -> Result<SegmentReport, ProviderError> {
        self.provider.control(&Control { segment, verb }).await
    }

    pub async fn find(&self, segment: &SegmentRef) -> Found {
        self.provider.find(&Find::Segment(segment)).await.unwrap()
    }

    pub async fn until<T>(&self, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
        let asking = async {
            loop {
                if let Some(answer) = ask().await {
                    return answer;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => answer,
            Err(_) => panic!("waited in vain until {what}"),
        }
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub fn account(simulator: &Simulator, more: Value) -> Arc<dyn Provider> {
    let factory = registry::find("tencent_ccc").unwrap();
    let mut table = (factory.simulated)().as_object().unwrap().clone();
    table.extend(more.as_object().unwrap().clone());
    let transport =
        TransportSettings { timeout: Duration::from_secs(5), rate: RateLimits::per_action(10_000) };
    let deps = Deps {
        account: "tencent-main".parse::<AccountId>().unwrap(),
        transport: Transport::new(transport).unwrap(),
        clock: Arc::new(SystemClock),
        callbacks: Callbacks::new("http://127.0.0.1:9/ingress/tencent-main/secret"),
    };
    let settings = AccountSettings { base_url: Some(simulator.url()), table };
    (factory.build)(settings, deps).unwrap()
}

pub fn spec() -> TaskSpec {
    TaskSpec::new("March reminders", "ivr:8")
}

/// People whose numbers end as the simulator's table of outcomes wants.
pub fn people(endings: impl IntoIterator<Item = u32>) -> Vec<DialContact> {
    let person = |ending| DialContact {
        key: ContactId::generate(SystemClock.now()),
        phone: format!("+86139{ending:08}").parse::<Phone>().unwrap(),
        name: None,
        variables: [("due".to_owned(), "12 March".to_owned())].into(),
    };
    endings.into_iter().map(person).collect()
}

pub fn outcome_of(progress: ContactProgress) -> Option<Disposition> {
    match progress {
        ContactProgress::Done(disposition) => Some(disposition),
        _ => None,
    }
}
