//! One of the vendor's tasks, read live: through the whole gateway, and through a bare handler.
//!
//! Both sign the same request, ask the same vendor (a canned one, so that its work is not what is
//! measured), and answer the same document, which is checked before anything is timed. The gateway
//! also knows its client by key, keeps the account's budget, judges the answer's signature, masks numbers, gives
//! the request an id and logs it. Both are processes of their own with two threads for requests.

mod canned;
mod handler;

pub(crate) use handler::serve as serve_bare;

use crate::engine::Engine;
use crate::gateway::{Gateway, Process, free_address};
use crate::http::{self, Line};
use crate::load::{Load, Measured};
use crate::report::{Mark, Report};
use crate::{Failure, vendor};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

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
    whole.run(span / 4).await?;
    plain.run(span / 4).await?;
    let (mut ours, mut theirs) = (Measured::default(), Measured::default());
    for _ in 0..runs {
        ours.take(&whole, &gateway.process, span).await?;
        theirs.take(&plain, &bare, span).await?;
    }
    let name = format!("{}: live read of a vendor's task", engine.name());
    ours.beside(&theirs, &name, Mark::RatioAtLeast(1.0), report);
    drop(gateway);
    place.remove().await
}

async fn bare(vendor: &str) -> Result<Process, Failure> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--bare-handler", vendor, "--listen", &address.to_string()]);
    Process::listening(command, address).await
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
