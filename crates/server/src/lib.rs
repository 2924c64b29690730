//! The outdial binary: configuration, telemetry, wiring, shutdown and the command line.
//!
//! [`Config`] says what is wanted, [`Gateway`] is it running: store, engine, worker and API in one
//! process. The command line and tests both go through these two; [`Rehearsal`] is the configuration
//! that needs nothing but the simulator.
//!
//! Not for: anything a request or a task does; that is the API's and the engine's.

mod cli;
mod commands;
mod config;
mod demo;
mod door;
mod gateway;
mod open_files;
#[cfg(feature = "otlp")]
mod otlp;
mod panics;
mod rehearsal;
mod reload;
mod shutdown;
mod slots;
mod telemetry;
mod terminal;

pub use commands::run;
pub use config::{
    AccountConfig, Config, ConfigProblems, DEFAULTS, Limited, Origin, Problem, ShownValue, StoreUrl, Webhooks,
};
pub use gateway::{Gateway, StartError};
pub use outdial_provider::Factory;
pub use outdial_providers::registry;
pub use rehearsal::Rehearsal;
pub use reload::Reloaded;
