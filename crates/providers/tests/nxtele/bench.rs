//! A simulated vendor, an account of it, and the moves every story makes.

use outdial_model::{ContactId, SegmentId, SegmentStatus, SystemClock, TaskSpec, Timestamp};
use outdial_provider::{
    AccountSettings, AddContacts, Added, Callbacks, ContactReport, Control, Deps, DialContact, Find, Found,
    OpenSegment, Progress, Provider, ProviderError, RateLimits, ReadProgress, SegmentRef, SegmentReport,
    SegmentState, Transport, TransportSettings, Verb,
};
use outdial_providers::registry;
use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);
/// Long enough for a loopback answer; a story about silence waits it out.
const DEADLINE: Duration = Duration::from_millis(1500);
/// Simulated seconds per real one: a whole call takes a glance.
const FAST: f64 = 300.0;

pub struct Bench {
    pub simulator: Simulator,
    pub provider: Arc<dyn Provider>,
    pub spec: TaskSpec,
}

impl Bench {
    /// An account with further settings, at a vendor whose phones ring in real time.
    pub async fn with(settings: Value) -> Self {
        Self::at(1.0, settings, "http://127.0.0.1:9/ingress/nx/s3cret").await
    }

    /// A plain account at a vendor whose calls are over at once, pushing to `callbacks`.
    pub async fn fast(callbacks: &str) -> Self {
        Self::at(FAST, json!({}), callbacks).await
    }

    async fn at(speed: f64, settings: Value, callbacks: &str) -> Self {
        let options = Options { speed, ..Options::default() };
        let simulator = Simulator::start(options).await.unwrap();
        let provider = account(&simulator, settings, callbacks).unwrap();
        Self { simulator, provider, spec: spec() }
    }

    /// The vendor from now on behaves like this, where its papers leave it open.
    pub async fn set(&self, name: &str, value: Value) {
        self.tell(reqwest::Method::POST, "settings", &json!({format!("nxtele.{name}"): value})).await;
    }

    /// The next answer to `operation` goes wrong.
    pub async fn spoil(&self, operation: &str, mode: &str) {
        let fault = json!({"provider": "nxtele", "operation": operation, "mode": mode, "times": 1});
        self.tell(reqwest::Method::POST, "faults", &fault).await;
    }

    /// What `operation` makes stays out of every list until [`heal`](Self::heal).
    pub async fn hide(&self, operation: &str) {
        let fault =
            json!({"provider": "nxtele", "operation": operation, "mode": "hide_from_lists", "seconds": 3600});
        self.tell(reqwest::Method::POST, "faults", &fault).await;
    }

    pub async fn fault(&self, fault: &Value) {
        self.tell(reqwest::Method::POST, "faults", fault).await;
    }

    pub async fn heal(&self) {
        self.tell(reqwest::Method::DELETE, "faults", &json!({})).await;
    }

    async fn tell(&self, method: reqwest::Method, path: &str, body: &Value) {
        let request = http().request(method, format!("{}/_sim/{path}", self.simulator.url()));
        request.json(body).send().await.unwrap().error_for_status().unwrap();
    }

    /// Every ring so far, by number: the independent witness.
    pub async fn rings(&self) -> Vec<String> {
        let url = format!("{}/_sim/rings", self.simulator.url());
        let rings: Vec<Value> = http().get(url).send().await.unwrap().json().await.unwrap();
        rings.iter().map(|ring| ring["number"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn open(&self) -> SegmentRef {
        let segment = new_segment();
        let vendor_ref = self.try_open(&segment, &[]).await.unwrap();
        SegmentRef { vendor_ref, ..segment }
    }

    pub async fn try_open(
        &self,
        segment: &SegmentRef,
        contacts: &[DialContact],
    ) -> Result<Option<String>, ProviderError> {
        let request = OpenSegment { key: &segment.key, spec: &self.spec, contacts, not_before: None };
        self.provider.open_segment(&request).await.map(|opened| opened.vendor_ref)
    }

    pub async fn add(&self, segment: &SegmentRef, contacts: &[DialContact]) -> Result<Added, ProviderError> {
        self.provider.add_contacts(&AddContacts { segment, contacts }).await
    }

    pub async fn control(&self, segment: &SegmentRef, verb: Verb) -> Result<SegmentReport, ProviderError> {
        self.provider.control(&Control { segment, verb }).await
    }

    /// The state after `verb`.
    pub async fn state_after(&self, segment: &SegmentRef, verb: Verb) -> SegmentStatus {
        known(&self.control(segment, verb).await.unwrap())
    }

    pub async fn people_of(&self, segment: &SegmentRef, contacts: &[DialContact]) -> Vec<ContactReport> {
        self.progress_of(segment, contacts).await.contacts
    }

    pub async fn progress_of(&self, segment: &SegmentRef, contacts: &[DialContact]) -> Progress {
        self.provider.progress(&ReadProgress { segment, contacts }).await.unwrap()
    }

    pub async fn find(&self, segment: &SegmentRef) -> Found {
        self.provider.find(&Find::Segment(segment)).await.unwrap()
    }

    pub async fn found(&self, segment: &SegmentRef, contacts: &[DialContact]) -> usize {
        let look_up = Find::Contacts { segment, contacts };
        match self.provider.find(&look_up).await.unwrap() {
            Found::Contacts(reports) => reports.len(),
            other => panic!("people were looked for and {other:?} was found"),
        }
    }
}

/// An account of the simulated vendor.
pub fn account(
    simulator: &Simulator,
    settings: Value,
    callbacks: &str,
) -> Result<Arc<dyn Provider>, outdial_provider::ConfigProblem> {
    let factory = registry::find("nxtele").unwrap();
    let (mut table, more) = ((factory.simulated)(), settings);
    table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let transport = TransportSettings { timeout: DEADLINE, rate: RateLimits::per_action(10_000) };
    let deps = Deps {
        account: "nxtele-id".parse().unwrap(),
        transport: Transport::new(transport).unwrap(),
        clock: Arc::new(SystemClock),
        callbacks: Callbacks::new(callbacks),
    };
    let settings =
        AccountSettings { base_url: Some(simulator.url()), table: table.as_object().unwrap().clone() };
    (factory.build)(settings, deps)
}

pub fn spec() -> TaskSpec {
    TaskSpec::new("March reminders", "scene-1")
}

/// People whose calls end as the last two digits say.
pub fn people(endings: &[&str]) -> Vec<DialContact> {
    let person = |(index, ending): (usize, &&str)| DialContact {
        key: ContactId::generate(Timestamp::UNIX_EPOCH),
        phone: format!("+861380000{index:02}{ending}").parse().unwrap(),
        name: None,
        variables: [("due".to_owned(), "12 March".to_owned())].into(),
    };
    endings.iter().enumerate().map(person).collect()
}

pub fn new_segment() -> SegmentRef {
    SegmentRef {
        key: SegmentId::generate(Timestamp::UNIX_EPOCH),
        vendor_ref: None,
        opened_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn known(report: &SegmentReport) -> SegmentStatus {
    match report.state {
        SegmentState::Known(status) => status,
        SegmentState::Unrecognized => panic!("{report:?}"),
    }
}

/// Asks until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !is_so().await {
            tokio::time::sleep(GLANCE).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, asking).await.is_ok(), "waited in vain: {what}");
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
