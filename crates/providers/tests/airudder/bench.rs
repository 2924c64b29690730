//! A simulated vendor, an account of it, and the moves of a campaign.

use outdial_model::{
    Clock, ContactId, Disposition, Hours, PersonName, Schedule, SegmentId, SystemClock, TaskSpec,
};
use outdial_provider::{
    AccountSettings, AddContacts, Added, Callbacks, ContactProgress, ContactReport, Deps, DialContact, Find,
    Found, OpenSegment, Provider, ProviderError, RateLimits, ReadProgress, SegmentRef, Transport,
    TransportSettings,
};
use outdial_providers::registry;
use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

pub struct Bench {
    pub simulator: Simulator,
    pub provider: Arc<dyn Provider>,
}

impl Bench {
    /// An account with every path configured.
    pub async fn start() -> Self {
        Self::with(json!({})).await
    }

    /// An account with the vendor's published operations only.
    pub async fn bare() -> Self {
        Self::with(json!({"operations": {}})).await
    }

    pub async fn with(settings: Value) -> Self {
        let options = Options { speed: 300.0, ..Options::default() };
        let simulator = Simulator::start(options).await.unwrap();
        let provider = account(&simulator, settings);
        Self { simulator, provider }
    }

    pub async fn set(&self, settings: Value) {
        self.tell("settings", settings).await;
    }

    pub async fn fault(&self, operation: &str, mode: &str, seconds: u32) {
        let fault = json!({
            "provider": "airudder", "operation": operation, "mode": mode, "seconds": seconds,
        });
        self.tell("faults", fault).await;
    }

    /// The vendor forgets everything, its tokens too.
    pub async fn forget(&self) {
        self.tell("reset", json!({})).await;
    }

    pub async fn heal(&self) {
        let url = format!("{}/_sim/faults", self.simulator.url());
        http().delete(url).send().await.unwrap();
    }

    /// The operations that reached the vendor, oldest first.
    pub async fn asked(&self) -> Vec<String> {
        let requests = self.look("requests").await;
        let names = requests.as_array().unwrap().iter();
        names.map(|entry| entry["operation"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn times_asked(&self, operation: &str) -> usize {
        self.asked().await.iter().filter(|asked| *asked == operation).count()
    }

    pub async fn most_rings_per_number(&self) -> Value {
        self.look("rings/summary").await["max_per_number"].clone()
    }

    pub async fn open(&self) -> Result<SegmentRef, ProviderError> {
        let now = SystemClock.now();
        let key = SegmentId::generate(now);
        let request = OpenSegment { key: &key, spec: &spec(), contacts: &[], not_before: None };
        let vendor_ref = self.provider.open_segment(&request).await?.vendor_ref;
        Ok(SegmentRef { key, vendor_ref, opened_at: now })
    }

    pub async fn add(&self, segment: &SegmentRef, contacts: &[DialContact]) -> Result<Added, ProviderError> {
        self.provider.add_contacts(&AddContacts { segment, contacts }).await
    }

    /// How many of the people the vendor has; `None` when it cannot tell.
    pub async fn found(&self, segment: &SegmentRef, contacts: &[DialContact]) -> Option<usize> {
        match self.provider.find(&Find::Contacts { segment, contacts }).await.unwrap() {
            Found::Contacts(found) => Some(found.len()),
            _ => None,
        }
    }

    /// Everybody's report, once everybody is done.
    pub async fn finished(&self, segment: &SegmentRef, contacts: &[DialContact]) -> Vec<ContactReport> {
        let request = ReadProgress { segment, contacts };
        until("everybody is done", async || {
            let reports = self.provider.progress(&request).await.unwrap().contacts;
            let done = reports.iter().filter(|report| outcome(report).is_some()).count();
            (done == contacts.len()).then_some(reports)
        })
        .await
    }

    async fn tell(&self, path: &str, body: Value) {
        let url = format!("{}/_sim/{path}", self.simulator.url());
        let answer = http().post(url).json(&body).send().await.unwrap();
        answer.error_for_status().unwrap();
    }

    async fn look(&self, path: &str) -> Value {
        let url = format!("{}/_sim/{path}", self.simulator.url());
        http().get(url).send().await.unwrap().json().await.unwrap()
    }
}

/// An account at the simulator, with `more` settings over the usual ones.
pub fn account(simulator: &Simulator, more: Value) -> Arc<dyn Provider> {
    let factory = registry::find("airudder").unwrap();
    let mut table = (factory.simulated)().as_object().unwrap().clone();
    table.extend(more.as_object().unwrap().clone());
    let transport =
        TransportSettings { timeout: Duration::from_secs(2), rate: RateLimits::per_action(10_000) };
    let deps = Deps {
        account: "airudder-ph".parse().unwrap(),
        transport: Transport::new(transport).unwrap(),
        clock: Arc::new(SystemClock),
        callbacks: Callbacks::new("http://127.0.0.1:9/ingress/airudder-ph/secret"),
    };
    let base_url = Some(simulator.url());
    (factory.build)(AccountSettings { base_url, table }, deps).unwrap()
}

pub fn spec() -> TaskSpec {
    TaskSpec {
        schedule: Schedule {
            hours: Hours { time_zone: "Asia/Manila".parse().unwrap(), ..Hours::default() },
            ..Schedule::default()
        },
        ..TaskSpec::new("March reminders", "1001")
    }
}

/// People whose numbers end as given: the simulator's script.
pub fn people(endings: &[&str]) -> Vec<DialContact> {
    let person = |(index, ending): (usize, &&str)| DialContact {
        key: ContactId::generate(SystemClock.now()),
        phone: format!("+6391710{index:03}{ending}").parse().unwrap(),
        name: PersonName::new("Ana"),
        variables: BTreeMap::from([("due".to_owned(), "12 March".to_owned())]),
    };
    endings.iter().enumerate().map(person).collect()
}

pub fn outcome(report: &ContactReport) -> Option<Disposition> {
    match report.progress {
        ContactProgress::Done(disposition) => Some(disposition),
        _ => None,
    }
}

/// Asks until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
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

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
