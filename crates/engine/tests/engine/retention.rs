//! People who were known long enough.

use crate::world::{KNOWN, World, draft, tenant};
use outdial_model::{Contact, Disposition, Task, TaskStatus};
use outdial_provider::Staging;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_secs(40);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl World {
    /// A task in which that many people are rung, and which has ended.
    async fn ended(&self, people: usize) -> Task {
        let task = self.create(people).await;
        for _ in 0..30 {
            self.pass(LONG).await;
            self.vendor.finish_all(Disposition::Answered);
        }
        let task = self.task(&task.id).await;
        assert_eq!(task.status, TaskStatus::Completed);
        task
    }

    async fn keep_house(&self) {
        self.engine.forget_people(&CancellationToken::new()).await.unwrap();
    }

    async fn known(&self, task: &Task) -> usize {
        self.contacts(&task.id).await.iter().filter(|contact| is_known(contact)).count()
    }
}

fn is_known(contact: &Contact) -> bool {
    assert_eq!(contact.phone.is_some(), contact.erased_at.is_none(), "{contact:?}");
    contact.phone.is_some() || contact.external_id.is_some() || !contact.variables.is_empty()
}

#[tokio::test]
async fn people_are_forgotten_when_their_task_ended_long_ago() {
    // More than go in one transaction.
    let world =
        World::of(|clock| outdial_provider::MemoryOptions::staged(Staging::EmptyLive, clock), None).await;
    let first = world.ended(250).await;
    world.clock.advance(DAY);
    let second = world.ended(3).await;
    let open = world.create_with(2, |spec| spec.keep_open = true).await;
    world.clock.advance(KNOWN - DAY - HOUR);
    world.keep_house().await;
    assert_eq!((world.known(&first).await, world.known(&second).await), (250, 3), "it is too early");

    world.clock.advance(HOUR);
    for _ in 0..2 {
        world.keep_house().await;
        assert_eq!((world.known(&first).await, world.known(&second).await), (0, 3));
    }
    let left = world.task(&first.id).await;
    assert_eq!(left.counts.dispositions[&Disposition::Answered], 250, "what happened is known");

    world.clock.advance(KNOWN);
    world.keep_house().await;
    assert_eq!(
        (world.known(&second).await, world.known(&open).await),
        (0, 2),
        "a task goes on as long as it likes"
    );
    let again = world.engine.add_contacts(&tenant(), &first.id, &[draft(0)], None).await;
    assert!(again.is_err(), "who was forgotten with a task is not added to it again");
}
