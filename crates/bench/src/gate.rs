//! What the gate adds to sending contacts, in tasks of different sizes, with as many numbers suppressed as there are
//! people in the task, none of them theirs; caps ask how often each was rung, budgets how many were today, and the policy how many are out.
//!
//! The same batches as in [`dispatch`](crate::dispatch), of one task, before anything is suppressed and afterwards.

use crate::dispatch::{BATCH, Rules, sent};
use crate::engine::Engine;
use crate::import::sized;
use crate::people::{self, now};
use crate::report::{Amount, Figure, Mark, Report, median};
use crate::{Failure, fill};
use outdial_model::{NewSuppression, SegmentId, SuppressionId, Timestamp};
use outdial_store::{Budgets, Lease, PastWanted, Store};
use std::time::Duration;

/// Batches of one run: three runs before and three afterwards fit into the smallest task.
const BATCHES: usize = 3;
const RUNS: usize = 3;
const DAY: Duration = Duration::from_secs(86_400);
/// How far back the caps look.
const MONTH: Duration = Duration::from_secs(30 * 86_400);
/// Where the numbers begin that nobody of the task has.
const ELSEWHERE: usize = 10_000_000;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let sizes: &[usize] = if small { &[10_000] } else { &[10_000, 100_000, 1_000_000] };
    for count in sizes {
        let (without, with) = both(engine, *count).await?;
        report.add(&Figure {
            name: format!(
                "{}: sending a contact, of {}, with {} others suppressed, caps and budgets; beside it with none of it",
                engine.name(),
                sized(*count),
                sized(*count)
            ),
            measured: Amount(with, "µs"),
            baseline: Some(Amount(without, "µs")),
            mark: Mark::AtMost(Amount(without + 50.0, "µs")),
        });
    }
    Ok(())
}

/// Microseconds per contact with nobody suppressed, and with many.
async fn both(engine: &Engine, count: usize) -> Result<(f64, f64), Failure> {
    let (place, at) = (engine.place().await?, now());
    place.wait_for_disk(false).await?;
    let store = place.store().await?;
    let task = fill::task(&*store, at).await?;
    fill::contacts(&*store, &task, count, at).await?;
    store.close().await;
    place.wait_for_disk(true).await?;
    place.settle().await?;

    let store = place.store().await?;
    let lease = fill::claim(&*store, &task, at).await?;
    let segment = fill::segment(&*store, &lease, at).await?;
    let without = runs(&*store, &lease, &segment, &Rules::default()).await?;
    suppress(&*store, &lease, count).await?;
    // The claim may have run out meanwhile.
    let lease = fill::claim(&*store, &task, now()).await.unwrap_or(lease);
    let rules = strict(at);
    let with = runs(&*store, &lease, &segment, &rules).await?;
    store.close().await;
    place.remove().await?;
    Ok((without, with))
}

/// Every rule there is, and room for everybody.
fn strict(at: Timestamp) -> Rules {
    const MANY: Option<u64> = Some(1_000_000_000);
    let account = crate::vendor::ACCOUNT.parse().ok().zip(MANY);
    let budgets = Budgets { since: at - DAY, of_tenant: MANY, of_client: MANY, of_account: account };
    let past = PastWanted { since: at - MONTH, most: 10, of_person: true };
    Rules { past: Some(past), budgets: Some(budgets), concurrent_calls: MANY }
}

async fn runs(store: &dyn Store, lease: &Lease, segment: &SegmentId, rules: &Rules) -> Result<f64, Failure> {
    let mut per_contact = Vec::new();
    for _ in 0..RUNS {
        let mut took = 0.0;
        for _ in 0..BATCHES {
            took += sent(store, lease, segment, rules).await?.as_secs_f64();
        }
        per_contact.push(took * 1e6 / (BATCHES * BATCH) as f64);
    }
    Ok(median(&per_contact))
}

async fn suppress(store: &dyn Store, lease: &Lease, count: usize) -> Result<(), Failure> {
    let at = now();
    for batch in people::batches(count) {
        let numbers: Vec<_> = batch
            .filter_map(|n| {
                let phone = people::contact(ELSEWHERE + n, at)?.phone;
                let id = SuppressionId::generate(at);
                Some(NewSuppression {
                    id,
                    phone,
                    purpose: None,
                    reason: None,
                    source: None,
                    expires_at: None,
                })
            })
            .collect();
        store.suppress(&lease.tenant, &numbers, None, at).await?;
    }
    Ok(())
}
