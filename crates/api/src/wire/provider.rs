//! A provider: what a vendor can do, natively, by emulation or not at all.

use outdial_engine::Account;
use outdial_engine::provider::{Capabilities, Factory, Limits, Operation, Staging};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A vendor's product that can place calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Provider)]
pub(crate) struct ProviderView {
    /// The word for it in accounts and in `provider_options`.
    #[schema(example = "example-provider")]
    id: &'static str,
    /// The vendor's product, for people.
    title: &'static str,
    #[serde(flatten)]
    abilities: Abilities,
    /// JSON schema of `provider_options.<id>`.
    #[schema(value_type = Object)]
    options_schema: Value,
    /// A task for this vendor, ready to be sent to `POST /v1/tasks`.
    #[schema(value_type = Object)]
    example_task: Value,
}

/// What can be done, how, and within which limits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Abilities {
    /// Every operation: `native`, `emulated` or `unsupported`.
    #[schema(example = json!({"pause": "native", "cancel_contact": "unsupported"}))]
    operations: BTreeMap<&'static str, &'static str>,
    /// What an emulation means, or why something is unsupported, by operation.
    notes: BTreeMap<&'static str, &'static str>,
    /// How a vendor-side task comes to life: `empty_then_start`, `empty_live` (people added to it are
    /// dialed at once) or `whole_with_fuse` (created with its people, later ones go into the next).
    #[schema(value_type = String, example = "empty_then_start")]
    staging: &'static str,
    limits: LimitsView,
    /// How long after a creating request a look-up counts as proof of absence.
    settle_seconds: u64,
}

/// Limits the vendor sets and Outdial keeps to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Limits)]
pub(crate) struct LimitsView {
    /// Most people in one request to the vendor.
    contacts_per_request: usize,
    /// Most people in one vendor-side task; `null` when no limit is known.
    contacts_per_segment: Option<usize>,
    /// Whether a number can be only once in a vendor-side task.
    unique_numbers_per_segment: bool,
}

/// A task for this vendor; it dials with the first of these accounts that is there.
pub(crate) fn example_task(factory: &Factory, mut accounts: impl Iterator<Item = Arc<Account>>) -> Value {
    let mut task = (factory.example_task)();
    if let Some(account) = accounts.find(|account| account.kind.as_str() == factory.kind) {
        task["account"] = Value::from(account.id.as_str());
    }
    task
}

impl ProviderView {
    pub(crate) fn new(factory: &Factory, accounts: impl Iterator<Item = Arc<Account>>) -> Self {
        Self {
            id: factory.kind,
            title: factory.title,
            abilities: (&(factory.capabilities)()).into(),
            options_schema: (factory.options_schema)(),
            example_task: example_task(factory, accounts),
        }
    }
}

impl From<&Capabilities> for Abilities {
    fn from(capabilities: &Capabilities) -> Self {
        let support = |operation: &Operation| capabilities.support(*operation);
        Self {
            operations: Operation::ALL
                .iter()
                .map(|operation| (operation.as_str(), support(operation).as_str()))
                .collect(),
            notes: Operation::ALL
                .iter()
                .filter_map(|operation| Some((operation.as_str(), support(operation).note()?)))
                .collect(),
            staging: match capabilities.staging {
                Staging::EmptyThenStart => "empty_then_start",
                Staging::EmptyLive => "empty_live",
                Staging::WholeWithFuse => "whole_with_fuse",
            },
            limits: capabilities.limits.into(),
            settle_seconds: capabilities.settle.as_secs(),
        }
    }
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> Self {
        Self {
            contacts_per_request: limits.contacts_per_request,
            contacts_per_segment: limits.contacts_per_segment,
            unique_numbers_per_segment: limits.unique_numbers_per_segment,
        }
    }
}
