//! SIGKILL in mid batch: whoever starts next finds everybody where the ledger has them, and goes on at once.

use crate::world::{
    BINARY, Dice, LONG, VENDORS, everybody_is_done, everybody_rung_once, everything_was_told, fault,
    hand_overs_since, now_us, people, running, shares,
};
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, Vendors, until_within};
use serde_json::{Value, json};
use std::time::Duration;

/// People at all vendors together.
const PEOPLE: usize = if LONG { 10_000 } else { 240 };
const KILLS: u64 = if LONG { 100 } else { 6 };
/// People of a task a vendor holds at a time.
const WINDOW: u64 = if LONG { 60 } else { 20 };
/// From a start to the first people handed over, the start included. In the short form, beside other stories, it
/// may take longer.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Whose request is certainly under way at the first kill: whoever gets people last.
const SILENT: (&str, &str) = VENDORS[VENDORS.len() - 1];
const PATIENCE: Duration = Duration::from_secs(if LONG { 1_800 } else { 120 });

pub async fn killed_again_and_again_in_mid_batch_it_loses_nobody_and_rings_nobody_twice(store: StoreKind) {
    let mut dice = Dice::new("kill");
    let setup = Setup::on(store).account_key("window", WINDOW as i64).account_key("timeout_seconds", 20);
    let site = Site::set(setup).await;
    let vendors = site.vendors();
    let (kind, operation) = SILENT;
    vendors.add_fault(&fault(kind, operation, "commit_then_silence", json!({"times": 1}))).await;
    for (kind, operation) in VENDORS {
        // Answers take a moment, so that some kill comes between a request and its answer.
        let slow = fault(kind, operation, "slow_body", json!({"seconds": [0.0, 0.3]}));
        vendors.add_fault(&slow).await;
    }
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY);
    let api = gateway.client(&gateway.make_key());
    gateway.start().await;
    let mut tasks = Vec::new();
    for (kind, rows) in shares(PEOPLE) {
        let size = rows.len();
        tasks.push((running(&api, &site, kind, &people(&site, kind, rows)).await, size));
    }

    let asked = async || hand_overs_since(&vendors, 0).await;
    let is_silent = |requests: &Vec<Value>| requests.iter().any(|request| request["operation"] == operation);
    until_within(PATIENCE, "a request is under way that nobody will answer", asked, is_silent).await;

    let (mut waits, mut start) = (Vec::new(), None);
    for moment in moments(&mut dice) {
        let rung = async || vendors.rings().await.numbers;
        until_within(PATIENCE, "the next moment has come", rung, |rung| *rung >= moment).await;
        gateway.kill();
        if let Some(start) = start.take() {
            waits.extend(first_hand_over(&vendors, start).await);
        }
        let at_us = now_us();
        gateway.start().await;
        start = Some(Start { at_us, somebody_can_go: somebody_can_go(&api, &tasks).await });
    }
    for (task, size) in &tasks {
        everybody_is_done(&api, task, *size, PATIENCE).await;
    }
    waits.extend(first_hand_over(&vendors, start.unwrap()).await);

    everybody_rung_once(&vendors, PEOPLE).await;
    for (task, _) in &tasks {
        everything_was_told(&api, task).await;
    }
    waits.sort();
    let in_doubt = gateway.log().matches("a dispatch was left open").count();
    let (median, most) = (waits.get(waits.len() / 2), waits.last());
    println!(
        "kill: {}: {PEOPLE} people, {KILLS} kills, {in_doubt} requests left open: lost 0, second rings 0, \
         first people handed over after {} restarts: median {median:.1?}, at most {most:.1?}",
        store.name(),
        waits.len(),
    );
    // Beside the first: by chance, which a hundred kills do not leave out.
    assert!(in_doubt > usize::from(LONG), "no kill came between a request and its end");
    if LONG {
        assert!(most.is_some_and(|most| *most <= AT_ONCE), "{waits:?}");
    }
    site.clear().await;
}

/// When to kill: at so many people rung, while there are more to be sent than vendors hold.
fn moments(dice: &mut Dice) -> Vec<u64> {
    let most = PEOPLE as u64 * 3 / 5;
    let mut moments: Vec<_> = (1..KILLS).map(|_| dice.below(most)).collect();
    moments.sort_unstable();
    // The first kill waits for nobody: a request is under way.
    moments.insert(0, 0);
    moments
}

/// A start after a kill.
struct Start {
    at_us: i64,
    somebody_can_go: bool,
}

/// Whether somebody waits and the vendor has room, even if everybody in doubt turns out to be there.
async fn somebody_can_go(api: &Api, tasks: &[(String, usize)]) -> bool {
    for (task, _) in tasks {
        let counts = &api.task(task).await["counts"];
        let of = |status: &str| counts[status].as_u64().unwrap();
        let out: u64 = ["submitting", "submitted", "dialing", "unknown"].into_iter().map(of).sum();
        if of("queued") > 0 && 2 * out <= WINDOW {
            return true;
        }
    }
    false
}

/// How long after a start people were handed over first. Nothing where nobody could go, or where the next kill
/// came too soon for that.
async fn first_hand_over(vendors: &Vendors, start: Start) -> Option<Duration> {
    let after = |at_us: i64| Duration::from_micros((at_us - start.at_us).unsigned_abs());
    let lived = after(now_us());
    let requests = hand_overs_since(vendors, start.at_us).await;
    let first = requests.iter().map(|request| after(request["at_us"].as_i64().unwrap())).min();
    let waited = first.or((lived > AT_ONCE).then_some(lived))?;
    (waited <= AT_ONCE || start.somebody_can_go).then_some(waited)
}
