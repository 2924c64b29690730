//! What stands before a handler: key or token, scope, quotas, request id, trace, log line, counts. One of the tasks is read
//! through all of it, and from the same handler with nothing before it, which is a process of its own
//! (`bin/outdial-bench-bare.rs`).

use crate::engine::{Engine, Place};
use crate::gateway::{Gateway, Process, free_address};
use crate::http;
use crate::load::{Load, Measured};
use crate::report::{Mark, Report};
use crate::{Failure, import};
use std::process::Command;
use std::time::Duration;

/// Measures and reports.
pub(crate) async fn measure(engine: &Engine, small: bool, report: &mut Report) -> Result<(), Failure> {
    let (runs, span) = if small { (1, Duration::from_secs(1)) } else { (7, Duration::from_secs(4)) };
    let (place, bare_place) = (engine.place().await?, engine.place().await?);
    let gateway = Gateway::at(&place, import::NOWHERE).await?;
    let path = format!("/v1/tasks/{}", gateway.make_task().await?);
    let address = gateway.process.address;
    let keyed = Load { address, request: gateway.get(&path) };
    let tokened = Load { address, request: http::get(address, &path, &gateway.token()?) };

    let path = format!("/v1/tasks/{}", Gateway::at(&bare_place, import::NOWHERE).await?.make_task().await?);
    let process = bare(&bare_place).await?;
    let plain = Load { address: process.address, request: http::get(process.address, &path, "none") };

    for load in [&keyed, &tokened, &plain] {
        load.run(span / 4).await?;
    }
    let (mut by_key, mut by_token, mut by_nobody) = Default::default();
    for _ in 0..runs {
        Measured::take(&mut by_key, &keyed, &gateway.process, span).await?;
        Measured::take(&mut by_nobody, &plain, &process, span).await?;
        Measured::take(&mut by_token, &tokened, &gateway.process, span).await?;
    }
    for (who, with) in [("key", &by_key), ("token", &by_token)] {
        let name = format!("{}: a task by {who}, beside its bare handler", engine.name());
        with.beside(&by_nobody, &name, Mark::RatioAtLeast(0.85), report);
    }
    drop((gateway, process));
    place.remove().await?;
    bare_place.remove().await
}

async fn bare(place: &Place) -> Result<Process, Failure> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?.with_file_name("outdial-bench-bare"));
    command.args([place.url(), &address.to_string()]);
    Process::listening(command, address).await
}
