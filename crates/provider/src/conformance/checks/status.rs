//! A status nobody knows keeps the last known state.

use crate::SegmentState;
use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Outcome, Violation, ensure};

pub(super) async fn unknown(bench: &Bench) -> Outcome {
    let (wire, line) = bench.wire()?;
    let strange = wire.unknown_status().ok_or_else(|| Violation::new("no answer has a status"))?;
    let segment = bench.stage(LONG_FUSE).await?;
    line.disturb(Disturbance::Answer(strange(&segment)));
    let report = bench.provider.segment_status(&segment).await?;
    let is_kept = report.state == SegmentState::Unrecognized && report.raw.is_some();
    ensure(is_kept, format!("a status nobody knows is read as {report:?}"))
}
