//! Names of hosts that are not what they were: they lead elsewhere, or looking them up breaks off.

use super::{DAY, HOUR, deliver, endpoint, log};
use crate::world::World;
use outdial_engine::outward::{Outward, Policy, Resolver};
use outdial_model::DeliveryStatus;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A name of the internet that leads home from the second question on.
#[derive(Debug, Default)]
struct ChangesItsMind(AtomicUsize);

#[async_trait::async_trait]
impl Resolver for ChangesItsMind {
    async fn lookup(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        let asked = self.0.fetch_add(1, Ordering::SeqCst);
        Ok(vec![if asked == 0 { Ipv4Addr::new(93, 184, 215, 14).into() } else { Ipv4Addr::LOCALHOST.into() }])
    }
}

#[tokio::test]
async fn a_name_that_leads_home_later_is_never_connected_to() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let policy = Policy { allow_http: true, allowed_networks: Vec::new() };
    let outward = Outward::resolving_by(policy, Arc::new(ChangesItsMind::default()));
    let world = World::sending_by(outward).await;
    let port = canary.local_addr().unwrap().port();
    let endpoint = endpoint(&world, format!("http://rebinding.example.com:{port}/"), &[]).await;
    world.create(0).await;

    deliver(&world, HOUR).await;

    let line = log(&world, &endpoint).await.remove(0);
    assert!(line.attempts >= 3 && line.last_status.is_none());
    assert_eq!(line.last_error.as_deref(), Some("the host has a loopback address; nothing is sent there"));
    assert!(canary.accept().is_err(), "nobody came");
}

/// Has a defect that shows when it is asked again.
#[derive(Debug, Default)]
struct Breaks(AtomicUsize);

#[async_trait::async_trait]
impl Resolver for Breaks {
    async fn lookup(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        assert_eq!(self.0.fetch_add(1, Ordering::SeqCst), 0, "the defect");
        Ok(vec![IpAddr::V4(Ipv4Addr::new(93, 184, 215, 14))])
    }
}

#[tokio::test]
async fn an_attempt_that_breaks_off_has_failed_as_any_other() {
    let world =
        World::sending_by(Outward::resolving_by(Policy::default(), Arc::new(Breaks::default()))).await;
    let endpoint = endpoint(&world, "https://crm.example.com/".to_owned(), &[]).await;
    world.create(0).await;
    world.engine.deliver_due().await.unwrap();
    let line = log(&world, &endpoint).await.remove(0);
    assert_eq!((line.status, line.attempts), (DeliveryStatus::Pending, 1));
    assert_eq!(line.last_error.as_deref(), Some("the attempt broke off"));
    deliver(&world, 2 * DAY).await;
    let line = log(&world, &endpoint).await.remove(0);
    assert_eq!((line.status, line.attempts), (DeliveryStatus::Failed, 8), "and is not tried for ever");
}
