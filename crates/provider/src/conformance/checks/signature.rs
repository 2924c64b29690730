//! The exact bytes signed are the bytes sent.

use super::pushes::samples;
use crate::conformance::bench::{FIRST_PAGE, SHORT_FUSE};
use crate::conformance::{Bench, Outcome, ensure};
use crate::{Find, Operation};

pub(super) async fn fits_the_bytes(bench: &Bench) -> Outcome {
    let (wire, line) = bench.wire()?;
    bench.provider.check().await?;
    let segment = bench.stage(SHORT_FUSE).await?;
    bench.ignite(&segment).await?;
    // Whether these reads are offered does not matter here: what is sent must be signed.
    bench.provider.find(&Find::Segment(&segment)).await.ok();
    bench.everybody(&segment).await.ok();
    bench.provider.vendor_tasks(&FIRST_PAGE).await.ok();
    if bench.harness.pushes().is_some() {
        for push in samples(bench, bench.now())?.1 {
            push.asked_about(bench).await.ok();
        }
    }
    bench.perform(&*bench.provider, Operation::Stop, &segment).await.ok();
    let requests = line.requests();
    ensure(!requests.is_empty(), "nothing was sent")?;
    for request in requests {
        let verdict = wire.verify(&request);
        ensure(verdict.is_ok(), format!("{} {}: {verdict:?}", request.method, request.path()))?;
    }
    Ok(())
}
