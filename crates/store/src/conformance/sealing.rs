//! What is personal, sealed: from the beginning, and in a store that was plain before.

use super::world::{World, change, phone};
use super::{Harness, everything_in};
use crate::{
    AddedContact, Answer, CallFilter, Changes, ContactFilter, Effect, Keyring, MasterKey, NewContact, Once,
    OnceKey, Page, SealError, Step, Store, StoreError, SuppressionFilter,
};
use outdial_model::{
    ContactStatus, Erased, ErasureId, ExposeSecret, Insight, InsightKind, NewSuppression, SuppressionId,
};
use std::collections::BTreeMap;

/// What must not be found, of the people [`World::person`] makes and of [`story`].
const CANARIES: &[&str] =
    &["8613800000", "Lovelace", "12 March", "media.example", "cannot pay", "the pepper"];

/// A ring of these keys, each made of one letter.
fn ring(active: &str, keys: &[(&str, char)]) -> Keyring {
    let key = |sign: char| MasterKey::from_base64(&sign.to_string().repeat(43)).unwrap();
    let keys: BTreeMap<_, _> = keys.iter().map(|(name, sign)| ((*name).to_owned(), key(*sign))).collect();
    Keyring::new(active, keys).unwrap()
}

fn usual() -> Keyring {
    ring("k1", &[("k1", 'A')])
}

async fn world(harness: &dyn Harness, keyring: Option<&Keyring>) -> World {
    World::over(harness.open_with(keyring).await.unwrap())
}

/// Everything that can be personal: people, one of them out, rung and recorded; an answer; a secret.
async fn story(world: &World) {
    let task = world.task_of(3).await;
    let lease = world.lease(&task).await;
    let planned = world.send(&lease, 1).await;
    let mut changes = Changes::under(&lease);
    let mut call = world.call(&planned, "call-1");
    call.recording = Some("https://media.example/8613800000000.wav".into());
    call.insights.extend(Insight::new(InsightKind::Transcript, None, "I cannot pay"));
    changes.calls.push(call);
    world.apply(changes).await;
    world.store.installation_secret("pepper", b"the pepper").await.unwrap();
    world.store.suppress(&world.tenant, &[suppressed(world)], None, world.now()).await.unwrap();
    let contact = planned.dispatch.contacts[0].clone();
    let words = |effect: Effect<'_>| {
        let Effect::Contact(contact) = effect else { panic!("another effect") };
        let body =
            format!("{} {}", contact.phone.as_ref().unwrap().e164(), contact.name.as_ref().unwrap().expose());
        Answer { status: 202, headers: Vec::new(), body }
    };
    let once = Once { key: key(), answer: &words };
    world.store.cancel_contact(&world.tenant, &contact, Some(&once), world.now()).await.unwrap();
}

fn suppressed(world: &World) -> NewSuppression {
    let (id, phone) = (SuppressionId::generate(world.now()), phone(99));
    NewSuppression { id, phone, purpose: None, reason: None, source: None, expires_at: None }
}

fn key() -> OnceKey {
    let (fingerprint, formerly) = ("f1".repeat(32), String::new());
    OnceKey { scope: "POST /v1/contacts/{id}/cancel".into(), key: "k".into(), fingerprint, formerly }
}

/// Everything of [`story`] is read as it was written.
async fn is_told(world: &World) {
    let task = world.store.tasks(&world.tenant, &Default::default(), &Page { after: None, limit: 9 }).await;
    let contacts = world.contacts(&task.unwrap().last().unwrap().id).await;
    assert_eq!(contacts.len(), 3);
    for (n, contact) in contacts.iter().enumerate() {
        assert_eq!(contact.phone, Some(phone(n)));
        assert_eq!(contact.name.as_ref().unwrap().expose(), "Ada Lovelace");
        assert_eq!(contact.variables["due"], "12 March");
    }
    let (filter, page) = (CallFilter::default(), Page { after: None, limit: 9 });
    let call = world.store.calls(&world.tenant, &filter, &page).await.unwrap().remove(0);
    assert_eq!((call.has_recording, call.insights[0].value.as_str()), (true, "I cannot pay"));
    let recording = world.store.recording(&world.tenant, &call.id).await.unwrap().url.unwrap();
    assert_eq!(recording.expose_secret(), "https://media.example/8613800000000.wav");
    assert_eq!(world.store.installation_secret("pepper", b"another").await.unwrap(), b"the pepper");
    for number in [None, Some(phone(99))] {
        let (filter, page) =
            (SuppressionFilter { phone: number, purpose: None }, Page { after: None, limit: 9 });
        let kept = world.store.suppressions(&world.tenant, &filter, &page).await.unwrap();
        assert_eq!(kept.iter().map(|kept| &kept.phone).collect::<Vec<_>>(), [&phone(99)]);
    }
    let answer = world.store.answered(&world.tenant, &key(), world.now()).await.unwrap().unwrap();
    assert_eq!(answer.body, "+8613800000000 Ada Lovelace");
    let other = OnceKey { fingerprint: "f2".repeat(32), ..key() };
    let refused = world.store.answered(&world.tenant, &other, world.now()).await;
    assert!(matches!(refused, Err(StoreError::KeyReused)), "{refused:?}");
}

