//! The shapes of the API: what clients send (forms) and what they get (views).
//!
//! The model has no serde form for the wire on purpose: a view names every field it shows, a form is
//! read by [`form`](crate::form). One file for each noun.

pub(crate) mod account;
pub(crate) mod api_key;
pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod blockers;
pub(crate) mod call;
pub(crate) mod call_form;
pub(crate) mod cap;
pub(crate) mod contact;
pub(crate) mod counts;
pub(crate) mod delivery;
pub(crate) mod emergency_stop;
pub(crate) mod erasure;
pub(crate) mod event;
pub(crate) mod event_data;
mod merge;
pub(crate) mod preflight;
pub(crate) mod provider;
pub(crate) mod push;
pub(crate) mod reconciliation;
pub(crate) mod redial;
pub(crate) mod route;
pub(crate) mod safety;
pub(crate) mod schedule;
pub(crate) mod segment;
pub(crate) mod suppression;
pub(crate) mod task;
pub(crate) mod task_form;
pub(crate) mod vendor_task;
pub(crate) mod webhook_endpoint;
pub(crate) mod words;

use outdial_model::Timestamp;

/// An instant as every answer writes it: RFC 3339, UTC, milliseconds.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests;
