//! The guard between a name and a connection: whoever connects gets addresses from here, or none.

use crate::policy::{Policy, Reach};
use crate::{OutwardError, Resolver};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) policy: Policy,
    pub(crate) resolver: Arc<dyn Resolver>,
}

impl Guard {
    /// The name's addresses, all of them allowed. One that is not refuses the name: whoever mixes them in
    /// means no good, or does not know where requests will end up.
    pub(crate) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, OutwardError> {
        let found = self.resolver.lookup(name).await.unwrap_or_default();
        if found.is_empty() {
            return Err(OutwardError::Unresolvable);
        }
        let reach = Reach::of(name);
        for address in &found {
            self.policy.admit(*address, reach)?;
        }
        Ok(found)
    }
}

/// Hands the guard to the HTTP client, which asks it for every name and connects to nothing else. (It does
/// not ask for literal addresses; those are judged where the URL is read.)
#[derive(Debug, Clone)]
pub(crate) struct Hook(pub(crate) Arc<Guard>);

impl Resolve for Hook {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            let found = guard.addresses(name.as_str()).await?;
            // Port 0: the URL's own.
            let addresses: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}
