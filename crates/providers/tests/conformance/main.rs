//! Every vendor of the registry through the conformance suite, against its simulator.
//!
//! One file per vendor holds what only that vendor can say; `simulated` is what they share.

mod airudder;
mod nxtele;
mod simulated;
mod tencent_ccc;

use outdial_provider::conformance::{Harness, run};
use outdial_providers::registry::FACTORIES;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let registered: Vec<_> = FACTORIES.iter().map(|factory| factory.kind).collect();
    let vendors: Vec<Arc<dyn Harness>> = vec![
        Arc::new(nxtele::Nxtele),
        Arc::new(tencent_ccc::TencentCcc::WITHOUT_PROOF),
        Arc::new(tencent_ccc::TencentCcc::WITH_BASIC),
        Arc::new(tencent_ccc::TencentCcc::WITH_BEARER),
        Arc::new(tencent_ccc::TencentCcc::WITH_TOKENS),
        Arc::new(airudder::AiRudder::WITH_EVERY_PATH),
        Arc::new(airudder::AiRudder::WITHOUT_PATHS),
    ];
    run(vendors, &registered)
}
