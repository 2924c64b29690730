//! Numbers that are not to be called.

use super::Harness;
use super::world::{World, change, everybody, phone, tenant};
use crate::{Candidate, Choice, ChosenBatch, Effect, Once, OnceKey, Page, StoreError, SuppressionFilter};
use outdial_model::{
    ContactStatus, EventType, NewSuppression, Phone, Purpose, SUPPRESSED, Suppression, SuppressionId, TaskId,
    Timestamp,
};
use std::sync::Mutex;

fn number(phone: Phone, now: Timestamp) -> NewSuppression {
    let id = SuppressionId::generate(now);
    NewSuppression { id, phone, purpose: None, reason: None, source: None, expires_at: None }
}

impl World {
    async fn suppress(&self, numbers: &[NewSuppression]) -> Vec<Suppression> {
        let kept = self.store.suppress(&self.tenant, numbers, None, self.now()).await.unwrap();
        while self.store.take_back_some(2, self.now()).await.unwrap() > 0 {}
        kept
    }

    async fn suppress_phone(&self, phone: Phone) -> Suppression {
        self.suppress(&[number(phone, self.now())]).await.remove(0)
    }

    async fn statuses(&self, task: &TaskId) -> Vec<ContactStatus> {
        self.contacts(task).await.into_iter().map(|contact| contact.status).collect()
    }
}

pub(super) async fn a_suppression_is_kept_once_for_a_number_and_a_purpose(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let marketing = || NewSuppression {
        purpose: Some("marketing".parse().unwrap()),
        reason: Some("asked".into()),
        source: Some("crm".into()),
        expires_at: Some(world.now() + std::time::Duration::from_secs(60)),
        ..number(phone(1), world.now())
    };
    let (first, other) = (number(phone(1), world.now()), marketing());
    let kept = world.suppress(&[first.clone(), other.clone(), number(phone(2), world.now())]).await;
    assert_eq!(kept.len(), 3);
    assert_eq!((&kept[0].id, &kept[1].id, &kept[1].phone), (&first.id, &other.id, &phone(1)));
    assert_eq!((&kept[1].purpose, &kept[1].reason), (&other.purpose, &other.reason));
    // Again, and twice in one request: what came last counts, under the id of the first.
    let again = NewSuppression { reason: Some("again".into()), expires_at: None, ..marketing() };
    let kept = world.suppress(&[marketing(), again]).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (&kept[0].id, kept[0].reason.as_deref(), kept[0].expires_at),
        (&other.id, Some("again"), None)
    );

    let list = async |filter: SuppressionFilter, after: Option<SuppressionId>, limit| {
        let page = Page { after, limit };
        let found = world.store.suppressions(&world.tenant, &filter, &page).await.unwrap();
        found.into_iter().map(|kept| kept.id).collect::<Vec<_>>()
    };
    let all = list(SuppressionFilter::default(), None, 10).await;
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by(|a, b| a > b), "newest first");
    assert_eq!(list(SuppressionFilter::default(), Some(all[0].clone()), 1).await, all[1..2]);
    let of_first = SuppressionFilter { phone: Some(phone(1)), ..SuppressionFilter::default() };
    assert_eq!(list(of_first.clone(), None, 10).await.len(), 2);
    let marketed = SuppressionFilter { purpose: Some("marketing".parse().unwrap()), ..of_first };
    assert_eq!(list(marketed, None, 10).await, std::slice::from_ref(&other.id));
    let marketed =
        SuppressionFilter { purpose: Some("marketing".parse().unwrap()), ..SuppressionFilter::default() };
    assert_eq!(list(marketed, None, 10).await, std::slice::from_ref(&other.id));

    assert_eq!(world.store.suppression(&world.tenant, &other.id).await.unwrap().id, other.id);
    let foreign = tenant("globex");
    for refused in [
        world.store.suppression(&foreign, &other.id).await.map(drop),
        world.store.allow(&foreign, &other.id).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    world.store.allow(&world.tenant, &other.id).await.unwrap();
    let gone = world.store.suppression(&world.tenant, &other.id).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    let (filter, page) = (SuppressionFilter::default(), Page { after: None, limit: 9 });
    assert_eq!(world.store.suppressions(&foreign, &filter, &page).await.unwrap(), []);
}

