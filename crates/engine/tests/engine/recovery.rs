//! A vendor that failed for minutes and is well again.

use crate::world::World;
use outdial_model::Disposition;
use outdial_provider::{MemoryOptions, NextAnswer, Operation, Staging};
use std::time::Duration;

#[tokio::test]
async fn a_task_alone_notices_within_half_a_minute_and_sends_the_next() {
    const WINDOW: u32 = 6;
    const READS_THAT_FAIL: usize = 9;
    let world = World::of(|clock| MemoryOptions::staged(Staging::EmptyLive, clock), Some(WINDOW)).await;
    world.create(12).await;
    world.work().await;
    assert_eq!(world.rung().len(), 6, "the vendor has no room for more");
    let before = world.vendor.requests(Operation::Progress);
    for _ in 0..READS_THAT_FAIL {
        world.vendor.script(Operation::Progress, NextAnswer::Timeout);
    }
    world.vendor.finish_all(Disposition::Answered);
    while world.vendor.requests(Operation::Progress) < before + READS_THAT_FAIL {
        world.pass(Duration::from_millis(500)).await;
    }

    world.pass(Duration::from_secs(30)).await;

    assert_eq!(world.rung().len(), 12);
    world.nobody_was_rung_twice();
}
