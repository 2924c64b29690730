//! The key of a stream whose hold ran out.

use crate::world::{World, tenant};
use outdial_engine::{Answer, EngineError, OnceKey};
use outdial_provider::Staging;
use std::time::Duration;

fn key() -> OnceKey {
    OnceKey {
        scope: "POST contacts".into(),
        key: "march".into(),
        fingerprint: String::new(),
        formerly: String::new(),
    }
}

fn told(body: &str) -> Answer {
    Answer { status: 202, headers: Vec::new(), body: body.into() }
}

#[tokio::test]
async fn whoever_comes_in_second_is_answered_what_the_first_was() {
    let world = World::new(Staging::EmptyLive).await;
    let hold = async || world.engine.hold(&tenant(), key(), "a task").await;
    let slow = hold().await.unwrap();
    assert!(matches!(hold().await, Err(EngineError::KeyBusy)));

    world.clock.advance(Duration::from_secs(600));
    let twin = hold().await.unwrap();
    twin.finish("the same".into(), &told("the twin's")).await.unwrap();

    match slow.finish("the same".into(), &told("its own")).await {
        Err(EngineError::Answered(before)) => assert_eq!(*before, told("the twin's")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn whoever_comes_in_second_with_something_else_is_told_that_the_key_is_used() {
    let world = World::new(Staging::EmptyLive).await;
    let slow = world.engine.hold(&tenant(), key(), "a task").await.unwrap();
    world.clock.advance(Duration::from_secs(600));
    let other = world.engine.hold(&tenant(), key(), "a task").await.unwrap();
    other.finish("another".into(), &told("another's")).await.unwrap();
    let refused = slow.finish("its own".into(), &told("its own")).await;
    assert!(matches!(refused, Err(EngineError::KeyReused)), "{refused:?}");
}
