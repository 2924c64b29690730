//! One of the vendor's tasks, read live: through the whole gateway, and through a bare handler.
//!
//! Both sign the same request, ask the same vendor (a canned one, so that its work is not what is
//! measured), and answer the same document, which is checked before anything is timed. The gateway
//! also knows its client by key, keeps the account's budget, judges the answer's signature, masks numbers, gives
//! the request an id and logs it. Both are processes of their own with two threads for requests.

mod canned;
mod handler;
mod load;

pub(crate) use handler::serve as serve_bare;

use crate::engine::Engine;
use crate::gateway::{Gateway, Process, free_address};
use crate::http::{self, Line};
use crate::report::{Amount, Figure, Mark, Report, median};
use crate::{Failure, vendor};
use load::Load;
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

const CONNECTIONS: usize = 32;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let (runs, span) = if small { (1, Duration::from_secs(1)) } else { (7, Duration::from_secs(4)) };
    let vendor = canned::start().await?;
    let place = engine.place().await?;
    let gateway = Gateway::at(&place, &vendor).await?;
    let bare = bare(&vendor).await?;
    let path = format!("/v1/accounts/{}/vendor_tasks/{}", vendor::ACCOUNT, vendor::REFERENCE);
    let whole = Load { address: gateway.process.address, request: gateway.get(&path) };
    let plain = Load { address: bare.address, request: http::get(bare.address, &path, "none") };
    insist_on_the_same(&whole, &plain).await?;

    // What is not timed warms both up.
    whole.run(CONNECTIONS, span / 4).await?;
    plain.run(CONNECTIONS, span / 4).await?;
    let (mut ours, mut theirs) = (Measured::default(), Measured::default());
    for _ in 0..runs {
        ours.take(&whole, &gateway.process, span).await?;
        theirs.take(&plain, &bare, span).await?;
    }
    report.add(&Figure {
        name: format!("{}: live read of a vendor's task, {CONNECTIONS} connections", engine.name()),
        measured: Amount(median(&ours.rates), "per s"),
        baseline: Some(Amount(median(&theirs.rates), "per s")),
        mark: Mark::RatioAtLeast(1.0),
    });
    report.add(&Figure {
        name: format!("{}: processor time of the same, its own process", engine.name()),
        measured: Amount(median(&ours.costs), "µs"),
        baseline: Some(Amount(median(&theirs.costs), "µs")),
        mark: Mark::None,
    });
    drop(gateway);
    place.remove().await
}

async fn bare(vendor: &str) -> Result<Process, Failure> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--bare-handler", vendor, "--listen", &address.to_string()]);
    Process::listening(command, address).await
}

/// Requests per second and processor time per request, run by run.
#[derive(Debug, Default)]
struct Measured {
    rates: Vec<f64>,
    costs: Vec<f64>,
}

impl Measured {
    async fn take(&mut self, load: &Load, process: &Process, span: Duration) -> Result<(), Failure> {
        let before = process.processor_time();
        let done = load.run(CONNECTIONS, span).await?;
        self.rates.push(done.per_second);
        if let (Some(before), Some(after)) = (before, process.processor_time()) {
            self.costs.push((after - before).as_secs_f64() * 1e6 / done.answers as f64);
        }
        Ok(())
    }
}

async fn insist_on_the_same(one: &Load, other: &Load) -> Result<(), Failure> {
    let mut answers: Vec<Value> = Vec::new();
    for load in [one, other] {
        let mut line = Line::to(load.address).await?;
        answers.push(serde_json::from_slice(line.exchange(&load.request).await?)?);
    }
    if answers[0] == answers[1] {
        Ok(())
    } else {
        Err(format!("the two do not answer the same: {} and {}", answers[0], answers[1]).into())
    }
}
