//! The contract between Outdial and a vendor.
//!
//! A vendor is one [`Provider`]: a dozen intentions, each with one argument struct, no default
//! bodies. What it can do is data ([`Capabilities`]); what went wrong answers three questions
//! ([`ProviderError`]: what is wrong, could the vendor have acted, what may we do). Adapters get a
//! [`Transport`] and a clock and nothing else: they do not store, spawn, sleep or read the
//! environment, and everything in them but `client.rs` is a pure function.
//!
//! [`MemoryProvider`] is the smallest honest implementation; `conformance` (behind the feature of that name)
//! holds the checks every implementation passes. Whoever acts under a claim that may run out puts its
//! requests under a [`fence`].
//!
//! Not for: deciding when to dial (the engine), remembering anything (the store).

mod capabilities;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod error;
mod factory;
pub mod fence;
mod inbound;
mod memory;
mod push_client;
mod report;
mod request;
mod transport;

pub use capabilities::{Capabilities, Limits, Operation, Staging, Support};
pub use contract::Provider;
pub use error::{Effect, ErrorKind, ProviderError, RetryAdvice};
pub use factory::{AccountSettings, ConfigProblem, Deps, Factory, SettingKey, Table};
pub use inbound::{Ack, Confirmation, Inbound, PushKind, PushedContact, ReceiveError, Received, Subject};
pub use memory::{MemoryOptions, MemoryProvider, MemoryPush, MemoryVendor, NextAnswer, Ring};
pub use push_client::{PushClient, TOKEN_LIFE};
pub use report::{
    Added, CallReport, Catalog, CatalogItem, Checked, ContactProgress, ContactReport, Found, Opened, Placed,
    Progress, Refusal, SegmentReport, SegmentState, VendorTask, VendorTaskPage, VendorTaskState,
};
pub use request::{
    AddContacts, Callbacks, CancelContacts, Control, DialContact, Find, OpenSegment, PageRequest, PlaceCall,
    ReadProgress, SegmentRef, UpdateSegment, Verb,
};
pub use transport::{
    Answer, Outgoing, RateLimits, Reserved, Slots, Transport, TransportError, TransportSettings,
};
