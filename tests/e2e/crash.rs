//! The gateway dies, at every point of what it asks a vendor for (a task, people in it, its start), at each
//! vendor: exactly what is expected is left, and whoever comes next brings everybody to an end, rung once and told
//! of once.
//!
//! `points.rs` the table of points · `remains.rs` looks at what is left · `dying_store.rs` where it dies
//! `filling.rs` it dies while it takes people over who are called again

mod dying_store;
mod filling;
mod points;
mod remains;

use crate::world::{everybody_rung_once, everything_was_told, fault};
use dying_store::{Deed, DyingStore, Fate, Moment};
pub use filling::whoever_is_called_again_is_taken_over_once_whoever_dies_of_it;
use outdial_model::{Clock, ContactStatus, DispatchId, DispatchKind, SUPPRESSED, SystemClock};
use outdial_store::{
    Changes, ChosenBatch, DispatchPlan, Lease, SegmentTarget, Store, StoreError, TaskChange,
};
use outdial_testkit::{Setup, Site, StoreKind, TestApp, Wire, until};
use points::{Death, Left, POINTS, Point};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const ENDINGS: [&str; 6] = ["00", "01", "02", "03", "05", "00"];
/// How long a claim is renewed for.
const TERM: Duration = Duration::from_secs(8);

/// The death at a point, and what is left at one of its vendors.
pub struct DeathAt {
    point: &'static Point,
    left: &'static Left,
}

/// Every point at every vendor where there is one.
pub fn deaths() -> impl Iterator<Item = DeathAt> {
    POINTS.iter().flat_map(|point| point.left.iter().map(move |left| DeathAt { point, left }))
}

impl DeathAt {
    pub fn name(&self) -> String {
        let deed = match self.point.deed {
            Deed::Opening => "opening",
            Deed::HandingOver => "handing_over",
            Deed::Starting => "starting",
            Deed::TakingOver => "taking_over",
        };
        format!("crash::{deed}::{}::{}", self.point.name, self.left.vendor)
    }

    /// The gateway dies there; what is left is looked at, and another gateway follows.
    pub async fn tell(self, store: StoreKind) {
        let Self { point, left: expected } = self;
        let kind = expected.vendor;
        let (mut app, wire, dying) = doomed(store, point.deed, point.death).await;
        let vendors = app.vendors();
        // Whatever an account needs to talk at all, it has.
        app.get(&format!("/v1/accounts/{kind}-demo/vendor_tasks")).await.expect(200);
        let task = app.create_task(&app.task(kind, &ENDINGS)).await;
        app.start(&task).await;

        death_comes(point.death, &wire, &dying).await;
        app.abandon_gateway().await;

        let lease = dying.lease().unwrap();
        let left = remains::of(&app).await;
        remains::are_as_expected(&*left, &vendors, &lease, (point, expected, ENDINGS.len())).await;
        left.close().await;

        wire.requests().works_again();
        wire.answers().works_again();
        app.start_gateway().await;

        let done = app.wait_for_status(&task, "completed").await;
        assert_eq!(done["counts"]["completed"], ENDINGS.len(), "{done:#}");
        everybody_rung_once(&vendors, ENDINGS.len()).await;
        everything_was_told(&app, &task).await;
        let creating = remains::OPERATIONS.iter().filter(|(deed, ..)| *deed != Deed::Starting);
        for (.., operation) in creating.filter(|(_, at, _)| *at == kind) {
            let asked = remains::asked(&vendors, operation).await;
            assert_eq!(asked, 1, "{operation}: the vendor is asked once, before or after");
        }
        let doubted = point.leaves_doubt();
        assert!(was_told_of_doubt(&app, &task).await.into_iter().all(|told| told == doubted));
        app.shut_down().await;
    }
}

