//! The Tencent Cloud CCC adapter against the simulated vendor, over real HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

use outdial_model::{
    AccountId, Clock, ContactId, Disposition, Pacing, Phone, Retry, Schedule, Script, SegmentId,
    SegmentStatus, SystemClock, TaskSpec,
};
use outdial_provider::{
    AccountSettings, Callbacks, ContactProgress, ContactReport, Control, Deps, DialContact, Effect,
    ErrorKind, Find, Found, OpenSegment, PageRequest, Provider, ProviderError, RateLimits, ReadProgress,
    SegmentRef, SegmentReport, SegmentState, Transport, TransportSettings, Verb,
};
use outdial_providers::registry;
use outdial_simulator::{Options, Simulator};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// A simulated vendor and an account of it.
struct Bench {
    simulator: Simulator,
    provider: Arc<dyn Provider>,
    spec: TaskSpec,
}

impl Bench {
    async fn at_speed(speed: f64) -> Self {
        let simulator = Simulator::start(Options { speed, ..Options::default() }).await.unwrap();
        let provider = account(&simulator, json!({}));
        let bench = Self { simulator, provider, spec: spec() };
        bench.set(json!({"tencent.requests_per_second": 0})).await;
        bench
    }

    async fn set(&self, settings: Value) {
        self.sim("settings", settings).await;
    }

    async fn fault(&self, operation: &str, mode: &str) {
        let fault = json!({"provider": "tencent_ccc", "operation": operation, "mode": mode, "seconds": 3600});
        self.sim("faults", fault).await;
    }

    async fn heal(&self) {
        let url = format!("{}/_sim/faults", self.simulator.url());
        http().delete(url).send().await.unwrap().error_for_status().unwrap();
    }

    async fn sim(&self, path: &str, body: Value) {
        let url = format!("{}/_sim/{path}", self.simulator.url());
        http().post(url).json(&body).send().await.unwrap().error_for_status().unwrap();
    }

    async fn rings(&self) -> Value {
        let url = format!("{}/_sim/rings/summary", self.simulator.url());
        http().get(url).send().await.unwrap().json().await.unwrap()
    }

