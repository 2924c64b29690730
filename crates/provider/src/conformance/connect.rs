//! A provider as the server makes it: through its factory.

use super::Wire;
use crate::{
    AccountSettings, Callbacks, ConfigProblem, Deps, Provider, RateLimits, Transport, TransportSettings,
};
use outdial_model::{AccountId, Clock};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// More than any trial asks for: budgets are tested elsewhere.
const RATE: u32 = 10_000;

/// The secret part of the URL vendors push to.
pub(super) const INGRESS_SECRET: &str = "ingress-secret-of-the-suite";

/// The provider of an account with these settings at `base_url`.
pub fn connect(
    wire: &dyn Wire,
    settings: Map<String, Value>,
    base_url: &str,
    timeout: Duration,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Provider>, ConfigProblem> {
    let transport = TransportSettings { timeout, rate: RateLimits::per_action(RATE) };
    let unusable = |key: &str, detail: String| ConfigProblem::new(key, detail);
    let deps = Deps {
        account: "conformance"
            .parse::<AccountId>()
            .map_err(|error| unusable("account", error.to_string()))?,
        transport: Transport::new(transport)
            .map_err(|error| unusable("timeout_seconds", error.to_string()))?,
        clock,
        callbacks: Callbacks::new(format!("http://127.0.0.1:9/ingress/conformance/{INGRESS_SECRET}")),
    };
    let settings = AccountSettings { base_url: Some(base_url.to_owned()), table: settings };
    (wire.factory().build)(settings, deps)
}
