//! The vendors Outdial can dial through: one folder each, always the same set of files, and one
//! line each in the [`registry`].
//!
//! `mod.rs` what it can do · `config.rs` what it needs · `client.rs` how it talks · `wire.rs` what
//! the vendor says · `map.rs` model ↔ wire, tables of statuses and errors · `sign.rs` signatures ·
//! `webhook.rs` verify, then parse. Everything but `client.rs` is a pure function.

mod airudder;
mod lenient;
mod nxtele;
mod provider_options;
mod redact;
pub mod registry;
mod settings;
mod tencent_ccc;

pub use settings::nearest;
