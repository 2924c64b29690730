//! The guarded way to URLs that others gave us: clients' webhook receivers, vendors' recordings.
//!
//! Whoever may name a URL for us to ask could otherwise let us ask things only we can reach: a cloud's
//! metadata service, a database's console, our own port. So a URL is looked at three times. As text
//! ([`Target`]): `https`, no credentials, a sensible port, no name of a local network, no literal address of
//! the wrong kind however it is written (`0x7f.1`, `[::ffff:127.0.0.1]`, `①②⑦.0.0.1`). Where it is given to
//! us ([`Outward::check`]): every address its name resolves to is of the right kind, or it is refused. And
//! when we connect: the name is resolved by us, and connections go to the addresses that were
//! looked at and to no others, so that a name cannot lead elsewhere a moment later.
//!
//! Then: no redirects (a 3xx is an answer like others), no proxy, no cookies, no repetition, a deadline for
//! the whole, and no more of an answer than is wanted.
//!
//! `address.rs` which addresses are not for us · `name.rs` which names · `policy.rs` what the operator
//! allows all the same · `target.rs` a URL as text · `guard.rs`, `resolver.rs` from name to address ·
//! `host.rs` lists of hosts ·
//! `outward.rs` sending · `answer.rs`, `download.rs` what comes back · `error.rs` what did not.
//!
//! Not for: vendors' APIs, whose hosts the operator configures (the provider contract's transport); knowing
//! what is sent; repeating it.

mod address;
mod answer;
mod download;
mod error;
mod guard;
mod host;
mod name;
mod outward;
mod policy;
mod resolver;
mod target;
#[cfg(feature = "testing")]
pub mod testing;

pub use answer::Answer;
pub use bytes::Bytes;
pub use download::{Download, Limits};
pub use error::OutwardError;
pub use host::{HostRule, NoHostRule};
pub use ipnet::IpNet;
pub use outward::Outward;
pub use policy::Policy;
pub use resolver::{Resolver, SystemResolver};
pub use target::Target;
