//! An account's HTTP clients: one for each thread that talks.
//!
//! A pooled connection is driven by the runtime that opened it, and every thread of the HTTP server has
//! a runtime of its own. With one client for all of them, a request made on one thread would wait for
//! another to drive its connection, and a runtime that ends would take connections others believe in
//! with it. There are as many clients as threads have ever talked at the same time.

use super::TransportError;
use reqwest::{Client, redirect};
use std::sync::Arc;
use std::time::Duration;
use thread_local::ThreadLocal;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(super) struct Clients {
    timeout: Duration,
    by_thread: Arc<ThreadLocal<Client>>,
}

impl Clients {
    /// Makes this thread's client at once: if that works, it works for the others.
    pub(super) fn new(timeout: Duration) -> Result<Self, TransportError> {
        let clients = Self { timeout, by_thread: Arc::default() };
        clients.of_this_thread()?;
        Ok(clients)
    }

    pub(super) fn of_this_thread(&self) -> Result<Client, TransportError> {
        self.by_thread.get_or_try(|| build(self.timeout)).cloned()
    }
}

fn build(timeout: Duration) -> Result<Client, TransportError> {
    Client::builder()
        .retry(reqwest::retry::never())
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .user_agent(concat!("outdial/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| TransportError::NotSent("the HTTP client could not be set up"))
}
