//! Sending.

use crate::guard::{Guard, Hook};
use crate::target::MOST_BYTES;
use crate::{Answer, Download, Limits, OutwardError, Policy, Resolver, SystemResolver, Target};
use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, redirect};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime;
use tokio::time::Instant;

/// Longest wait for a name's addresses and a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections kept for one host, and for how long: there may be a thousand hosts.
const IDLE_CONNECTIONS: usize = 2;
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Headers of a request. Values may be secrets; none is ever logged.
pub type Headers = [(&'static str, String)];

/// The guarded way out. Clones share everything.
#[derive(Debug, Clone)]
pub struct Outward {
    guard: Arc<Guard>,
    /// Longest URL, in bytes.
    longest: usize,
    /// One for each runtime that sends: a pooled connection is driven by the runtime that opened it, and
    /// every thread of the HTTP server has a runtime of its own.
    clients: Arc<Mutex<HashMap<runtime::Id, Client>>>,
}

impl Outward {
    /// A way out under `policy`, names resolved by the machine.
    pub fn new(policy: Policy) -> Self {
        Self::resolving_by(policy, Arc::new(SystemResolver))
    }

    /// As [`Self::new`], names resolved by `resolver`.
    pub fn resolving_by(policy: Policy, resolver: Arc<dyn Resolver>) -> Self {
        Self { guard: Arc::new(Guard { policy, resolver }), longest: MOST_BYTES, clients: Arc::default() }
    }

    /// The same, for URLs of up to `longest` bytes: those that machines make may be longer than people's.
    #[must_use]
    pub fn for_urls_of(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// A target, as far as the text tells.
    pub fn target(&self, text: &str) -> Result<Target, OutwardError> {
        Target::parse(text, self.longest, &self.guard.policy)
    }

    /// A target whose host has addresses, all of them allowed, at this moment; for whoever is given a URL.
    pub async fn check(&self, text: &str) -> Result<Target, OutwardError> {
        let target = self.target(text)?;
        if let Some(name) = target.url().domain() {
            let found = tokio::time::timeout(CONNECT_TIMEOUT, self.guard.addresses(name)).await;
            found.map_err(|_| OutwardError::Unresolvable)??;
        }
        Ok(target)
    }

    /// Posts `body`, byte for byte. The answer's head has to come before the deadline, whatever its status;
    /// of its body no more is read than comes at once, and at most 64 KiB.
    pub async fn post(
        &self,
        target: &Target,
        headers: &Headers,
        body: Bytes,
        deadline: Duration,
    ) -> Result<Answer, OutwardError> {
        let request = self.request(Method::POST, target, headers)?.timeout(deadline).body(body);
        Ok(Answer::of(request.send().await?).await)
    }

    /// Asks for something that may be large. Its head comes, and then its body piece by piece, within `limits`.
    pub async fn get(
        &self,
        target: &Target,
        headers: &Headers,
        limits: Limits,
    ) -> Result<Download, OutwardError> {
        let request = self.request(Method::GET, target, headers)?.timeout(limits.deadline);
        let began = Instant::now();
        let head = tokio::time::timeout(limits.patience, request.send()).await;
        Ok(Download::of(head.map_err(|_| OutwardError::Timeout)??, began, limits))
    }

    fn request(
        &self,
        method: Method,
        target: &Target,
        headers: &Headers,
    ) -> Result<RequestBuilder, OutwardError> {
        // The target may be of another policy, or of the same under another configuration.
        let target = self.target(target.expose())?;
        Ok(self.client()?.request(method, target.url().clone()).headers(header_map(headers)?))
    }

    /// The client of the runtime this is called on.
    fn client(&self) -> Result<Client, OutwardError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        match clients.entry(runtime::Handle::current().id()) {
            Entry::Occupied(client) => Ok(client.get().clone()),
            Entry::Vacant(place) => Ok(place.insert(self.build()?).clone()),
        }
    }

    fn build(&self) -> Result<Client, OutwardError> {
        let client = Client::builder()
            .dns_resolver(Hook(Arc::clone(&self.guard)))
            .https_only(!self.guard.policy.allow_http)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .no_gzip()
            .no_deflate()
            .no_brotli()
            .no_zstd()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .user_agent(concat!("outdial/", env!("CARGO_PKG_VERSION")));
        client.build().map_err(|_| OutwardError::Tls("the client could not be set up".into()))
    }
}

fn header_map(headers: &Headers) -> Result<HeaderMap, OutwardError> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let unfit = OutwardError::Text("a header has characters HTTP does not allow");
        let mut value = HeaderValue::from_str(value).map_err(|_| unfit)?;
        value.set_sensitive(true);
        map.insert(HeaderName::from_static(name), value);
    }
    Ok(map)
}
