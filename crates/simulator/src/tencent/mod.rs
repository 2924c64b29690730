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

/// The simulated Tencent Cloud account's `SecretId`.
pub const SECRET_ID: &str = "AKIDsimtencent";
/// The simulated Tencent Cloud account's `SecretKey`.
pub const SECRET_KEY: &str = "sim-tencent-secret";
/// The simulated application's `SdkAppId`.
pub const SDK_APP_ID: u64 = 1_400_000_000;

pub(crate) const BODY_LIMIT: usize = 10 * 1024 * 1024;
