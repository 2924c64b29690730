//! From names to addresses; a trait, so that tests can have resolvers that lie.

use async_trait::async_trait;
use std::fmt::Debug;
use std::io;
use std::net::IpAddr;

/// Who knows the addresses of names.
#[async_trait]
pub trait Resolver: Debug + Send + Sync {
    /// All addresses of the name.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}
