//! A status nobody knows keeps the last known state.

use crate::SegmentState;
use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Outcome, ensure};

pub(super) async fn unknown(bench: &Bench) -> Outcome {
    let (wire, line) = bench.wire()?;
    let segment = bench.stage(LONG_FUSE).await?;
    let Some(reply) = wire.unknown_status(&segment) else {
        return Ok(());
    };
    line.disturb(Disturbance::Answer(reply));
    let report = bench.provider.segment_status(&segment).await?;
    let is_kept = report.state == SegmentState::Unrecognized && report.raw.is_some();
    ensure(is_kept, format!("a status nobody knows is read as {report:?}"))
}
