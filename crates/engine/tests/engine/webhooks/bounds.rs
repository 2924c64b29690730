//! What is one tenant's or one endpoint's, and how much of it there may be.

use super::{MINUTE, deliver, endpoint, log, receiver, world};
use crate::world::tenant;
use outdial_engine::{EndpointPatch, EndpointSettings, EngineError, Page, Replay};
use outdial_model::{DeliveryStatus, EndpointStatus, EventType, PersonalData, TenantId};
use outdial_store::testing::spoil_endpoints;

fn settings() -> EndpointSettings {
    EndpointSettings {
        url: "http://127.0.0.1:1024/".into(),
        description: None,
        event_types: Vec::new(),
        task: None,
        personal_data: PersonalData::None,
    }
}

#[tokio::test]
async fn a_tenant_nothing_can_be_planned_for_stops_nobody_else() {
    let (world, server) = (world().await, receiver(200).await);
    // Before and behind the tenant in every order there is.
    let others: [TenantId; 2] = ["aaaa".parse().unwrap(), "zzzz".parse().unwrap()];
    for other in &others {
        let mut made = Vec::new();
        for _ in 0..2 {
            made.push(world.engine.create_endpoint(other, settings(), None).await.unwrap().endpoint.id);
        }
        // That is an event for the other one.
        let patch = EndpointPatch { settings: settings(), status: Some(EndpointStatus::Disabled) };
        world.engine.patch_endpoint(other, &made[0], patch, None).await.unwrap();
        spoil_endpoints(&world.url(), other.as_str()).await.unwrap();
    }
    let endpoint = endpoint(&world, server.uri(), &[EventType::TaskCreated]).await;
    world.create(0).await;

    assert!(world.engine.deliver_due().await.is_err(), "the failure is told");

    let lines = log(&world, &endpoint).await;
    assert_eq!(lines.iter().map(|line| line.status).collect::<Vec<_>>(), [DeliveryStatus::Pending]);
}

/// What the refusal says.
fn limit(refused: Result<impl Sized, EngineError>) -> String {
    match refused {
        Err(EngineError::Conflict { code: "limit_reached", detail }) => detail,
        other => format!("{:?}", other.err()),
    }
}

#[tokio::test]
async fn so_many_replays_are_under_way_and_no_more() {
    let (world, server) = (world().await, receiver(200).await);
    let endpoint = endpoint(&world, server.uri(), &[EventType::TaskCreated]).await;
    world.create(0).await;
    deliver(&world, MINUTE).await;
    let again = async || {
        let which = Replay::Kind(EventType::TaskCreated);
        world.engine.replay(&tenant(), &endpoint.endpoint.id, &which, None).await
    };
    for _ in 0..16 {
        again().await.unwrap();
    }
    assert!(limit(again().await).contains("16 replays"));
    deliver(&world, MINUTE).await;
    again().await.unwrap();
}

#[tokio::test]
async fn a_tenant_has_a_thousand_endpoints_and_no_more() {
    let world = world().await;
    for _ in 0..1_000 {
        world.engine.create_endpoint(&tenant(), settings(), None).await.unwrap();
    }
    let refused = world.engine.create_endpoint(&tenant(), settings(), None).await;
    assert!(limit(refused).contains("1000 webhook endpoints"));
    let newest = Page { after: None, limit: 1 };
    let newest = world.engine.endpoints(&tenant(), &newest).await.unwrap().remove(0);
    world.engine.delete_endpoint(&tenant(), &newest.id).await.unwrap();
    world.engine.create_endpoint(&tenant(), settings(), None).await.unwrap();
}
