//! `outdial simulate`: the three vendors, alone.

use super::CommandError;
use crate::cli::Simulate;
use crate::terminal::Terminal;
use crate::{shutdown, telemetry};
use outdial_simulator::{Options, Simulator};
use std::process::ExitCode;

pub(super) async fn run(options: Simulate) -> Result<ExitCode, CommandError> {
    telemetry::quiet();
    let Simulate { listen, speed, ledger, seed } = options;
    let simulator = Simulator::start(Options { listen, speed, ledger, seed })
        .await
        .map_err(|error| CommandError::Io("the simulator could not be started", error))?;
    let url = simulator.url();
    Terminal::Out
        .line(format_args!("The simulated vendors listen on {url}, {speed} times as fast as the wall."));
    Terminal::Out.line(format_args!("Every ring is told at {url}/_sim/rings."));
    let ended = shutdown::requested().await;
    simulator.stop().await;
    ended.map_err(|error| CommandError::Io("signals cannot be waited for", error))?;
    Ok(ExitCode::SUCCESS)
}
