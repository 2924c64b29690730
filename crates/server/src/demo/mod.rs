//! `outdial demo`: a whole day of calling, in under a minute and in one process.
//!
//! Sets a [`stage`] (simulated vendors, a gateway, a key), then does through the public REST API what
//! any application would: a task of 60 [`people`] at each vendor, started and [`watched`](watch) to
//! the end. The [`report`] tells what became of everyone, and what the vendors' own ledger says.

mod client;
mod people;
mod report;
mod stage;
mod style;
mod watch;

use crate::cli::Demo;
use crate::commands::CommandError;
use crate::terminal::Terminal;
use crate::{shutdown, telemetry};
use client::Task;
use outdial_provider::Factory;
use outdial_providers::registry;
use report::Report;
use stage::Stage;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long nothing may happen any more, in simulated and in real time, before the demo gives up.
const SIMULATED_PATIENCE: f64 = 1200.0;
const REAL_PATIENCE: Duration = Duration::from_secs(60);

/// One vendor's part in the demo.
struct Act {
    factory: &'static Factory,
    task: Task,
}

pub(crate) async fn run(options: Demo) -> Result<ExitCode, CommandError> {
    telemetry::quiet();
    let stage = Stage::set(&options).await?;
    stage.introduce();
    let outcome = tokio::select! {
        outcome = perform(&stage, options.speed) => Some(outcome),
        _ = shutdown::requested() => None,
    };
    let code = match outcome {
        None => Ok(ExitCode::SUCCESS),
        Some(Err(error)) => Err(error),
        Some(Ok(report)) => {
            report.tell();
            if !options.exit {
                stage.invite();
                let _ = shutdown::requested().await;
            }
            Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    };
    stage.strike().await;
    code
}

/// Creates, starts and watches every task.
async fn perform(stage: &Stage, speed: f64) -> Result<Report, CommandError> {
    let client = stage.client()?;
    let begun = Instant::now();
    let mut acts = Vec::new();
    for (number, factory) in registry::FACTORIES.iter().copied().enumerate() {
        let task = client.create_task(&people::task(factory, number)).await?;
        acts.push(Act { factory, task });
    }
    Terminal::Out.line(format_args!("  {} people at each of {} vendors\n", people::COUNT, acts.len()));
    for act in &mut acts {
        act.task = client.start(&act.task).await?;
    }
    let patience = REAL_PATIENCE + Duration::from_secs_f64(SIMULATED_PATIENCE / speed);
    watch::until_final(&client, &mut acts, begun + patience).await?;
    let took = begun.elapsed();
    let rings = stage.rings().await?;
    Ok(Report::new(acts, rings, took))
}
