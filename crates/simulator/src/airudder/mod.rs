//! Not served yet.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::exchange::{Exchange, Vendor};
use crate::wire::{Inbound, Reply};

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {}

#[derive(Default)]
pub(crate) struct Platform;

impl Vendor for Platform {
    fn operation(&self, _request: &Inbound) -> String {
        String::new()
    }

    fn answer(&mut self, _request: &Inbound, _exchange: &mut Exchange<'_>) -> Reply {
        Reply::not_found()
    }

    fn advance(&mut self, _exchange: &mut Exchange<'_>) {}

    fn next_due(&self) -> Option<Moment> {
        None
    }
}

/// The simulated AI Rudder account's `APPKey`.
pub const APP_KEY: &str = "sim-airudder-key";
/// The simulated AI Rudder account's `APPSecret`.
pub const APP_SECRET: &str = "sim-airudder-secret";

pub(crate) const PREFIX: &str = "/service/cloud/";
pub(crate) const ASSUMED_PREFIX: &str = "/_assumed/airudder/";
