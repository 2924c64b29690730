//! The register of simulated vendors: the one shared file that knows them by name.
//!
//! Everything around it speaks of a [`Provider`] or of a [`Vendor`]; how a vendor behaves is in its own
//! folder. Adding one is its folder and a line in each item here.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::exchange::Vendor;
use crate::faults::Mode;
use crate::wire::Inbound;
use crate::{airudder, nxtele, tencent};

/// The largest request body any vendor takes, in bytes.
pub(crate) const BODY_LIMIT: usize = tencent::BODY_LIMIT;

/// The vendors' own names are used in code and in every `/_sim` body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Provider {
    Nxtele,
    #[serde(alias = "tencent")]
    TencentCcc,
    Airudder,
}

impl Provider {
    pub(crate) const ALL: [Provider; 3] = [Provider::Nxtele, Provider::TencentCcc, Provider::Airudder];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Provider::Nxtele => "nxtele",
            Provider::TencentCcc => "tencent_ccc",
            Provider::Airudder => "airudder",
        }
    }

    /// Whom a request is for, and that vendor's own name of what it asks.
    pub(crate) fn addressed_by(request: &Inbound) -> Option<(Provider, &str)> {
        Provider::ALL.into_iter().find_map(|provider| {
            let operation = match provider {
                Provider::Nxtele => nxtele::operation(request),
                Provider::TencentCcc => tencent::operation(request),
                Provider::Airudder => airudder::operation(request),
            };
            operation.map(|operation| (provider, operation))
        })
    }

    /// Whether an operation makes something a phone may ring for.
    pub(crate) fn creates(self, operation: &str) -> bool {
        match self {
            Provider::Nxtele => matches!(operation, "createTask" | "createAndCall" | "addBatchCall"),
            Provider::TencentCcc => operation == "CreateAutoCalloutTask",
            Provider::Airudder => matches!(operation, "createinstance" | "uploaddetails"),
        }
    }

    /// Why a fault of this mode cannot strike this operation, in words for the person who wants it to.
    pub(crate) fn immunity(self, mode: Mode, operation: &str) -> Option<&'static str> {
        match mode {
            Mode::WrongSignature if self != Provider::Nxtele => {
                Some("wrong_signature: only nxtele signs its answers and webhooks")
            }
            Mode::DuplicateCreate if operation != "*" && !self.creates(operation) => {
                Some("duplicate_create: the operation creates nothing; name one that does, or *")
            }
            _ => None,
        }
    }
}

/// What each vendor's papers leave open, under the vendor's short name.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where vendors say that recordings are, without a slash at the end; `null`: here, on this port.
    pub(crate) recordings_url: Option<String>,
    pub(crate) nxtele: nxtele::Settings,
    pub(crate) tencent: tencent::Settings,
    pub(crate) airudder: airudder::Settings,
}

/// The vendors' platforms, as they stand at one moment.
#[derive(Default)]
pub(crate) struct Vendors {
    nxtele: nxtele::Platform,
    tencent: tencent::Platform,
    airudder: airudder::Platform,
}

impl Vendors {
    pub(crate) fn one(&mut self, provider: Provider) -> &mut dyn Vendor {
        match provider {
            Provider::Nxtele => &mut self.nxtele,
            Provider::TencentCcc => &mut self.tencent,
            Provider::Airudder => &mut self.airudder,
        }
    }

    pub(crate) fn all(&mut self) -> [&mut dyn Vendor; 3] {
        [&mut self.nxtele, &mut self.tencent, &mut self.airudder]
    }

    /// When the first of them will do something by itself.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        let each = [self.nxtele.next_due(), self.tencent.next_due(), self.airudder.next_due()];
        each.into_iter().flatten().min()
    }
}
