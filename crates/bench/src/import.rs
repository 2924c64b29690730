//! Contacts by NDJSON, from socket to durable row, beside a bare insert of the same rows.
//!
//! The gateway parses, checks every number, writes the contact with three indexes, its event with two, and
//! the task's counters; the bare insert takes the same rows as JSON, a thousand in a transaction
//! as the gateway does, into a plain table.

use crate::Failure;
use crate::bare::Bare;
use crate::engine::Engine;
use crate::gateway::Gateway;
use crate::http::{self, Line};
use crate::people;
use crate::report::{Amount, Figure, Mark, Report, median};
use serde_json::Value;
use std::time::Instant;

/// Nobody listens there; nobody is asked.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:9";

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let (runs, count) = if small { (1, 20_000) } else { (3, 1_000_000) };
    let (mut ours, mut theirs, mut growths) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let imported = through_gateway(engine, count).await?;
        ours.push(imported.per_second);
        growths.extend(imported.growth);
        theirs.push(bare(engine, count).await?);
    }
    let (name, sized) = (engine.name(), sized(count));
    report.add(&Figure {
        name: format!("{name}: import of {sized} contacts by NDJSON"),
        measured: Amount(median(&ours), "per s"),
        baseline: Some(Amount(median(&theirs), "per s")),
        mark: Mark::RatioAtLeast(0.25),
    });
    if growths.is_empty() {
        report.note("memory is left out: the system does not tell it in /proc");
    } else {
        report.add(&Figure {
            name: format!("{name}: memory gained by the import of {sized} contacts"),
            measured: Amount(median(&growths), "MiB"),
            baseline: None,
            mark: Mark::AtMost(Amount(64.0, "MiB")),
        });
    }
    Ok(())
}

/// A count in short.
pub(crate) fn sized(count: usize) -> String {
    match count {
        1_000_000.. => format!("{} M", count / 1_000_000),
        1_000.. => format!("{} k", count / 1_000),
        _ => count.to_string(),
    }
}

struct Imported {
    per_second: f64,
    /// The most memory held since, above what was held before, in MiB.
    growth: Option<f64>,
}

async fn through_gateway(engine: &Engine, count: usize) -> Result<Imported, Failure> {
    let place = engine.place().await?;
    let gateway = Gateway::at(&place, NOWHERE).await?;
    let task = gateway.make_task().await?;
    let head = |task: &str| {
        let path = format!("/v1/tasks/{task}/contacts");
        http::ndjson(gateway.process.address, &path, &gateway.key)
    };
    let pieces: Vec<_> = people::batches(count).map(people::ndjson).collect();
    let mut line = Line::to(gateway.process.address).await?;
    let before = gateway.process.memory();
    let began = Instant::now();
    let answer: Value = serde_json::from_slice(line.upload(&head(&task), &pieces).await?)?;
    let took = began.elapsed();
    if answer["accepted"] != count {
        return Err(format!("{} of {count} contacts were accepted", answer["accepted"]).into());
    }
    let after = gateway.process.memory();
    let growth = before.zip(after).map(|((held, _), (_, most))| most - held);
    drop(gateway);
    place.remove().await?;
    Ok(Imported { per_second: count as f64 / took.as_secs_f64(), growth })
}

async fn bare(engine: &Engine, count: usize) -> Result<f64, Failure> {
    let place = engine.place().await?;
    let arrays: Vec<_> = people::batches(count).map(people::array).collect();
    let mut table = Bare::at(engine, &place).await?;
    let began = Instant::now();
    for rows in &arrays {
        table.insert(rows).await?;
    }
    let took = began.elapsed();
    drop(table);
    place.remove().await?;
    Ok(count as f64 / took.as_secs_f64())
}