/// Which of the canaries the database holds.
async fn found(harness: &dyn Harness) -> Vec<&'static str> {
    let bytes = everything_in(&harness.url()).await.unwrap();
    let holds = |canary: &&&str| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
    CANARIES.iter().filter(holds).copied().collect()
}

async fn seal_everything(store: &dyn Store, limit: u32) -> u64 {
    let (mut sealed, mut next) = (0, Some(Step::first(limit)));
    while let Some(step) = next {
        let progress = store.seal_step(&step).await.unwrap();
        sealed += progress.sealed;
        next = progress.next;
    }
    sealed
}

pub(super) async fn nothing_personal_is_in_a_sealed_database(harness: &dyn Harness) {
    let sealed = world(harness, Some(&usual())).await;
    story(&sealed).await;
    is_told(&sealed).await;
    assert_eq!(found(harness).await, [""; 0]);
    assert_eq!(seal_everything(&*sealed.store, 2).await, 0, "there is nothing left to seal");
    sealed.store.close().await;
    is_told(&world(harness, Some(&usual())).await).await;
}

pub(super) async fn what_was_written_before_is_read_and_sealed_by_and_by(harness: &dyn Harness) {
    let plain = world(harness, None).await;
    story(&plain).await;
    is_told(&plain).await;
    // Without this, nothing found afterwards would mean nothing.
    assert_eq!(found(harness).await, CANARIES);
    plain.store.close().await;

    let sealed = world(harness, Some(&usual())).await;
    is_told(&sealed).await;
    assert!(!found(harness).await.contains(&"the pepper"), "what opens everything else cannot wait");
    let later = sealed.task_with(vec![sealed.person(99)]).await;
    assert_eq!(
        sealed.contacts(&later).await[0].status,
        ContactStatus::Cancelled,
        "it is known as it was written"
    );
    // The same again, before the old one is sealed: one is left of the two.
    let again = [suppressed(&sealed)];
    sealed.store.suppress(&sealed.tenant, &again, None, sealed.now()).await.unwrap();
    // Two who wait with us, one call, one answer; who was out was sealed at once.
    assert_eq!(seal_everything(&*sealed.store, 1).await, 4 + 1);
    is_told(&sealed).await;
    assert_eq!(found(harness).await, [""; 0]);
}

pub(super) async fn a_sealed_store_opens_with_its_key_and_no_other(harness: &dyn Harness) {
    world(harness, Some(&usual())).await.store.close().await;
    let no_key = SealError::NoKey { name: "k1".into() };
    let wrong = SealError::WrongKey { name: "k1".into() };
    for (keyring, why) in [
        (None, &no_key),
        (Some(ring("k2", &[("k2", 'A')])), &no_key),
        (Some(ring("k1", &[("k1", 'E')])), &wrong),
    ] {
        let refused = harness.open_with(keyring.as_ref()).await.err();
        assert!(matches!(&refused, Some(StoreError::Sealed(told)) if told == why), "{refused:?}");
    }
    harness.open_with(Some(&usual())).await.unwrap();
}

pub(super) async fn another_key_takes_over(harness: &dyn Harness) {
    let plain = world(harness, None).await;
    let refused = plain.store.rewrap_data_key().await;
    assert!(matches!(refused, Err(StoreError::Sealed(SealError::NotEncrypted))), "{refused:?}");
    plain.store.close().await;
    story(&world(harness, Some(&usual())).await).await;
    let both = ring("k2", &[("k1", 'A'), ("k2", 'E')]);
    let store = harness.open_with(Some(&both)).await.unwrap();
    let rewrapped = store.rewrap_data_key().await.unwrap();
    assert_eq!((rewrapped.before.as_str(), rewrapped.after.as_str()), ("k1", "k2"));
    store.close().await;
    is_told(&world(harness, Some(&ring("k2", &[("k2", 'E')]))).await).await;
    assert!(harness.open_with(Some(&usual())).await.is_err(), "the old key is of no use any more");
}

