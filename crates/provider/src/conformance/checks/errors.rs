//! The vendor's documented errors, row by row.

use crate::Effect;
use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Outcome, ensure};

pub(super) async fn every_row(bench: &Bench) -> Outcome {
    let (wire, line) = bench.wire()?;
    let segment = bench.stage(LONG_FUSE).await?;
    let rows = wire.error_rows();
    ensure(!rows.is_empty(), "the harness has no table of errors")?;
    let mut wrong = Vec::new();
    for row in rows {
        let before = line.operations();
        line.disturb(Disturbance::Answer(row.reply.clone()));
        let result = bench.perform(&*bench.provider, row.operation, &segment).await;
        line.calm();
        let sent = line.operations() - before;
        let is_right =
            result.as_ref().is_err_and(|error| error.kind == row.kind && error.effect == row.effect);
        // Whoever may have been rung must not be sent again, whatever the answer was.
        if !is_right || (row.effect == Effect::Possible && sent != 1) {
            let (operation, name) = (row.operation.as_str(), row.name);
            wrong.push(format!(
                "{name} on {operation}: expected {:?} with effect {:?}, got {result:?} after {sent} requests",
                row.kind, row.effect
            ));
        }
    }
    ensure(wrong.is_empty(), wrong.join("\n"))
}
