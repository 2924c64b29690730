//! The one list of vendors.

use outdial_provider::Factory;

/// Every vendor this binary can dial through.
pub const FACTORIES: &[&Factory] = &[
    // One line for each vendor.
    &crate::nxtele::FACTORY,
    &crate::tencent_ccc::FACTORY,
    &crate::airudder::FACTORY,
];

/// The vendor an account names with `provider = "…"`.
pub fn find(kind: &str) -> Option<&'static Factory> {
    FACTORIES.iter().find(|factory| factory.kind == kind).copied()
}