pub(super) async fn whoever_waits_is_cancelled_and_whoever_is_out_is_asked_for(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(4).await;
    let lease = world.lease(&task).await;
    let out = world.send(&lease, 2).await.contacts;
    world.suppress(&[number(phone(1), world.now()), number(phone(3), world.now())]).await;
    let people = world.contacts(&task).await;
    let now = |place: usize| (people[place].status, people[place].cancel_requested);
    assert_eq!(now(0), (ContactStatus::Submitting, false));
    assert_eq!(now(1), (ContactStatus::Submitting, true));
    assert_eq!(now(2), (ContactStatus::Queued, false));
    assert_eq!(now(3), (ContactStatus::Cancelled, false));
    assert_eq!(people[3].reason.as_deref(), Some(SUPPRESSED.reason));
    assert_eq!(out[1].id, people[1].id);
    assert_eq!(world.store.work(&lease, world.now()).await.unwrap().cancels_pending, 1);
    let told = world.store.contact_events(&world.tenant, &people[3].id, None, 10).await.unwrap();
    let told: Vec<_> = told.iter().map(|event| event.kind).collect();
    assert_eq!(told, [EventType::ContactAccepted, EventType::ContactCancelled]);
    let foreign = tenant("globex");
    let theirs = world.new_task();
    let people = world.people(3..4);
    let theirs = world.store.create_task(&foreign, theirs, people, None, world.now()).await.unwrap();
    assert_eq!(theirs.counts.of(ContactStatus::Queued), 1, "another tenant's list is its own");
}

pub(super) async fn whoever_is_taken_back_for_it_ends_because_of_it(harness: &dyn Harness) {
    use ContactStatus::{Cancelled, Queued, Submitted, Submitting};
    let world = World::of(harness).await;
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let out = world.send(&lease, 3).await.dispatch.contacts;
    world.suppress(&[number(phone(0), world.now()), number(phone(1), world.now())]).await;
    world.store.cancel_contact(&world.tenant, &out[2], None, world.now()).await.unwrap();
    // The vendor takes one back; the others come home and are not sent again.
    world.move_on(&lease, change(&out[0], Submitting, Submitted)).await;
    world.move_on(&lease, change(&out[0], Submitted, Cancelled)).await;
    for home in &out[1..] {
        world.move_on(&lease, change(home, Submitting, Queued)).await;
    }
    for (id, cause) in out.iter().zip(["suppressed", "suppressed", "requested"]) {
        let told = world.store.contact_events(&world.tenant, id, None, 10).await.unwrap();
        let last = told.last().unwrap();
        assert_eq!((last.kind, &last.data["cause"]), (EventType::ContactCancelled, &cause.into()));
    }
    assert_eq!(world.contact(&out[1]).await.reason.as_deref(), Some(SUPPRESSED.reason));
}

pub(super) async fn whoever_is_added_later_is_cancelled_at_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let kept = world.suppress_phone(phone(1)).await;
    let task = world.task_of(3).await;
    use ContactStatus::{Cancelled, Queued};
    assert_eq!(world.statuses(&task).await, [Queued, Cancelled, Queued]);
    let counts = world.task(&task).await.counts;
    assert_eq!((counts.of(Queued), counts.of(Cancelled), counts.total()), (2, 1, 3));
    let again = vec![world.person(11)];
    world.suppress_phone(phone(11)).await;
    world.store.add_contacts(&world.tenant, &task, again, None, world.now()).await.unwrap();
    assert_eq!(world.statuses(&task).await, [Queued, Cancelled, Queued, Cancelled]);
    // Allowed again, or when its time has come, the number is one as any other.
    world.store.allow(&world.tenant, &kept.id).await.unwrap();
    let short = world.now() + std::time::Duration::from_secs(60);
    world.suppress(&[NewSuppression { expires_at: Some(short), ..number(phone(2), world.now()) }]).await;
    let later = world.task_of(3).await;
    assert_eq!(world.statuses(&later).await, [Queued, Queued, Cancelled]);
    world.pass(60);
    let later = world.task_of(3).await;
    assert_eq!(world.statuses(&later).await, [Queued, Queued, Queued]);
}

