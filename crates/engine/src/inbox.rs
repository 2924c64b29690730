//! The inbox: what vendors push is kept before it is acknowledged, and used after that.
//!
//! [`keep`] writes pushes down, many in one transaction; [`text`] is what is kept of one, sealed; [`read`] is
//! the worker that takes them in hand, and [`look`] what it finds: read once more by the provider, traced to a
//! segment and a person, believed or not. Where a vendor can be asked about a push, [`ask`] does; where an unproven one
//! tells something new of somebody who is done, [`late`] reads them once more. [`sweep`]
//! forgets.
//!
//! What a push that is due comes to:
//!
//! - *used*: what it tells is where it belongs, be it that it was known before
//! - *later*: it is about somebody nobody knows yet (it overtook the answer to the request that handed them
//!   over), the vendor could not be asked, or its account is not configured now
//! - *unusable*: nobody it could be about has turned up, or it cannot be read
//! - *refused*: the vendor, asked, does not know it
//!
//! Not for: the door (`ingest`), which decides what is kept at all.

mod ask;
mod keep;
mod late;
mod learn;
mod lists;
mod look;
mod read;
mod sweep;
mod text;

pub(crate) use keep::Keeper;
pub(crate) use text::Identity;

use crate::Account;
use outdial_provider::Received;
use outdial_store::{LeasedPush, SettledPush, Traced};
use std::sync::Arc;
use std::time::Duration;
use text::Text;

/// How long a push may stay in hand; after that another process takes it.
const TERM: Duration = Duration::from_secs(10);
/// Pushes the vendors are being asked about.
const ASKED_AT_ONCE: usize = 8;

/// What a look at a push in hand comes to.
enum Seen {
    /// It can be settled.
    Settled(Box<SettledPush>),
    /// Nobody proved it, and the vendor is to be read for what it tells of.
    Late(Box<Traced>),
}

/// A push in hand that was read.
struct Understood {
    push: LeasedPush,
    account: Arc<Account>,
    text: Text,
    received: Received,
    /// Whether the vendor sent it for sure.
    proven: bool,
}
