//! Gateways that die or share the work while messages leave.

use super::{Endpoint, PATIENCE, all_of_the_log, each_is_genuine, each_lane_is_in_order};
use crate::world::{BINARY, LONG, everybody_is_done, people, running};
use outdial_testkit::{Process, Receiver, Reply, Setup, Site, StoreKind, until_within};
use serde_json::json;
use std::time::Duration;

const PEOPLE: usize = if LONG { 300 } else { 30 };
const KILLS: usize = if LONG { 20 } else { 3 };

pub async fn a_gateway_killed_while_messages_leave_tells_everything_after_all(store: StoreKind) {
    let (site, receiver) = (Site::set(Setup::on(store)).await, Receiver::start().await);
    // Answers take a moment, so that some kill comes between a message and its answer.
    receiver.answers(|_| Reply::Late(200, Duration::from_millis(30)));
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY);
    let api = gateway.client(&gateway.make_key());
    gateway.start().await;
    let endpoint = Endpoint::at(&api, &receiver, json!({})).await;
    let task = running(&api, &site, "nxtele", &people(&site, "nxtele", 0..PEOPLE)).await;

    for kill in 1..=KILLS {
        let enough = kill * PEOPLE / 2;
        let taken = async || receiver.taken().len();
        until_within(PATIENCE, "messages leave", taken, |taken| *taken >= enough).await;
        gateway.kill();
        gateway.start().await;
    }
    everybody_is_done(&api, &task, PEOPLE, PATIENCE).await;

    let log = all_of_the_log(&api, &receiver).await;
    let taken = receiver.taken();
    each_is_genuine(&taken, &endpoint.secret, &log);
    each_lane_is_in_order(&taken);
    println!(
        "webhooks: {}: {KILLS} kills, {} events, all told, {} of them more than once",
        store.name(),
        log.len(),
        taken.len() - log.len(),
    );
    site.clear().await;
}

pub async fn replicas_tell_everything_together(store: StoreKind) {
    let (site, receiver) = (Site::set(Setup::on(store)).await, Receiver::start().await);
    let mut gateways: Vec<_> = (0..2).map(|_| Process::at(&site, &site.vendors_url(), BINARY)).collect();
    let key = gateways[0].make_key();
    for gateway in &mut gateways {
        gateway.start().await;
    }
    let api = gateways[0].client(&key);
    let endpoint = Endpoint::at(&api, &receiver, json!({})).await;
    let task = running(&api, &site, "nxtele", &people(&site, "nxtele", 0..PEOPLE)).await;
    let taken = async || receiver.taken().len();
    until_within(PATIENCE, "messages leave", taken, |taken| *taken >= PEOPLE).await;
    gateways[1].freeze();
    everybody_is_done(&api, &task, PEOPLE, PATIENCE).await;

    // What the frozen one had in hand is taken from it when its term is over.
    let log = all_of_the_log(&api, &receiver).await;
    let taken = receiver.taken();
    gateways[1].thaw();
    each_is_genuine(&taken, &endpoint.secret, &log);
    each_lane_is_in_order(&taken);
    site.clear().await;
}