    async fn open(&self, people: &[DialContact], fuse: Duration) -> (SegmentRef, Result<(), ProviderError>) {
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

    async fn opened(&self, people: &[DialContact], fuse: Duration) -> SegmentRef {
        let (segment, outcome) = self.open(people, fuse).await;
        outcome.unwrap();
        segment
    }

    async fn progress(&self, segment: &SegmentRef, people: &[DialContact]) -> Vec<ContactReport> {
        let request = ReadProgress { segment, contacts: people };
        self.provider.progress(&request).await.unwrap().contacts
    }

    /// Everybody's outcome, in order, once there is one for each.
    async fn outcomes(&self, segment: &SegmentRef, people: &[DialContact]) -> Vec<Disposition> {
        self.until("everybody is done", async || {
            let reports = self.progress(segment, people).await;
            reports.into_iter().map(|report| outcome_of(report.progress)).collect()
        })
        .await
    }

    async fn control(&self, segment: &SegmentRef, verb: Verb) -> Result<SegmentReport, ProviderError> {
        self.provider.control(&Control { segment, verb }).await
    }

    async fn find(&self, segment: &SegmentRef) -> Found {
        self.provider.find(&Find::Segment(segment)).await.unwrap()
    }

    async fn until<T>(&self, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
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

fn account(simulator: &Simulator, more: Value) -> Arc<dyn Provider> {
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

fn spec() -> TaskSpec {
    TaskSpec {
        name: "March reminders".to_owned(),
        script: Script { template_id: "ivr:8".to_owned() },
        callers: Vec::new(),
        default_country: None,
        schedule: Schedule::default(),
        retry: Retry::default(),
        pacing: Pacing::default(),
        metadata: [].into(),
        provider_options: [].into(),
        keep_open: false,
        safety: outdial_model::Safety::default(),
    }
}

/// People whose numbers end as the simulator's table of outcomes wants.
fn people(endings: impl IntoIterator<Item = u32>) -> Vec<DialContact> {
    let person = |ending| DialContact {
        key: ContactId::generate(SystemClock.now()),
        phone: format!("+86139{ending:08}").parse::<Phone>().unwrap(),
        name: None,
        variables: [("due".to_owned(), "12 March".to_owned())].into(),
    };
    endings.into_iter().map(person).collect()
}

fn outcome_of(progress: ContactProgress) -> Option<Disposition> {
    match progress {
        ContactProgress::Done(disposition) => Some(disposition),
        _ => None,
    }
}

const SOON: Duration = Duration::from_secs(2);
const LATER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn each_person_is_rung_once_and_told_apart_by_the_call_record() {
    let bench = Bench::at_speed(600.0).await;
    let people = people([100, 101, 102, 103, 104, 105]);
    let segment = bench.opened(&people, SOON).await;
    let outcomes = bench.outcomes(&segment, &people).await;
    let expected = [
        Disposition::Answered,
        Disposition::NoAnswer,
        Disposition::Busy,
        Disposition::Declined,
        Disposition::InvalidNumber,
        Disposition::AnsweredMachine,
    ];
    assert_eq!(outcomes, expected);
    let reports = bench.progress(&segment, &people).await;
    assert_eq!(reports[0].calls.len(), 1);
    assert_eq!(reports[0].calls[0].talk_seconds, 20);
    assert!(reports[0].calls[0].recording.is_some());
    assert_eq!(reports[2].calls[0].raw.code.as_deref(), Some("206"));
    let rings = bench.rings().await;
    assert_eq!((&rings["total"], &rings["max_per_number"]), (&json!(6), &json!(1)));
    let status = bench.provider.segment_status(&segment).await.unwrap();
    assert_eq!(status.state, SegmentState::Known(SegmentStatus::Completed));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_second_attempt_is_told_in_order_and_decides() {
    let mut bench = Bench::at_speed(3000.0).await;
    bench.spec.retry.max_attempts = 2;
    let people = people([106]);
    let segment = bench.opened(&people, SOON).await;
    assert_eq!(bench.outcomes(&segment, &people).await, [Disposition::Answered]);
    let calls = &bench.progress(&segment, &people).await[0].calls;
    let dispositions: Vec<_> = calls.iter().map(|call| call.disposition).collect();
    assert_eq!(dispositions, [Some(Disposition::NoAnswer), Some(Disposition::Answered)]);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn more_people_than_one_page_of_records_holds() {
    let bench = Bench::at_speed(3000.0).await;
    let people = people((0..250).map(|i| i * 100));
    let segment = bench.opened(&people, SOON).await;
    let outcomes = bench.outcomes(&segment, &people).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Disposition::Answered));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_by_our_key() {
    let bench = Bench::at_speed(1.0).await;
    bench.fault("CreateAutoCalloutTask", "reset_mid_body").await;
    let people = people([200, 201]);
    let (segment, outcome) = bench.open(&people, LATER).await;
    assert_eq!(outcome.unwrap_err().effect, Effect::Possible);
    bench.heal().await;
    let Found::Segment(report) = bench.find(&segment).await else {
        panic!("the task was made");
    };
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Ready));
    let look_up = Find::Contacts { segment: &segment, contacts: &people };
    let Found::Contacts(found) = bench.provider.find(&look_up).await.unwrap() else {
        panic!("the vendor can tell");
    };
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|report| report.progress == ContactProgress::Waiting));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_task_missing_from_the_whole_list_is_not_there() {
    let bench = Bench::at_speed(1.0).await;
    bench.opened(&people([200]), LATER).await;
    bench.fault("DescribeAutoCalloutTasks", "hide_from_lists").await;
    let hidden = SegmentRef { vendor_ref: None, ..bench.opened(&people([201]), LATER).await };
    assert_eq!(bench.find(&hidden).await, Found::NoSegment);
    bench.heal().await;
    assert!(matches!(bench.find(&hidden).await, Found::Segment(_)));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_task_on_a_later_page_of_the_list_is_found_and_the_lack_of_one_proven() {
    let bench = Bench::at_speed(1.0).await;
    let oldest = bench.opened(&people([200]), LATER).await;
    for ending in 0..100 {
        bench.opened(&people([ending]), LATER).await;
    }
    let by_key = SegmentRef { vendor_ref: None, ..oldest.clone() };
    let Found::Segment(report) = bench.find(&by_key).await else {
        panic!("it is the last of the list");
    };
    assert_eq!(report.vendor_ref, oldest.vendor_ref);
    let nobodys = SegmentRef { key: SegmentId::generate(SystemClock.now()), ..by_key };
    assert_eq!(bench.find(&nobodys).await, Found::NoSegment);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn people_of_a_task_out_of_sight_are_known_by_their_call_records() {
    let bench = Bench::at_speed(600.0).await;
    let people = people([300, 301]);
    let segment = bench.opened(&people, SOON).await;
    bench.outcomes(&segment, &people).await;
    bench.fault("DescribeAutoCalloutTasks", "hide_from_lists").await;
    let by_key = SegmentRef { vendor_ref: None, ..segment };
    let look_up = Find::Contacts { segment: &by_key, contacts: &people[..1] };
    let Found::Contacts(found) = bench.provider.find(&look_up).await.unwrap() else {
        panic!("the vendor can tell");
    };
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, people[0].key);
    assert_eq!(found[0].calls[0].disposition, Some(Disposition::Answered));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn a_call_without_its_record_is_not_over_yet() {
    let bench = Bench::at_speed(600.0).await;
    bench.set(json!({"tencent.cdr_delay_seconds": 1_000_000})).await;
    let people = people([101]);
    let segment = bench.opened(&people, SOON).await;
    bench
        .until("the task is over", async || {
            let status = bench.provider.segment_status(&segment).await.unwrap();
            (status.state == SegmentState::Known(SegmentStatus::Completed)).then_some(())
        })
        .await;
    assert_eq!(bench.progress(&segment, &people).await[0].progress, ContactProgress::Dialing);

    let impatient = account(&bench.simulator, json!({"cdr_grace_seconds": 0}));
    let request = ReadProgress { segment: &segment, contacts: &people };
    let report = bench
        .until("the grace is over", async || {
            let report = impatient.progress(&request).await.unwrap().contacts.remove(0);
            (report.progress != ContactProgress::Dialing).then_some(report)
        })
        .await;
    assert_eq!(report.progress, ContactProgress::Done(Disposition::NoAnswer));
    assert_eq!(report.calls[0].disposition, None, "the record may still come and say more");
    bench.simulator.stop().await;
}

#[tokio::test]
async fn who_was_never_dialed_when_the_task_is_stopped_is_told_so() {
    let bench = Bench::at_speed(1.0).await;
    let people = people([400, 401]);
    let segment = bench.opened(&people, LATER).await;
    let report = bench.control(&segment, Verb::Stop).await.unwrap();
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Stopped));
    let again = bench.control(&segment, Verb::Complete).await.unwrap();
    assert_eq!(again, report, "already so");
    let reports = bench.progress(&segment, &people).await;
    assert!(reports.iter().all(|report| report.progress == ContactProgress::NotDialed));
    assert_eq!(bench.rings().await["total"], 0);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn pausing_before_the_start_is_a_conflict_and_twice_is_not() {
    let bench = Bench::at_speed(1.0).await;
    let segment = bench.opened(&people([500]), Duration::from_secs(3)).await;
    let refusal = bench.control(&segment, Verb::Pause).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.effect), (ErrorKind::Conflict, Effect::None));
    let paused =
        bench.until("the task can be paused", async || bench.control(&segment, Verb::Pause).await.ok()).await;
    assert_eq!(paused.state, SegmentState::Known(SegmentStatus::Paused));
    assert_eq!(bench.control(&segment, Verb::Pause).await.unwrap(), paused);
    for _ in 0..2 {
        let resumed = bench.control(&segment, Verb::Resume).await.unwrap();
        assert_eq!(resumed.state, SegmentState::Known(SegmentStatus::Running));
    }
    bench.simulator.stop().await;
}

#[tokio::test]
async fn the_vendors_tasks_are_paged_through_and_shown_without_numbers() {
    let bench = Bench::at_speed(1.0).await;
    for ending in [600, 601, 602] {
        bench.opened(&people([ending]), LATER).await;
    }
    let mut page = PageRequest { cursor: None, limit: 2 };
    let first = bench.provider.vendor_tasks(&page).await.unwrap();
    assert_eq!((first.tasks.len(), first.total), (2, Some(3)));
    page.cursor = first.next;
    let second = bench.provider.vendor_tasks(&page).await.unwrap();
    assert_eq!((second.tasks.len(), &second.next), (1, &None));

    let listed = &second.tasks[0];
    assert_eq!(listed.contacts, Some(1));
    let alone = bench.provider.vendor_task(&listed.vendor_ref).await.unwrap();
    assert_eq!((alone.contacts, alone.finished), (Some(1), Some(0)));
    assert_eq!(alone.name, listed.name);
    assert!(!alone.raw.to_string().contains("8613900"), "{}", alone.raw);
    for unknown in ["999999", "seg_of_somebody"] {
        assert_eq!(bench.provider.vendor_task(unknown).await.unwrap_err().kind, ErrorKind::NotFound);
    }
    bench.simulator.stop().await;
}

#[tokio::test]
async fn the_catalog_says_what_a_task_can_be_made_of() {
    let bench = Bench::at_speed(1.0).await;
    let catalog = bench.provider.catalog().await.unwrap();
    let agents = catalog.templates.unwrap();
    assert_eq!((agents[0].id.as_str(), agents[0].variables.len()), ("agent:12", 2));
    let callers = catalog.callers.unwrap();
    let mut spec = spec();
    spec.script.template_id = agents[0].id.clone();
    spec.callers = vec![callers[0].id.parse().unwrap()];
    assert_eq!(bench.provider.refuse_task(&spec), []);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn wrong_credentials_and_a_wrong_application_are_told_apart() {
    let bench = Bench::at_speed(1.0).await;
    for (more, kind) in [
        (json!({"secret_key": "wrong"}), ErrorKind::Unauthenticated),
        (json!({"secret_id": "AKIDnobody"}), ErrorKind::Unauthenticated),
    ] {
        let error = account(&bench.simulator, more).check().await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.code.is_some() && error.request_id.is_some());
    }
    let checked = bench.provider.check().await.unwrap();
    assert!(checked.detail.contains("1400000000"), "{}", checked.detail);
    bench.simulator.stop().await;
}

#[tokio::test]
async fn too_many_requests_are_a_refusal_even_when_creating() {
    let bench = Bench::at_speed(1.0).await;
    bench.set(json!({"tencent.requests_per_second": 1})).await;
    let people = people([700]);
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(bench.open(&people, LATER).await.1);
    }
    let refusal = outcomes.into_iter().find_map(Result::err).unwrap();
    assert_eq!((refusal.kind, refusal.effect), (ErrorKind::RateLimited, Effect::None));
    bench.simulator.stop().await;
}

#[tokio::test]
async fn later_people_are_refused_here_because_they_go_into_the_next_segment() {
    let bench = Bench::at_speed(1.0).await;
    let people = people([800]);
    let segment = bench.opened(&people, LATER).await;
    let request = outdial_provider::AddContacts { segment: &segment, contacts: &people };
    let refusal = bench.provider.add_contacts(&request).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.effect), (ErrorKind::Unsupported, Effect::NotSent));
    let nobody = bench.open(&[], LATER).await.1.unwrap_err();
    assert_eq!((nobody.kind, nobody.effect), (ErrorKind::InvalidRequest, Effect::NotSent));
    bench.simulator.stop().await;
}