pub(super) async fn a_purpose_concerns_the_tasks_that_are_for_it(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let marketing = || Some("marketing".parse().unwrap());
    let task_for = async |purpose| {
        let mut task = world.new_task();
        task.spec.purpose = purpose;
        let people = world.people(1..2);
        world.store.create_task(&world.tenant, task, people, None, world.now()).await.unwrap().id
    };
    let (waits, other) = (task_for(marketing()).await, task_for(None).await);
    world.suppress(&[NewSuppression { purpose: marketing(), ..number(phone(1), world.now()) }]).await;
    let (later, unlike) = (task_for(marketing()).await, task_for(Some("billing".parse().unwrap())).await);
    for (task, status) in [
        (waits, ContactStatus::Cancelled),
        (other, ContactStatus::Queued),
        (later, ContactStatus::Cancelled),
        (unlike, ContactStatus::Queued),
    ] {
        assert_eq!(world.statuses(&task).await, [status]);
    }
}

pub(super) async fn the_gate_is_told_who_is_suppressed(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    // Written, and nobody has gone on with it yet.
    let one = [number(phone(0), world.now())];
    world.store.suppress(&world.tenant, &one, None, world.now()).await.unwrap();
    let seen = Mutex::new(Vec::new());
    let gate = |candidates: &[Candidate]| {
        *seen.lock().unwrap() = candidates.iter().map(|one| one.is_suppressed).collect();
        let refused = candidates.iter().filter(|one| one.is_suppressed);
        let never = Choice::Never(ContactStatus::Cancelled, SUPPRESSED);
        let others: Vec<_> = refused.map(|one| (one.contact.id.clone(), never.clone())).collect();
        let dial =
            everybody(candidates).dial.into_iter().filter(|id| others.iter().all(|(other, _)| other != id));
        ChosenBatch { dial: dial.collect(), others, digest: "d1".into() }
    };
    let plan = world.open(&lease, 1, 9);
    let planned = world.store.plan_dispatch(plan, &gate, world.now()).await.unwrap().unwrap();
    assert_eq!(*seen.lock().unwrap(), [true, false]);
    assert_eq!(planned.contacts.len(), 1);
    assert_eq!(world.statuses(&task).await, [ContactStatus::Cancelled, ContactStatus::Submitting]);
    while world.store.take_back_some(2, world.now()).await.unwrap() > 0 {}
    assert_eq!(world.statuses(&task).await, [ContactStatus::Cancelled, ContactStatus::Submitting]);
}

pub(super) async fn a_request_to_suppress_has_its_effect_once(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let words = |effect: Effect<'_>| match effect {
        Effect::Suppressed(kept) => {
            crate::Answer { status: 201, headers: Vec::new(), body: kept[0].id.to_string() }
        }
        _ => panic!("another effect"),
    };
    let key = OnceKey {
        scope: "POST /v1/suppressions".into(),
        key: "a".into(),
        fingerprint: "f".into(),
        formerly: String::new(),
    };
    let ask = async || {
        let once = Once { key: key.clone(), answer: &words };
        world.store.suppress(&world.tenant, &[number(phone(1), world.now())], Some(&once), world.now()).await
    };
    let first = ask().await.unwrap().remove(0);
    let again = ask().await;
    assert!(
        matches!(&again, Err(StoreError::Answered(answer)) if answer.body == first.id.as_str()),
        "{again:?}"
    );
}

pub(super) async fn what_would_stand_in_the_way_is_told(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(2).await;
    let lease = world.lease(&task).await;
    world.send(&lease, 1).await;
    let marketing = "marketing".parse().unwrap();
    let for_marketing = NewSuppression { purpose: Some(marketing), ..number(phone(2), world.now()) };
    world.suppress(&[number(phone(3), world.now()), for_marketing.clone()]).await;
    let told = async |tenant: &str, purpose: Option<&Purpose>| {
        let people = world.people(0..4);
        let told =
            world.store.prospects(&self::tenant(tenant), purpose, &people, None, world.now()).await.unwrap();
        told.iter().map(|one| (one.is_live, one.is_suppressed)).collect::<Vec<_>>()
    };
    let (nothing, live, suppressed) = ((false, false), (true, false), (false, true));
    assert_eq!(told("acme", None).await, [live, nothing, nothing, suppressed]);
    let purpose = for_marketing.purpose.as_ref();
    assert_eq!(told("acme", purpose).await, [live, nothing, suppressed, suppressed]);
    assert_eq!(told("globex", None).await, [nothing; 4]);
}
