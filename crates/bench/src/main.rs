//! What Outdial costs, beside doing the same thing bare in the same run.
//!
//! The gateway is the real `outdial` binary beside this one, as its own process; what it is compared with
//! is written here as plainly as possible ([`bare`], [`vendor`]). Every figure is the median of several
//! runs, measured and bare taking turns, so that whatever else the machine does strikes both.
//!
//! `docs/benchmarks.md` tells what each figure means. Not for: tests; a slow machine breaks no build.

mod bare;
mod cost;
mod dispatch;
mod engine;
mod fill;
mod gate;
mod gateway;
mod hostile;
mod http;
mod import;
mod load;
mod outbox;
mod pages;
mod people;
mod pushes;
mod read;
mod report;
mod siege;
mod vendor;

use clap::{Parser, ValueEnum};
use engine::Engine;
use report::Report;
use std::net::SocketAddr;
use std::process::ExitCode;

/// What went wrong, ready to be shown.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What Outdial costs, beside doing the same thing bare.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when nothing is named
    figures: Vec<Group>,
    /// Small sizes: shows within a minute that it works, and nothing more
    #[arg(long)]
    small: bool,
    /// Serve the bare handler that reads are compared with, at this vendor, until killed
    #[arg(long, value_name = "URL", requires = "listen", hide = true)]
    bare_handler: Option<String>,
    #[arg(long, value_name = "ADDRESS", hide = true)]
    listen: Option<SocketAddr>,
}

/// Figures that are measured together.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Contacts by NDJSON, from socket to durable row
    Import,
    /// Lists, of few rows and of many
    Pages,
    /// The ledger's share of sending contacts
    Dispatch,
    /// What suppressions add to it
    Gate,
    /// The log of events, and deliveries to endpoints
    Outbox,
    /// One of the vendor's tasks, read live
    Read,
    /// What stands before a handler
    Cost,
    /// Half-open connections, and more requests than can be answered
    Siege,
    /// Bodies that are large or grow large
    Hostile,
    /// A vendor's pushes, two thousand a second
    Pushes,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match (&arguments.bare_handler, arguments.listen) {
        (Some(vendor), Some(listen)) => read::serve_bare(vendor, listen).await,
        _ => measure(&arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::complain(&failure);
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let wants = |group| arguments.figures.is_empty() || arguments.figures.contains(&group);
    let small = arguments.small;
    let mut report = Report::begin();
    for engine in Engine::available(&mut report) {
        if wants(Group::Import) {
            import::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Dispatch) {
            dispatch::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Gate) {
            gate::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Pages) {
            pages::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Outbox) {
            outbox::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Read) {
            read::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Cost) {
            cost::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Siege) {
            siege::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Hostile) {
            hostile::measure(&engine, small, &mut report).await?;
        }
        if wants(Group::Pushes) {
            pushes::measure(&engine, small, &mut report).await?;
        }
    }
    Ok(())
}
