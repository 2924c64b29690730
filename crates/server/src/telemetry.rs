//! Where log lines go. `RUST_LOG` decides which, in the syntax of `tracing_subscriber::EnvFilter`.

use tracing_subscriber::EnvFilter;

/// For machines: one JSON object per line on standard output.
pub(crate) fn json() {
    let _ = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter("info")).try_init();
}

/// For people at a terminal: on standard error, and only what needs them.
pub(crate) fn quiet() {
    let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter("warn")).try_init();
}

fn filter(fallback: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(fallback))
}
