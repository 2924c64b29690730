//! Stories over real HTTP: the API before an engine with its worker, a SQLite file and a vendor in memory.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod access;
mod account_routes;
mod bad_input;
mod blockers;
mod budgets;
mod causes;
mod changes;
mod document;
mod emergency;
mod events;
mod following;
mod hostile;
mod ingress;
mod keys;
mod lasting;
mod lists;
mod metrics;
mod once;
mod once_streams;
mod preflight;
mod quotas;
mod recording_hosts;
mod recordings;
mod redial;
mod requests;
mod safety;
mod single_calls;
mod story;
mod suppressions;
mod test_api;
mod tokens;
mod uploads;
mod vendor;
mod webhooks;
