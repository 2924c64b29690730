//! The checks every provider passes, each a plain async function over a [`Bench`].
//!
//! A vendor brings a [`Harness`]: a stand-in of itself to start, a task and numbers it accepts, its
//! table of errors, samples of what it pushes. From that the suite makes one named trial per vendor and
//! check. Vendors with a wire are talked to through a [`Line`], which records every byte and can lose,
//! cut, garble and forge answers; the in-memory provider has none and is among the vendors in every run.
//! A vendor of the registry without a harness is a failure, and so is a harness without trials.
//!
//! `harness.rs` what a vendor brings · `bench.rs` what a check has at hand · `line.rs`, `http.rs` the
//! disturbed wire · `checks/` the checks · `run.rs` the trials and the closing table · `memory.rs` the
//! in-memory provider's harnesses.
//!
//! Not for: how a vendor's own values are mapped; that is tested next to its `map.rs`.

mod bench;
mod checks;
mod connect;
mod harness;
mod http;
mod line;
mod memory;
mod outcome;
mod run;

pub use bench::Bench;
pub use connect::connect;
pub use harness::{ErrorRow, Harness, Pace, PushHeaders, Pushes, StatusReply, Vendor, Wire};
pub use http::{Reply, Request};
pub use line::{Change, Disturbance, Line};
pub use memory::in_memory;
pub use outcome::{Outcome, Violation, ensure};
pub use run::{examine, run};
