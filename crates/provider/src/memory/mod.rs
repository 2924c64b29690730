//! The smallest honest provider: a vendor in memory, which rings nobody's real phone.
//!
//! [`MemoryProvider`] is what the engine is tested with and the first that passes the conformance
//! suite. Behind it stands a vendor of the harsh kind: it takes the same segment or person twice when
//! asked twice, and every acceptance becomes a ring. Tests hold the other end, a [`MemoryVendor`]: who
//! was rung, how a call ends, what the next answer will be ([`NextAnswer`]). How segments come to life
//! and which operations exist is chosen with [`MemoryOptions`].
//!
//! `world.rs` is the vendor · `provider.rs` the contract in front of it · `vendor.rs` the handle ·
//! `push.rs` what the vendor pushes.
//!
//! Not for: remembering anything across processes, or speed.

mod options;
mod provider;
mod push;
mod script;
mod vendor;
mod world;

pub use options::MemoryOptions;
pub use provider::MemoryProvider;
pub use push::MemoryPush;
pub use script::NextAnswer;
pub use vendor::{MemoryVendor, Ring};
