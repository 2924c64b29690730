//! An answer that is not what it seems, or lost: what may have happened is never called refused.
//!
//! The plain ways a request can end are in `endings.rs`.

use super::endings::{creating_operations, to_create_in};
use super::unsupported::refuses;
use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Outcome, ensure};
use crate::{Effect, Find, Found, Operation};

pub(super) async fn forged(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    for operation in creating_operations(bench) {
        let segment = to_create_in(bench, operation).await?;
        line.disturb(Disturbance::Forge);
        let result = bench.perform(&*bench.provider, operation, &segment).await;
        line.calm();
        let is_right = result.as_ref().is_err_and(|error| error.effect == Effect::Possible);
        ensure(is_right, format!("{} may have happened, and is called {result:?}", operation.as_str()))?;
    }
    Ok(())
}

/// What the look-up is for: the answer was lost, the vendor has acted, our key finds it.
pub(super) async fn hidden_is_found(bench: &Bench) -> Outcome {
    if !bench.offers(Operation::FindSegment) {
        return refuses(bench, Operation::FindSegment).await;
    }
    let (_, line) = bench.wire()?;
    let segment = bench.new_segment();
    line.disturb(Disturbance::Cut);
    let opened = bench.open(&*bench.provider, &segment, LONG_FUSE).await;
    line.calm();
    ensure(opened.is_err(), "half an answer was enough")?;
    bench
        .until("the segment is found by our key", async || {
            Ok(matches!(bench.provider.find(&Find::Segment(&segment)).await?, Found::Segment(_)))
        })
        .await
}
