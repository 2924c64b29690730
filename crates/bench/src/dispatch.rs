//! The ledger's share of sending contacts, in tasks of different sizes.
//!
//! For every batch: the intent (`plan_dispatch`: choose people, write the ledger row, their statuses, events
//! and counters), then the answer (`apply`: accepted, everybody submitted), each on the disk before the
//! next. Beside it the same people's status changed twice in a plain table, by two transactions.

use crate::bare::Bare;
use crate::engine::Engine;
use crate::import::sized;
use crate::people::{self, now};
use crate::report::{Amount, Figure, Mark, Report, median};
use crate::{Failure, fill};
use outdial_model::{Contact, ContactStatus, DispatchId, DispatchKind, DispatchOutcome, SegmentId};
use outdial_store::{
    Budgets, Candidate, Changes, ChosenBatch, ContactChange, DispatchChange, DispatchPlan, Lease, PastWanted,
    SegmentTarget, Skipped, Store,
};
use std::time::{Duration, Instant};

/// People in one request to a vendor.
pub(crate) const BATCH: usize = 500;
/// Batches of one run: three runs fit into the smallest task.
const BATCHES: usize = 6;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let sizes: &[usize] = if small { &[10_000] } else { &[10_000, 100_000, 1_000_000] };
    for count in sizes {
        let (ours, theirs) = both(engine, *count).await?;
        report.add(&Figure {
            name: format!("{}: sending a contact, of {}, {BATCH} at a time", engine.name(), sized(*count)),
            measured: Amount(median(&ours), "µs"),
            baseline: Some(Amount(median(&theirs), "µs")),
            mark: Mark::AtMost(Amount(50.0, "µs")),
        });
    }
    Ok(())
}

/// Microseconds per contact: the store's, and the bare table's.
async fn both(engine: &Engine, count: usize) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let (place, plain) = (engine.place().await?, engine.place().await?);
    place.wait_for_disk(false).await?;
    let store = place.store().await?;
    let at = now();
    let task = fill::task(&*store, at).await?;
    fill::contacts(&*store, &task, count, at).await?;
    store.close().await;
    place.wait_for_disk(true).await?;
    place.settle().await?;

    let mut table = Bare::at(engine, &plain).await?;
    let mut batches = Vec::new();
    for batch in people::batches(count) {
        let rows = people::array(batch);
        table.insert(&rows).await?;
        batches.extend((batches.len() < 3 * BATCHES).then_some(rows));
    }

    let store = place.store().await?;
    let lease = fill::claim(&*store, &task, at).await?;
    let segment = fill::segment(&*store, &lease, at).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..3 {
        let mut took = Duration::ZERO;
        for _ in 0..BATCHES {
            took += sent(&*store, &lease, &segment, &Rules::default()).await?;
        }
        ours.push(per_contact(took, BATCHES * BATCH));
        let began = Instant::now();
        let rows: Vec<_> = batches.iter().skip(run * BATCHES / 2).take(BATCHES / 2).collect();
        for rows in &rows {
            table.update(rows, "submitting").await?;
            table.update(rows, "submitted").await?;
        }
        theirs.push(per_contact(began.elapsed(), rows.len() * people::BATCH));
    }
    store.close().await;
    drop(table);
    place.remove().await?;
    plain.remove().await?;
    Ok((ours, theirs))
}

fn per_contact(took: Duration, contacts: usize) -> f64 {
    took.as_secs_f64() * 1e6 / contacts as f64
}

/// What a plan is held to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// What the gate is told of the attempts before.
    pub(crate) past: Option<PastWanted>,
    /// What there is of a day's budgets.
    pub(crate) budgets: Option<Budgets>,
    /// Most people of the tenant that may be out.
    pub(crate) concurrent_calls: Option<u64>,
}

/// Sends one batch on paper: intent and answer.
pub(crate) async fn sent(
    store: &dyn Store,
    lease: &Lease,
    segment: &SegmentId,
    rules: &Rules,
) -> Result<Duration, Failure> {
    let Rules { past, budgets, concurrent_calls } = rules.clone();
    let at = now();
    let plan = DispatchPlan {
        lease: lease.clone(),
        id: DispatchId::generate(at),
        kind: DispatchKind::AddContacts,
        segment: SegmentTarget::Existing(segment.clone()),
        spec_revision: 1,
        max_contacts: BATCH,
        window: u64::MAX >> 1,
        attempts: 1,
        past,
        concurrent_calls,
        budgets,
        lines: None,
    };
    let began = Instant::now();
    let planned = store.plan_dispatch(plan, &everybody, at).await?.map_err(|_| "nobody is left to send")?;
    if planned.contacts.len() != BATCH {
        return Err("a batch is not full".into());
    }
    let changes = accepted(lease, &planned.dispatch.id, &planned.contacts);
    if store.apply(changes, at).await? != Skipped::default() {
        return Err("somebody had moved on".into());
    }
    Ok(began.elapsed())
}

fn everybody(candidates: &[Candidate]) -> ChosenBatch {
    let dial = candidates.iter().map(|candidate| candidate.contact.id.clone()).collect();
    ChosenBatch { dial, others: Vec::new(), digest: "d1".repeat(32) }
}

fn accepted(lease: &Lease, dispatch: &DispatchId, contacts: &[Contact]) -> Changes {
    let mut changes = Changes::under(lease);
    changes.contacts.extend(contacts.iter().map(|contact| ContactChange {
        id: contact.id.clone(),
        from: ContactStatus::Submitting,
        to: ContactStatus::Submitted,
        disposition: None,
        reason: None,
        hold: None,
        may_have_rung: false,
    }));
    changes.dispatches.push(DispatchChange { id: dispatch.clone(), outcome: DispatchOutcome::Accepted });
    changes
}