/// A gateway that will come to that end in that deed, the line by which it reaches the vendors, and where it dies.
async fn doomed(store: StoreKind, deed: Deed, death: Death) -> (TestApp, Arc<Wire>, Arc<DyingStore>) {
    // Longer than it takes to notice that bytes are lost.
    let site = Site::set(Setup::on(store).account_key("timeout_seconds", 20)).await;
    // Reading alone tells how calls end, so that there is one worker, and it, that dies of it.
    site.vendors().add_fault(&fault("nxtele", "*", "lose_webhook", json!({}))).await;
    let wire = Arc::new(Wire::to(&site.vendors_url()).await);
    let site = site.reaching_vendors_at(&wire.url());
    let line = Arc::clone(&wire);
    let fate: Box<Fate> = Box::new(move |now_doing, moment| match death {
        _ if now_doing != deed => false,
        Death::At(last) => moment == last,
        Death::RequestLost | Death::AnswerLost => {
            if moment == Moment::AfterIntent {
                death.way(&line).unwrap().goes_dead();
            }
            false
        }
    });
    let mut dying = None;
    let app = TestApp::standing_on(site, |store| {
        let store = DyingStore::before(store, fate);
        dying = Some(Arc::clone(&store));
        store
    })
    .await;
    (app, wire, dying.unwrap())
}

async fn death_comes(death: Death, wire: &Wire, dying: &DyingStore) {
    match death.way(wire) {
        None => until("the worker dies", async || dying.has_struck(), |struck| *struck).await,
        Some(way) => until("bytes are lost", async || way.withheld() > 0, |lost| *lost).await,
    };
}

/// For each of the task's people, whether it was told that nobody knew if the vendor had them.
async fn was_told_of_doubt(app: &TestApp, task: &str) -> Vec<bool> {
    let mut doubts = Vec::new();
    for contact in app.contacts(task).await {
        let path = format!("/v1/contacts/{}/timeline?limit=200", contact["id"].as_str().unwrap());
        let told = app.all(&path).await;
        doubts.push(told.iter().any(|event| event["type"] == "contact.outcome_unknown"));
    }
    doubts
}

pub async fn a_write_under_the_claim_of_a_dead_worker_is_refused(store: StoreKind) {
    let death = Death::At(Moment::BeforeResult);
    let (mut app, wire, dying) = doomed(store, Deed::HandingOver, death).await;
    let mut draft = app.task("nxtele", &ENDINGS);
    draft["keep_open"] = true.into();
    let task = app.create_task(&draft).await;
    app.start(&task).await;
    death_comes(death, &wire, &dying).await;
    app.abandon_gateway().await;
    let (left, lease) = (remains::of(&app).await, dying.lease().unwrap());
    // Nobody else has the task yet.
    left.renew_lease(&lease, SystemClock.now(), TERM).await.unwrap();

    app.start_gateway().await;
    let everybody_done = |task: &Value| task["counts"]["completed"] == ENDINGS.len();
    let done = app.wait_until(&task, "everybody is done", everybody_done).await;

    for (deed, refusal) in deeds_under(&lease, &*left).await {
        assert!(matches!(refusal, Some(StoreError::LeaseLost)), "{deed}: {refusal:?}");
    }
    let seen = app.get(&format!("/v1/tasks/{task}")).await.expect(200);
    assert_eq!((&seen["counts"], &seen["trouble"]), (&done["counts"], &done["trouble"]));
    everybody_rung_once(&app.vendors(), ENDINGS.len()).await;
    left.close().await;
    app.shut_down().await;
}

/// Everything a worker does under its claim, done under `lease`: why each is refused.
async fn deeds_under(lease: &Lease, left: &dyn Store) -> [(&'static str, Option<StoreError>); 6] {
    let now = SystemClock.now();
    let task = left.task(&lease.tenant, &lease.task).await.unwrap();
    let segment = left.segments(&lease.tenant, &lease.task).await.unwrap().remove(0);
    let plan = DispatchPlan {
        lease: lease.clone(),
        id: DispatchId::generate(now),
        kind: DispatchKind::AddContacts,
        segment: SegmentTarget::Existing(segment.id),
        spec_revision: task.spec_revision,
        max_contacts: 1,
        window: 50,
        attempts: 1,
        past: None,
        concurrent_calls: None,
        budgets: None,
        lines: None,
    };
    let (from, trouble) = (task.status, Some("the dead one says so".to_owned()));
    let news = Changes { task: Some(TaskChange { from, to: from, trouble }), ..Changes::under(lease) };
    [
        ("reading", left.work(lease, now).await.err()),
        ("sending", left.plan_dispatch(plan, &|_| ChosenBatch::default(), now).await.err()),
        ("writing", left.apply(news, now).await.err()),
        ("cancelling", left.cancel_ours(lease, ContactStatus::Cancelled, SUPPRESSED, 1, now).await.err()),
        ("renewing", left.renew_lease(lease, now, TERM).await.err()),
        ("giving back", left.release_lease(lease, None, now).await.err()),
    ]
}
