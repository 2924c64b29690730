//! A gateway and a site, together, in this process.

use crate::site::all_scopes;
use crate::{Api, Setup, Site};
use outdial_model::Secret;
use outdial_server::{Config, Gateway};
use outdial_store::Store;
use std::ops::Deref;
use std::sync::Arc;

/// A gateway with an account at every simulated vendor. Says what [`Api`] says, and what [`Site`] says by
/// [`site`](Self::site).
#[derive(Debug)]
pub struct TestApp {
    api: Api,
    gateway: Option<Gateway>,
    site: Site,
    key: Secret,
}

impl Deref for TestApp {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl TestApp {
    /// Starts both.
    pub async fn with(setup: Setup) -> Self {
        Self::through(setup, |store| store).await
    }

    /// Starts both, everything the gateway keeps going through what `through` makes of the store.
    pub async fn through(
        setup: Setup,
        through: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store> + Send,
    ) -> Self {
        let site = Site::set(setup).await;
        Self::standing_on(site, through).await
    }

    /// Starts a gateway on `site`, as [`Self::through`].
    pub async fn standing_on(
        site: Site,
        through: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store> + Send,
    ) -> Self {
        let config = site.rehearsal.config().expect("the rehearsal's configuration is one");
        let gateway = Gateway::start_through(config, through).await.expect("the gateway starts");
        let tenant = "test".parse().expect("a usable tenant");
        let key = gateway.issue_key(&tenant, "test", all_scopes()).await.expect("a key can be made").token;
        Self { api: Api::new(gateway.url(), key.clone()), gateway: Some(gateway), site, key }
    }

    /// Stops the gateway in order and starts another on the same database; the vendors go on.
    pub async fn restart(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop().await;
        }
        self.start_gateway().await;
    }

    /// Ends the gateway where it stands: what a kill leaves behind is left.
    pub async fn abandon_gateway(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.abandon().await;
        }
    }

    /// Starts a gateway where the one before was.
    pub async fn start_gateway(&mut self) {
        let config: Config = self.site.rehearsal.config().expect("the rehearsal's configuration is one");
        let gateway = Gateway::start(config).await.expect("the gateway starts");
        self.api = Api::new(gateway.url(), self.key.clone());
        self.gateway = Some(gateway);
    }

    /// Ends everything in order.
    pub async fn shut_down(mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop().await;
        }
        self.site.clear().await;
    }

    /// Vendors and database.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The simulated vendors.
    pub fn vendors(&self) -> crate::Vendors {
        self.site.vendors()
    }

    /// Another client, of another tenant.
    pub async fn client_of(&self, tenant: &str) -> Api {
        let gateway = self.gateway.as_ref().expect("the gateway runs");
        let tenant = tenant.parse().expect("a usable tenant");
        let key = gateway.issue_key(&tenant, "test", all_scopes()).await.expect("a key can be made");
        Api::new(gateway.url(), key.token)
    }

    /// As [`Site::task`].
    pub fn task(&self, kind: &str, endings: &[&str]) -> serde_json::Value {
        self.site.task(kind, endings)
    }

    /// As [`Site::contact`].
    pub fn contact(&self, kind: &str, row: usize, ending: &str) -> serde_json::Value {
        self.site.contact(kind, row, ending)
    }
}
