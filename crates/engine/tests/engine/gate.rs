//! The right call at the right moment: hours by each person's clock, hours the operator allows, people whose time is limited.

use crate::world::{World, tenant};
use outdial_engine::{ContactDraft, EngineError};
use outdial_model::{
    Clock, ContactStatus, Disposition, HoldReason, Hours, Obstacle, Policy, Rules, Task, TaskSpec,
    TaskStatus, Zone,
};
use outdial_provider::{ErrorKind, MemoryOptions, NextAnswer, Operation, Staging};
use serde_json::{Value, json};
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const MINUTE: Duration = Duration::from_secs(60);

/// Working days from ten past seven to six.
fn office_hours(zone: &str) -> Hours {
    hours(zone, json!([{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:10", "to": "18:00"}]))
}

fn hours(zone: &str, windows: Value) -> Hours {
    serde_json::from_value(json!({"time_zone": zone, "windows": windows})).unwrap()
}

fn person(phone: &str) -> ContactDraft {
    ContactDraft { phone: phone.into(), ..ContactDraft::default() }
}

/// A task whose people live by their own clocks. It is Monday, 01:00 UTC.
async fn by_their_own_clocks(world: &World, people: Vec<ContactDraft>) -> Task {
    let task = world.create_with(0, |spec| spec.schedule.hours = office_hours("contact")).await;
    world.engine.add_contacts(&tenant(), &task.id, &people, None).await.unwrap();
    task
}

/// Works until nobody is rung any more, and answers who was.
async fn rung_after(world: &World, time: Duration) -> Vec<String> {
    world.pass(time).await;
    let mut rung = world.rung();
    rung.sort();
    rung
}

#[tokio::test]
async fn everybody_is_called_when_it_is_the_hour_wherever_they_may_be() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        let told = ContactDraft { time_zone: Some("Asia/Shanghai".into()), ..person("+8613800000002") };
        let (tokyo, china) = (person("+819012345678"), person("+8613800000001"));
        let task = by_their_own_clocks(&world, vec![tokyo, china, told]).await;
        let rung = rung_after(&world, 5 * MINUTE).await;
        assert_eq!(rung, ["+819012345678", "+8613800000002"], "{staging:?}");
        let held = world.contacts(&task.id).await.into_iter().find_map(|contact| contact.hold).unwrap();
        assert_eq!(
            held,
            (HoldReason::OutsideWindow, "2026-03-02T01:10:00Z".parse().unwrap()),
            "nine in Urumqi"
        );
        let rung = rung_after(&world, 10 * MINUTE).await;
        assert_eq!(rung, ["+819012345678", "+8613800000001", "+8613800000002"], "{staging:?}");
        world.vendor.finish_all(Disposition::Answered);
        world.pass(5 * MINUTE).await;
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed);
    }
}

#[tokio::test]
async fn a_vendor_holds_together_who_has_the_same_hours_and_is_told_them() {
    for staging in [Staging::EmptyThenStart, Staging::WholeWithFuse] {
        let world = World::new(staging).await;
        let people = ["+819012345678", "+639171234567", "+819012345679", "+639171234568"].map(person);
        by_their_own_clocks(&world, people.into()).await;
        assert_eq!(rung_after(&world, 5 * MINUTE).await.len(), 4, "ten in Tokyo, nine in Manila");
        let segments = world.vendor.segments();
        let zones: Vec<_> =
            segments.iter().map(|id| world.vendor.spec(id).unwrap().schedule.hours.time_zone).collect();
        assert_eq!(zones.len(), 2, "{staging:?}: {zones:?}");
        assert!(zones.contains(&Zone::Named("Asia/Tokyo".into())), "{zones:?}");
        for ring in world.vendor.rings() {
            let hours = world.vendor.spec(&ring.segment).unwrap().schedule.hours;
            let is_tokyo = hours.time_zone.as_str() == "Asia/Tokyo";
            assert_eq!(is_tokyo, ring.phone.e164().starts_with("+81"));
            assert_eq!(hours.windows, office_hours("UTC").windows);
        }
    }
}

#[tokio::test]
async fn the_stricter_rule_wins_and_a_rule_that_is_taken_back_is_noticed() {
    let world = World::new(Staging::EmptyLive).await;
    let later = hours("contact", json!([{"days": ["mon"], "from": "10:10", "to": "13:00"}]));
    let rules = Rules { hours: Some(later), ..Rules::default() };
    let policy = Policy { countries: [("JP".parse().unwrap(), rules)].into(), ..Policy::default() };
    world.engine.replace_policy(policy);
    let task = world.create_with(0, |_| {}).await;
    let people = ["+819012345678", "+6591234567"].map(person);
    world.engine.add_contacts(&tenant(), &task.id, &people, None).await.unwrap();
    assert_eq!(rung_after(&world, 5 * MINUTE).await, ["+6591234567"], "nothing is said of Singapore");
    let blockers = world.engine.blockers(&tenant(), &task.id).await.unwrap();
    let held = blockers.blockers.iter().find(|one| one.obstacle == Obstacle::OutsideWindow).unwrap();
    assert_eq!((held.contacts, held.until), (1, Some("2026-03-02T01:10:00Z".parse().unwrap())));
    assert_eq!(rung_after(&world, 10 * MINUTE).await.len(), 2, "ten past ten in Tokyo");

    let closed = json!([{"from": "2026-03-01T00:00:00", "to": "2026-04-01T00:00:00"}]);
    let closed =
        serde_json::from_value(json!({"time_zone": "UTC", "windows": [], "closed": closed})).unwrap();
    let everybody = Rules { hours: Some(closed), ..Rules::default() };
    world.engine.replace_policy(Policy { everybody, ..Policy::default() });
    let task = world.create(1).await;
    assert_eq!(rung_after(&world, 5 * MINUTE).await.len(), 2, "nobody at all");
    let blockers = world.engine.blockers(&tenant(), &task.id).await.unwrap();
    let reasons: Vec<_> = blockers.blockers.iter().map(|one| (one.obstacle, one.until)).collect();
    assert_eq!(reasons, [(Obstacle::OutsideWindow, Some("2026-04-01T00:00:00Z".parse().unwrap()))]);
    world.engine.replace_policy(Policy::default());
    world.engine.steer(&tenant(), &task.id, outdial_engine::TaskVerb::Pause, None).await.unwrap();
    world.engine.steer(&tenant(), &task.id, outdial_engine::TaskVerb::Resume, None).await.unwrap();
    assert_eq!(rung_after(&world, 5 * MINUTE).await.len(), 3);
}

#[tokio::test]
async fn whoever_waits_for_hours_is_asked_about_again_when_they_are_changed() {
    let world = World::new(Staging::EmptyThenStart).await;
    let task = by_their_own_clocks(&world, vec![person("+34600000000")]).await;
    assert_eq!(rung_after(&world, 5 * MINUTE).await.len(), 0, "it is night in Spain");
    assert_eq!(world.in_status(&task.id, ContactStatus::Held).await, 1);
    let spec = TaskSpec { schedule: world.create(0).await.spec.schedule, ..world.task(&task.id).await.spec };
    world.engine.patch_task(&tenant(), &task.id, spec, None).await.unwrap();
    assert_eq!(rung_after(&world, 5 * MINUTE).await.len(), 1);
}

#[tokio::test]
async fn whoever_is_not_reached_in_time_expires_with_us_and_at_the_vendor() {
    let world = World::of(|clock| MemoryOptions::staged(Staging::EmptyThenStart, clock), Some(1)).await;
    let until = |minutes: u8| Some(format!("2026-03-02T01:{minutes:02}:00Z"));
    let limited = |phone: &str, minutes| ContactDraft { expires_at: until(minutes), ..person(phone) };
    let task = world.create(0).await;
    let people = [limited("+8613800000001", 10), limited("+8613800000002", 5), limited("+8613800000003", 30)];
    world.engine.add_contacts(&tenant(), &task.id, &people, None).await.unwrap();
    world.pass(6 * MINUTE).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(6 * MINUTE).await;
    world.vendor.finish_all(Disposition::Answered);
    world.pass(6 * MINUTE).await;
    let done = world.task(&task.id).await;
    assert_eq!(done.status, TaskStatus::Completed, "{:?}", done.trouble);
    assert_eq!((done.counts.of(ContactStatus::Completed), done.counts.of(ContactStatus::Expired)), (2, 1));
    assert_eq!(world.rung(), ["+8613800000001", "+8613800000003"], "the second waited for too long");
}

#[tokio::test]
async fn nobody_is_taken_in_whose_hour_nobody_can_know() {
    let world = World::new(Staging::EmptyLive).await;
    let task = world.create_with(0, |spec| spec.schedule.hours = office_hours("contact")).await;
    let told = ContactDraft { time_zone: Some("Asia/Tokyo".into()), ..person("+80012345678") };
    let late = ContactDraft { expires_at: Some("2026-03-02T00:59:59Z".into()), ..person("+819012345678") };
    let lost = ContactDraft { time_zone: Some("Mars/Olympus".into()), ..person("+819012345678") };
    let drafts = [person("+80012345678"), told, late, lost];
    let results = world.engine.add_contacts(&tenant(), &task.id, &drafts, None).await;
    let codes = results.unwrap().into_iter().map(|result| match result {
        outdial_engine::ContactResult::Refused(problem) => problem.code,
        _ => "taken",
    });
    assert_eq!(codes.collect::<Vec<_>>(), ["unknown_time_zone", "taken", "in_the_past", "unknown_time_zone"]);
    let spec = TaskSpec { schedule: task.spec.schedule.clone(), ..TaskSpec::new("Reminders", "script-1") };
    let (account, contacts) = ("memory-1".parse().unwrap(), vec![person("+80012345678")]);
    let request = outdial_engine::CreateTask { external_id: None, account, spec, contacts, client: None };
    let refused = world.engine.create_task(&tenant(), request, None).await.unwrap_err();
    assert!(matches!(refused, EngineError::Invalid(_)), "{refused:?}");
}

#[tokio::test]
async fn whoever_a_vendor_holds_is_not_rung_by_hours_of_before() {
    // What is left of the hours it was told is told the vendor; where nothing is, they come home.
    for (end, at_the_vendor) in [("18:00", true), ("11:00", false)] {
        let world = World::new(Staging::EmptyThenStart).await;
        for _ in 0..12 {
            world.vendor.script(Operation::Start, NextAnswer::Refuse(ErrorKind::Unavailable));
        }
        let day = hours("contact", json!([{"days": ["mon"], "from": "07:10", "to": end}]));
        let task = world.create_with(0, |spec| spec.schedule.hours = day).await;
        let people = [person("+819012345678")];
        world.engine.add_contacts(&tenant(), &task.id, &people, None).await.unwrap();
        assert_eq!(rung_after(&world, MINUTE).await.len(), 0, "filled, and not started yet");
        assert_eq!(world.in_status(&task.id, ContactStatus::Submitted).await, 1);
        let mut spec = world.task(&task.id).await.spec;
        spec.schedule.hours = hours("contact", json!([{"days": ["mon"], "from": "12:00", "to": "13:00"}]));
        world.engine.patch_task(&tenant(), &task.id, spec, None).await.unwrap();
        assert_eq!(rung_after(&world, 30 * MINUTE).await.len(), 0, "not by the hours of before");
        let waits = if at_the_vendor { ContactStatus::Submitted } else { ContactStatus::Held };
        assert_eq!(world.in_status(&task.id, waits).await, 1, "it is half past ten in Tokyo");
        while world.clock.now() < "2026-03-02T03:00:00Z".parse().unwrap() {
            assert_eq!(rung_after(&world, 10 * MINUTE).await.len(), 0);
        }
        assert_eq!(rung_after(&world, 10 * MINUTE).await.len(), 1, "noon");
    }
}

#[tokio::test]
async fn a_change_that_leaves_the_hours_ends_nobodys_place_at_the_vendor() {
    let world = World::new(Staging::EmptyThenStart).await;
    for _ in 0..12 {
        world.vendor.script(Operation::Start, NextAnswer::Refuse(ErrorKind::Unavailable));
    }
    let task = by_their_own_clocks(&world, vec![person("+819012345678")]).await;
    assert_eq!(rung_after(&world, MINUTE).await.len(), 0, "filled, and not started yet");
    let spec = TaskSpec { name: "Others".into(), ..world.task(&task.id).await.spec };
    world.engine.patch_task(&tenant(), &task.id, spec, None).await.unwrap();
    assert_eq!(rung_after(&world, 10 * MINUTE).await.len(), 1);
    assert_eq!(world.vendor.requests(Operation::UpdateSegment), 1);
    assert_eq!(world.vendor.requests(Operation::Stop), 0);
    assert_eq!(world.vendor.segments().len(), 1);
}

#[tokio::test]
async fn others_do_not_wait_for_people_whose_hours_were_over_before_they_could_be_started() {
    let world = World::new(Staging::EmptyThenStart).await;
    let morning = json!([{"days": ["mon"], "from": "07:10", "to": "10:02"}]);
    let task = world.create_with(0, |spec| spec.schedule.hours = hours("contact", morning)).await;
    for _ in 0..20 {
        world.vendor.script(Operation::Start, NextAnswer::Refuse(ErrorKind::Unavailable));
    }
    let add = async |phone: &str| {
        world.engine.add_contacts(&tenant(), &task.id, &[person(phone)], None).await.unwrap();
    };
    add("+819012345678").await;
    assert_eq!(rung_after(&world, 3 * MINUTE).await.len(), 0, "three past ten in Tokyo: too late for them");
    assert_eq!(world.in_status(&task.id, ContactStatus::Submitted).await, 1);
    add("+6591234567").await;
    assert_eq!(rung_after(&world, 10 * MINUTE).await, ["+6591234567"], "nine in Singapore");
}
