//! The log of events and what webhooks cost the store.
//!
//! Deliveries: what happens to the people of a thousand tasks, each of which has an endpoint of its own, is
//! planned, taken and settled. Pages: the feed in the middle of logs of different lengths.

use crate::engine::Engine;
use crate::import::sized;
use crate::people::now;
use crate::report::{Amount, Figure, Mark, Report, median};
use crate::{Failure, fill};
use outdial_model::{EndpointId, PersonalData, TaskId, TenantId};
use outdial_store::{
    DeliveryResult, EndpointSettings, FeedFilter, Judgement, NewEndpoint, SealedSecret, Store, Verdict,
};
use std::time::{Duration, Instant};

/// Events that are planned, and deliveries that are taken, at a time.
const PLANNED: u32 = 500;
const TAKEN: u32 = 256;
const ROOM: u32 = 10_000;
const TERM: Duration = Duration::from_secs(60);
const JUDGEMENT: Judgement =
    Judgement { illness: Duration::from_secs(5), few_attempts: 5, patience: Duration::from_secs(432_000) };
/// Events of a page.
const PAGE: u32 = 200;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let (endpoints, people) = if small { (50, 10) } else { (1_000, 24) };
    let mut costs = Vec::new();
    for _ in 0..3 {
        costs.push(delivered(engine, endpoints, people).await?);
    }
    report.add(&Figure {
        name: format!("{}: a delivery to one of {} endpoints, in the store", engine.name(), sized(endpoints)),
        measured: Amount(median(&costs), "µs"),
        baseline: None,
        mark: Mark::AtMost(Amount(500.0, "µs")),
    });
    let long = if small { 20_000 } else { 1_000_000 };
    let (ours, theirs) = pages(engine, 10_000, long).await?;
    report.add(&Figure {
        name: format!("{}: a page of the feed, of {} events", engine.name(), sized(long)),
        measured: Amount(median(&ours), "µs"),
        baseline: Some(Amount(median(&theirs), "µs")),
        mark: Mark::RatioAtMost(1.2),
    });
    Ok(())
}

/// Microseconds per delivery: planned, taken, settled.
async fn delivered(engine: &Engine, endpoints: usize, people: usize) -> Result<f64, Failure> {
    let place = engine.place().await?;
    place.wait_for_disk(false).await?;
    let store = place.store().await?;
    let tenant: TenantId = fill::TENANT.parse()?;
    for _ in 0..endpoints {
        let task = fill::task(&*store, now()).await?;
        subscribe(&*store, &tenant, task.clone()).await?;
        fill::contacts(&*store, &task, people, now()).await?;
    }
    store.close().await;
    place.wait_for_disk(true).await?;

    let store = place.store().await?;
    let began = Instant::now();
    let mut delivered = 0;
    loop {
        store.plan_deliveries(&tenant, PLANNED, ROOM, now()).await?;
        let taken = store.take_due_deliveries(now(), TERM, TAKEN, 8, &[]).await?;
        if taken.is_empty() {
            break;
        }
        delivered += taken.len();
        let results: Vec<_> = taken
            .into_iter()
            .map(|taken| DeliveryResult {
                endpoint: taken.endpoint.id.clone(),
                position: taken.event.position,
                token: taken.token,
                revision: taken.endpoint.revision,
                verdict: Verdict::Delivered,
                status: Some(200),
                error: None,
            })
            .collect();
        store.settle_deliveries(&results, &JUDGEMENT, now()).await?;
    }
    let took = began.elapsed();
    // The task's own first event was before its endpoint.
    if delivered != endpoints * people {
        return Err(format!("{delivered} deliveries instead of {}", endpoints * people).into());
    }
    store.close().await;
    place.remove().await?;
    Ok(took.as_secs_f64() * 1e6 / delivered as f64)
}

async fn subscribe(store: &dyn Store, tenant: &TenantId, task: TaskId) -> Result<(), Failure> {
    let settings = EndpointSettings {
        url: "https://receiver.example/events".into(),
        description: None,
        event_types: Vec::new(),
        task: Some(task),
        personal_data: PersonalData::None,
    };
    let id = EndpointId::generate(now());
    let new = NewEndpoint { id, settings, secret: SealedSecret(vec![7; 60]) };
    store.create_endpoint(tenant, new, u32::MAX, None, now()).await?;
    Ok(())
}

/// Microseconds per page of the feed, in the middle of a long log and of a short one.
async fn pages(engine: &Engine, short: usize, long: usize) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let mut stores = Vec::new();
    for events in [long, short] {
        let place = engine.place().await?;
        place.wait_for_disk(false).await?;
        let store = place.store().await?;
        let task = fill::task(&*store, now()).await?;
        fill::contacts(&*store, &task, events, now()).await?;
        place.settle().await?;
        stores.push((place, store, u64::try_from(events)? / 2));
    }
    let tenant: TenantId = fill::TENANT.parse()?;
    let mut costs = [Vec::new(), Vec::new()];
    for turn in 0..60 {
        for ((_, store, middle), costs) in stores.iter().zip(&mut costs) {
            let began = Instant::now();
            let page = store.feed(&tenant, middle + turn, &FeedFilter::default(), PAGE).await?;
            costs.push(began.elapsed().as_secs_f64() * 1e6);
            if page.events.len() != usize::try_from(PAGE)? {
                return Err("a page is not full".into());
            }
        }
    }
    for (place, store, _) in stores {
        store.close().await;
        place.remove().await?;
    }
    Ok(costs.into())
}
