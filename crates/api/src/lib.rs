//! The REST surface.
//!
//! A request goes: `finish` (id, log line, problems, overload) → `auth` (who, whether they may, how often; below `/v1`) → a handler of `routes/`, which
//! extracts, calls one use case of the engine and maps the result → back through `finish`.
//!
//! - `routes/` one file for each resource; the OpenAPI annotations are on the handlers
//! - `overload` and `quota` who is turned away
//! - `audit` what was asked for and answered is written down
//! - `permissions` what each operation needs
//! - `form` reads bodies and query strings and collects everything that is wrong with them
//! - `wire/` the shapes: forms in, views out
//! - `idempotency/` requests that have their effect once
//! - `upload/` streams of contacts
//! - `feed` the feed of events and the streams of those who follow it
//! - `download` recordings on their way; `places` how many streams and downloads there may be
//! - `problem/` everything that goes wrong, from one table
//! - `openapi/` the document, its examples, what the vendors add to it
//!
//! Not for: deciding anything (the engine), vendors, SQL, configuration.

mod app;
mod audit;
mod auth;
mod body;
mod cursor;
mod download;
mod draining;
mod etag;
mod export;
mod feed;
mod finish;
mod form;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod idempotency;
mod metrics;
mod openapi;
mod overload;
mod paging;
mod path;
mod permissions;
mod places;
mod prefer;
mod problem;
mod quota;
mod routes;
mod serve;
mod trace;
mod upload;
mod wire;

pub use metrics::Requests;
pub use openapi::{openapi, openapi_json};
pub use quota::Quotas;
#[cfg(feature = "bare")]
pub use serve::serve_bare;
pub use serve::{ApiSettings, serve, serve_watching};
