//! Where log lines go, and traces. `RUST_LOG` decides which, in the syntax of `tracing_subscriber::EnvFilter`.

use std::fs::File;
use std::io::stdout;
use std::os::fd::AsFd;
use std::sync::Arc;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::prelude::*;

/// Sends traces to a collector.
#[cfg(feature = "otlp")]
pub(crate) use crate::otlp::Traces;
/// Sends nothing: this build knows no collector.
#[cfg(not(feature = "otlp"))]
pub(crate) use tracing_subscriber::layer::Identity as Traces;

/// For machines: one JSON object per line on standard output.
///
/// A line is one call of the system, as with `Stdout`, but the threads that answer requests do not wait for
/// each other's.
pub(crate) fn json(traces: Option<Traces>) {
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter("info"));
    let _ = match stdout().as_fd().try_clone_to_owned() {
        Ok(out) => lines.with_writer(Arc::new(File::from(out))).finish().with(traces).try_init(),
        Err(_) => lines.finish().with(traces).try_init(),
    };
}

/// For people at a terminal: on standard error, and only what needs them.
pub(crate) fn quiet() {
    let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter("warn")).try_init();
}

fn filter(fallback: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(fallback))
}
