//! Webhooks: what happens, told to whoever asked for it.
//!
//! Clients name endpoints and what they want to hear ([`create_endpoint`](crate::Engine::create_endpoint) and its neighbours). The
//! store plans deliveries from the log of events; a *courier* in every process takes those that are due,
//! makes a signed message of each (Standard Webhooks 1.0), posts it through the guarded way out, and
//! settles what came of it: delivered, again later, given up, or the endpoint disabled.
//!
//! An event arrives at least once, under the same id each time; events of one contact arrive in order, for the
//! next one leaves when the one before has been settled. One endpoint's illness is not another's: how
//! many deliveries of an endpoint may be under way follows from how it has answered (`standing.rs`).
//!
//! `endpoints.rs` what clients do with endpoints · `trial.rs` a message sent on request · `secret.rs` signing
//! secrets · `body.rs` what it says · `message.rs` as it leaves · `attempt.rs` one attempt · `schedule.rs` what
//! follows from it · `courier.rs` all of them, all the time · `planner.rs` what there is to deliver.
//!
//! Not for: which events there are (the model), which deliveries are due (the store), where messages may go
//! (the way out).

mod attempt;
mod body;
mod courier;
mod endpoints;
mod message;
mod planner;
mod schedule;
mod secret;
mod standing;
mod trial;

pub use attempt::Attempts;
pub(crate) use attempt::Tally;
pub use endpoints::IssuedEndpoint;
pub use trial::Trial;
