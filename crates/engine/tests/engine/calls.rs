//! Single calls: one person, now, at most once, whether the vendor has such a thing or Outdial makes a task of one.

use crate::world::{World, draft, tenant};
use outdial_engine::{AcceptedCall, CallRequest, EngineError, TaskVerb};
use outdial_model::{ContactStatus, Disposition, NewSuppression, SuppressionId, TaskSpec, TaskStatus};
use outdial_provider::{ErrorKind, NextAnswer, Operation, Staging};
use std::time::Duration;

/// Where the vendor has single calls of its own, and where it has none.
const STAGINGS: [Staging; 3] = [Staging::WholeWithFuse, Staging::EmptyThenStart, Staging::EmptyLive];
const LONG: Duration = Duration::from_secs(60);
/// Later than this nobody is rung.
const EXPIRES: Duration = Duration::from_secs(120);

fn request(number: usize) -> CallRequest {
    CallRequest {
        external_id: None,
        account: "memory-1".parse().unwrap(),
        spec: TaskSpec::new("Single call", "script-1"),
        contact: draft(number),
        expires_after: EXPIRES,
        client: None,
    }
}

impl World {
    async fn call(&self, number: usize) -> AcceptedCall {
        self.engine.place_call(&tenant(), request(number), None).await.unwrap()
    }

    /// Why somebody cannot be called now, and whether they ever can be.
    async fn refusal(&self, number: usize) -> (&'static str, bool) {
        match self.engine.place_call(&tenant(), request(number), None).await {
            Err(EngineError::NotCallable { problem, is_for_ever, .. }) => (problem.code, is_for_ever),
            other => panic!("{other:?}"),
        }
    }

    async fn status_of(&self, call: &AcceptedCall) -> ContactStatus {
        self.engine.contact(&tenant(), &call.contact).await.unwrap().status
    }
}

/// The request that rings somebody.
fn ringing(staging: Staging) -> Operation {
    match staging {
        Staging::WholeWithFuse => Operation::PlaceCall,
        Staging::EmptyThenStart | Staging::EmptyLive => Operation::AddContacts,
    }
}

#[tokio::test]
async fn one_person_is_rung_once_at_once_and_the_call_is_told_to_its_end() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        let call = world.call(1).await;
        world.pass(Duration::from_secs(10)).await;
        assert_eq!(world.rung(), ["+8613800000001"], "{staging:?}");
        assert_eq!(world.status_of(&call).await, ContactStatus::Dialing, "{staging:?}");
        world.vendor.finish_all(Disposition::AnsweredHuman);
        world.pass(LONG).await;
        let task = world.task(&call.task.id).await;
        assert_eq!((task.status, task.counts.of(ContactStatus::Completed)), (TaskStatus::Completed, 1));
        let is_native = staging == Staging::WholeWithFuse;
        assert_eq!(world.vendor.requests(Operation::PlaceCall), usize::from(is_native), "{staging:?}");
        assert_eq!(world.vendor.requests(Operation::OpenSegment), usize::from(!is_native), "{staging:?}");
        let segments = world.engine.segments(&tenant(), &call.task.id).await.unwrap();
        assert!(segments.iter().all(|segment| segment.status.is_final()), "{segments:?}");
    }
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_looked_up_and_nobody_is_rung_twice() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        world.vendor.script(ringing(staging), NextAnswer::TimeoutAfterCommit);
        let call = world.call(1).await;
        world.work().await;
        assert_eq!(world.status_of(&call).await, ContactStatus::Unknown, "{staging:?}");
        world.pass(LONG).await;
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG * 3).await;
        assert_eq!(world.rung().len(), 1, "{staging:?}");
        assert_eq!(world.task(&call.task.id).await.status, TaskStatus::Completed, "{staging:?}");
    }
}

