//! A real server, a real simulator and helpers named after verbs, for tests.
//!
//! [`Site`] is what gateways stand on: simulated vendors and a database of their own, on either engine of the
//! store. [`TestApp`] is a site with a gateway in this process, [`Process`] a gateway that can be killed or
//! frozen, [`Wire`] a line to the vendors that can go dead, [`Disk`] a disk that can be full, [`Cluster`] a
//! database server that can be away, [`Receiver`] somebody who gets events. [`Api`] says what a client says, [`Vendors`] what
//! only a test can ask of the simulated vendors. Waiting is for a condition, never for a duration, and gives up
//! with the last thing seen.
//!
//! Everything here panics when it does not succeed: a test has nothing better to do.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed step is the end of a test")]

mod api;
mod app;
mod cluster;
mod disk;
mod place;
mod process;
mod receiver;
mod site;
mod vendors;
mod wait;
mod wire;

pub use api::{Answer, Api};
pub use app::TestApp;
pub use cluster::Cluster;
pub use disk::Disk;
pub use place::{Place, StoreKind};
pub use process::Process;
pub use receiver::{Received, Receiver, Reply};
pub use site::{Setup, Site};
pub use vendors::{Rings, Vendors};
pub use wait::{until, until_within};
pub use wire::{Way, Wire};
