//! Lists of few rows and of many: a page should cost the same.
//!
//! Two gateways, one on a store with ten thousand rows of a kind and one with a million, are asked for the
//! same page in turns: the first one, and one deep inside, found by following cursors.

use crate::Failure;
use crate::engine::{Engine, Place};
use crate::fill;
use crate::gateway::Gateway;
use crate::http::Line;
use crate::import::sized;
use crate::report::{Amount, Figure, Mark, Report, median};
use futures_util::future::try_join_all;
use serde_json::Value;
use std::time::Instant;

const NOWHERE: &str = "http://127.0.0.1:9";
/// Tasks that are made at once.
const TOGETHER: usize = 8;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let (few, many, asked) = if small { (1_000, 5_000, 50) } else { (10_000, 1_000_000, 300) };
    let mut crowds = Vec::new();
    for count in [few, many] {
        crowds.push(Crowd::of(engine, count).await?);
    }
    for list in ["tasks", "contacts", "calls"] {
        for deep in [false, true] {
            let mut requests = Vec::new();
            for crowd in &crowds {
                requests.push(crowd.page(list, deep).await?);
            }
            let (ours, theirs) = in_turns(&crowds, &requests, asked).await?;
            let which = if deep { "deep" } else { "first" };
            report.add(&Figure {
                name: format!("{}: {which} page of {} {list} vs {}", engine.name(), sized(many), sized(few)),
                measured: Amount(ours, "µs"),
                baseline: Some(Amount(theirs, "µs")),
                mark: Mark::RatioAtMost(1.2),
            });
        }
    }
    for crowd in crowds {
        drop(crowd.gateway);
        crowd.place.remove().await?;
    }
    Ok(())
}

/// Medians of three runs' medians, in microseconds: of many rows, and of few.
async fn in_turns(crowds: &[Crowd], requests: &[Vec<u8>], asked: usize) -> Result<(f64, f64), Failure> {
    let mut medians = [Vec::new(), Vec::new()];
    for _ in 0..3 {
        let mut took = [Vec::new(), Vec::new()];
        let mut lines = Vec::new();
        for crowd in crowds {
            lines.push(Line::to(crowd.gateway.process.address).await?);
        }
        for _ in 0..asked {
            for ((line, request), took) in lines.iter_mut().zip(requests).zip(&mut took) {
                let began = Instant::now();
                line.exchange(request).await?;
                took.push(began.elapsed().as_secs_f64() * 1e6);
            }
        }
        for (medians, took) in medians.iter_mut().zip(&took) {
            medians.push(median(took));
        }
    }
    Ok((median(&medians[1]), median(&medians[0])))
}

/// A gateway on a store with so many tasks; one of them has so many contacts, with a call each.
struct Crowd {
    place: Place,
    gateway: Gateway,
    /// The task with the contacts.
    task: String,
    count: usize,
}

impl Crowd {
    async fn of(engine: &Engine, count: usize) -> Result<Self, Failure> {
        let place = engine.place().await?;
        place.wait_for_disk(false).await?;
        let store = place.store().await?;
        let at = fill::far_ahead()?;
        let task = fill::task(&*store, at).await?;
        let contacts = fill::contacts(&*store, &task, count, at).await?;
        let lease = fill::claim(&*store, &task, at).await?;
        let segment = fill::segment(&*store, &lease, at).await?;
        fill::calls(&*store, &lease, &segment, &contacts, at).await?;
        store.release_lease(&lease, None, at).await?;
        for _ in 0..count / TOGETHER {
            try_join_all((0..TOGETHER).map(|_| fill::task(&*store, at))).await?;
        }
        store.close().await;
        place.wait_for_disk(true).await?;
        place.settle().await?;
        let gateway = Gateway::at(&place, NOWHERE).await?;
        Ok(Self { place, gateway, task: task.to_string(), count })
    }

    /// The request for a page, found by following cursors to the middle when it is to be deep.
    async fn page(&self, list: &str, deep: bool) -> Result<Vec<u8>, Failure> {
        let path = match list {
            "contacts" => format!("/v1/tasks/{}/contacts", self.task),
            other => format!("/v1/{other}"),
        };
        if !deep {
            return Ok(self.gateway.get(&format!("{path}?limit=50")));
        }
        let mut line = Line::to(self.gateway.process.address).await?;
        let (mut seen, mut cursor) = (0, String::new());
        while seen < self.count / 2 {
            let request = self.gateway.get(&format!("{path}?limit=200{cursor}"));
            let page: Value = serde_json::from_slice(line.exchange(&request).await?)?;
            seen += page["data"].as_array().map_or(0, Vec::len);
            let next = page["next_cursor"].as_str().ok_or("the list ended before its middle")?;
            cursor = format!("&cursor={next}");
        }
        Ok(self.gateway.get(&format!("{path}?limit=50{cursor}")))
    }
}
