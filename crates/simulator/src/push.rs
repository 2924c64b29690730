//! The post: webhooks from the simulated vendors to the URLs they were given.
//!
//! Each vendor says how its push looks, when it counts as delivered and how often it is tried again. First
//! attempts of one contact leave in order; a repetition waits on its own and overtakes nobody on purpose,
//! because no vendor promises order. Retry spacing is simulated time, the time-out of one attempt is real.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::faults::Mode;
use crate::grant::{Grant, Wallet};
use crate::journal::Pushed;
use crate::vendors::Provider;
use crate::wire::spoiled;
use crate::world::World;

#[derive(Clone)]
pub(crate) struct Push {
    pub(crate) provider: Provider,
    /// The vendor's name of this webhook; faults refer to it.
    pub(crate) operation: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Where the token is granted that goes along as a proof, for vendors that have one.
    pub(crate) grant: Option<Grant>,
    pub(crate) body: String,
    /// Pushes of one lane leave in order.
    pub(crate) lane: usize,
    pub(crate) policy: Policy,
}

#[derive(Clone, Copy)]
pub(crate) struct Policy {
    /// Deliveries in all.
    pub(crate) tries: u32,
    /// Simulated time between two of them.
    pub(crate) spacing: Duration,
    pub(crate) accepted: fn(u16, &[u8]) -> bool,
}

const LANES: usize = 8;
const TIMEOUT: Duration = Duration::from_secs(5);

/// Takes pushes in and carries them out until the simulator stops.
#[derive(Clone)]
pub(crate) struct Post {
    lanes: Arc<[mpsc::UnboundedSender<Push>]>,
}

pub(crate) struct Receivers(Vec<mpsc::UnboundedReceiver<Push>>);

impl Post {
    pub(crate) fn new() -> (Post, Receivers) {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..LANES).map(|_| mpsc::unbounded_channel()).unzip();
        (Post { lanes: senders.into() }, Receivers(receivers))
    }

    pub(crate) fn send(&self, push: Push) {
        if let Some(lane) = self.lanes.get(push.lane % LANES) {
            // A closed lane means the simulator is stopping.
            let _ = lane.send(push);
        }
    }
}

impl Receivers {
    pub(crate) fn run(self, world: &Arc<World>, stop: &CancellationToken) -> reqwest::Result<()> {
        // No proxy: receivers are local, whatever the environment says.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let carrier = Carrier { client, wallet: Wallet::default() };
        for mut lane in self.0 {
            let (carrier, world, stop) = (carrier.clone(), Arc::clone(world), stop.clone());
            tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
                while let Some(push) = lane.recv().await {
                    carry(&carrier, &world, &stop, push).await;
                }
            }));
        }
        Ok(())
    }
}

/// What it takes to deliver.
#[derive(Clone)]
struct Carrier {
    client: reqwest::Client,
    wallet: Wallet,
}

async fn carry(carrier: &Carrier, world: &Arc<World>, stop: &CancellationToken, mut push: Push) {
    let fault = world.strike(push.provider, push.operation, Mode::is_about_webhooks);
    let mut copies = 1;
    match fault.as_ref().map(|fault| fault.mode) {
        Some(Mode::LoseWebhook) => return note(world, &push, 0, "lost", None),
        Some(Mode::DuplicateWebhook) => copies = 2,
        Some(Mode::WrongSignature) => {
            for (_, value) in push.headers.iter_mut().filter(|(name, _)| *name == "sign") {
                *value = spoiled(value);
            }
        }
        Some(Mode::ReorderWebhooks) => {
            let held = fault.map_or(Duration::ZERO, |fault| fault.span());
            return later(carrier, world, stop, push, 0, held);
        }
        _ => {}
    }
    for _ in 0..copies {
        if !deliver(carrier, world, &push, 1).await {
            later(carrier, world, stop, push.clone(), 1, world.clock.real(push.policy.spacing));
        }
    }
}

/// Tries again on its own after `wait`, until accepted or out of tries.
fn later(
    carrier: &Carrier,
    world: &Arc<World>,
    stop: &CancellationToken,
    push: Push,
    done: u32,
    wait: Duration,
) {
    let (carrier, world) = (carrier.clone(), Arc::clone(world));
    tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
        tokio::time::sleep(wait).await;
        for attempt in done + 1..=push.policy.tries {
            if deliver(&carrier, &world, &push, attempt).await {
                return;
            }
            tokio::time::sleep(world.clock.real(push.policy.spacing)).await;
        }
    }));
}

async fn deliver(carrier: &Carrier, world: &World, push: &Push, attempt: u32) -> bool {
    let mut request = carrier.client.post(&push.url).body(push.body.clone());
    for (name, value) in &push.headers {
        request = request.header(*name, value);
    }
    if let Some(grant) = &push.grant {
        let Some(token) = carrier.wallet.token(&carrier.client, grant).await else {
            note(world, push, attempt, "ungranted", None);
            return false;
        };
        request = request.bearer_auth(token);
    }
    let Ok(response) = request.send().await else {
        note(world, push, attempt, "failed", None);
        return false;
    };
    let status = response.status().as_u16();
    if let Some(grant) = push.grant.as_ref().filter(|_| status == 401) {
        carrier.wallet.forget(grant);
    }
    let body = response.bytes().await.unwrap_or_default();
    let accepted = (push.policy.accepted)(status, &body);
    note(world, push, attempt, if accepted { "acknowledged" } else { "refused" }, Some(status));
    accepted
}

fn note(world: &World, push: &Push, attempt: u32, result: &'static str, status: Option<u16>) {
    world.note_push(Pushed {
        provider: push.provider,
        operation: push.operation.to_owned(),
        attempt,
        result,
        status,
        at_ms: world.clock.wall().millis(),
    });
}

/// A push URL with `{kind}` filled in, for receivers that keep one URL per kind.
pub(crate) fn url_for(template: &str, kind: &str) -> String {
    template.replace("{kind}", kind)
}