pub(super) async fn a_number_that_was_out_before_stays_locked(harness: &dyn Harness) {
    let plain = world(harness, None).await;
    let first = plain.task_with(vec![plain.person(7)]).await;
    let lease = plain.lease(&first).await;
    plain.send(&lease, 1).await;
    plain.store.close().await;

    let sealed = world(harness, Some(&usual())).await;
    let second = sealed.task_with(vec![sealed.person(7), sealed.person(8)]).await;
    let lease = sealed.lease(&second).await;
    let planned = sealed.send(&lease, 9).await;
    assert_eq!(planned.contacts.len(), 1, "{planned:?}");
    assert_eq!(planned.contacts[0].phone, Some(phone(8)));
}

pub(super) async fn whoever_waited_before_is_compared_with_everybody(harness: &dyn Harness) {
    let plain = world(harness, None).await;
    let waiting = plain.task_with(plain.people(0..6)).await;
    plain.store.close().await;

    let sealed = world(harness, Some(&usual())).await;
    let other = sealed.task_with(sealed.people(2..4)).await;
    let lease = sealed.lease(&other).await;
    assert_eq!(sealed.send(&lease, 9).await.contacts.len(), 2);
    let lease = sealed.lease_of(&waiting).await;
    let planned = sealed.send(&lease, 9).await;
    let phones: Vec<_> = planned.contacts.iter().filter_map(|contact| contact.phone.clone()).collect();
    assert_eq!(phones, [phone(0), phone(1), phone(4), phone(5)]);
    let filter = ContactFilter { statuses: vec![ContactStatus::Queued], ..ContactFilter::default() };
    let page = Page { after: None, limit: 9 };
    let left = sealed.store.contacts(&sealed.tenant, &waiting, &filter, &page).await.unwrap();
    assert_eq!(left.len(), 2, "they wait until nobody else is rung under their number");
}

pub(super) async fn a_ring_of_before_is_followed(harness: &dyn Harness) {
    let plain = world(harness, None).await;
    let task = plain.task_of(1).await;
    let lease = plain.lease(&task).await;
    let planned = plain.send(&lease, 1).await;
    let id = planned.contacts[0].id.clone();
    plain.move_on(&lease, change(&id, ContactStatus::Submitting, ContactStatus::Queued)).await;
    plain.store.close().await;

    // It was believed never to have reached the vendor, and rings there after all.
    let sealed = world(harness, Some(&usual())).await;
    let mut changes = Changes::default();
    changes.contacts.push(change(&id, ContactStatus::Queued, ContactStatus::Dialing));
    sealed.apply(changes).await;
    assert_eq!(sealed.contact(&id).await.status, ContactStatus::Dialing);
    let second = sealed.task_of(1).await;
    let lease = sealed.lease_of(&second).await;
    assert!(sealed.plan(sealed.open(&lease, 1, 9)).await.is_none(), "its number is locked");
}

pub(super) async fn whoever_waited_before_and_is_being_erased_is_not_added_again(harness: &dyn Harness) {
    let plain = world(harness, None).await;
    let task = plain.task_with(vec![NewContact { external_id: None, ..plain.person(7) }]).await;
    plain.store.close().await;

    let sealed = world(harness, Some(&usual())).await;
    let id = ErasureId::generate(sealed.now());
    let who = Erased::Phone(phone(7));
    let begun = sealed.store.begin_erasure(&sealed.tenant, &id, &who, None, sealed.now()).await.unwrap();
    assert_eq!(begun.contacts, 1);
    let again = vec![sealed.person(7)];
    let added = sealed.store.add_contacts(&sealed.tenant, &task, again, None, sealed.now()).await.unwrap();
    let there = sealed.contacts(&task).await;
    assert_eq!(added.contacts, [AddedContact::Existing(there[0].id.clone())]);
    assert_eq!(there.len(), 1);
}

pub(super) async fn a_process_that_knows_no_key_sends_and_takes_nobody(harness: &dyn Harness) {
    let plain = world(harness, None).await;
    let task = plain.task_of(1).await;
    let lease = plain.lease(&task).await;
    let other = harness.open_with(Some(&usual())).await.unwrap();
    let plan = plain.open(&lease, 1, 1);
    let refused = plain.store.plan_dispatch(plan, &super::world::everybody, plain.now()).await;
    assert!(matches!(refused, Err(StoreError::Sealed(SealError::Outdated))), "{refused:?}");
    let more = plain.people(1..2);
    let refused = plain.store.add_contacts(&plain.tenant, &task, more, None, plain.now()).await;
    assert!(matches!(refused, Err(StoreError::Sealed(SealError::Outdated))), "{refused:?}");
    assert_eq!(plain.task(&task).await.counts.of(ContactStatus::Queued), 1, "nothing was written");
    drop(other);
}