#[tokio::test]
async fn a_call_that_was_proven_not_to_be_placed_is_placed_in_time_or_never() {
    for (hidden, rings) in [(Duration::ZERO, 1), (EXPIRES * 2, 0)] {
        let world = World::new(Staging::WholeWithFuse).await;
        world.vendor.script(Operation::PlaceCall, NextAnswer::Timeout);
        if rings == 0 {
            // Whoever looks learns nothing until it is too late.
            for _ in 0..40 {
                world.vendor.script(Operation::FindSegment, NextAnswer::Refuse(ErrorKind::Unavailable));
            }
        }
        let call = world.call(1).await;
        world.pass(LONG + hidden * 4).await;
        world.vendor.finish_all(Disposition::Answered);
        world.pass(LONG * 10).await;
        assert_eq!(world.rung().len(), rings);
        let ended = if rings == 1 { ContactStatus::Completed } else { ContactStatus::Expired };
        assert_eq!(world.status_of(&call).await, ended);
    }
}

#[tokio::test]
async fn nobody_is_rung_late() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        for _ in 0..100 {
            world.vendor.script(ringing(staging), NextAnswer::Throttle(Some(Duration::from_secs(5))));
        }
        let call = world.call(1).await;
        world.pass(EXPIRES + LONG).await;
        assert_eq!(world.status_of(&call).await, ContactStatus::Expired, "{staging:?}");
        assert_eq!(world.rung().len(), 0, "{staging:?}");
        assert!(world.task(&call.task.id).await.status.is_final(), "{staging:?}");
    }
}

#[tokio::test]
async fn a_certain_refusal_is_told_at_once_and_is_not_asked_for_again() {
    for kind in [ErrorKind::InvalidRequest, ErrorKind::Config, ErrorKind::PermissionDenied] {
        let world = World::new(Staging::WholeWithFuse).await;
        world.vendor.script(Operation::PlaceCall, NextAnswer::Refuse(kind));
        let call = world.call(1).await;
        world.work().await;
        assert_eq!(world.status_of(&call).await, ContactStatus::Rejected, "{kind:?}");
        world.pass(LONG * 3).await;
        assert_eq!((world.vendor.requests(Operation::PlaceCall), world.rung().len()), (1, 0), "{kind:?}");
    }
}

#[tokio::test]
async fn whoever_cannot_be_called_now_is_refused_and_nothing_is_stored() {
    let world = World::new(Staging::WholeWithFuse).await;
    let first = world.call(1).await;
    world.work().await;
    assert_eq!(world.refusal(1).await, ("number_busy", false));
    let now = world.engine.now();
    let id = SuppressionId::generate(now);
    let phone = "+8613800000002".parse().unwrap();
    let new = NewSuppression { id, phone, purpose: None, reason: None, source: None, expires_at: None };
    world.engine.suppress(&tenant(), &[new], None).await.unwrap();
    assert_eq!(world.refusal(2).await, ("suppressed", true));
    let filter = outdial_engine::TaskFilter::default();
    let page = outdial_engine::Page { after: None, limit: 10 };
    let stored = world.engine.tasks(&tenant(), &filter, &page).await.unwrap();
    assert_eq!(stored.len(), 1, "{stored:?}");

    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    assert_eq!(world.task(&first.task.id).await.status, TaskStatus::Completed);
    world.call(1).await;
    world.pass(Duration::from_secs(5)).await;
    assert_eq!(world.rung().len(), 2, "once it is over, another call is another one");
}

#[tokio::test]
async fn a_vendor_that_does_not_answer_is_told_of_before_anything_is_stored() {
    let world = World::new(Staging::WholeWithFuse).await;
    for number in 0..5 {
        world.vendor.script(Operation::PlaceCall, NextAnswer::Timeout);
        world.call(number).await;
        world.work().await;
    }
    assert_eq!(world.refusal(9).await, ("vendor_unavailable", false));
}

#[tokio::test]
async fn a_call_can_be_stopped_and_takes_nobody_else() {
    let world = World::new(Staging::WholeWithFuse).await;
    world.vendor.script(Operation::PlaceCall, NextAnswer::Throttle(Some(LONG)));
    let call = world.call(1).await;
    world.work().await;
    let added = world.engine.add_contacts(&tenant(), &call.task.id, &[draft(2)], None).await;
    assert!(matches!(added, Err(EngineError::Conflict { code: "wrong_state", .. })), "{added:?}");
    world.steer(&call.task.id, TaskVerb::Stop).await;
    world.pass(LONG * 3).await;
    assert_eq!(world.status_of(&call).await, ContactStatus::Cancelled);
    assert_eq!(world.rung().len(), 0);
}
