//! A vendor in trouble is not asked more than usual.

use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Outcome, Reply, ensure};
use crate::{Operation, SegmentRef};
use futures_util::future::join_all;

/// Enough that what an account may have saved (ten retries) does not decide.
const READS: usize = 100;

pub(super) async fn reads_are_repeated(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    let segment = bench.stage(LONG_FUSE).await?;
    line.disturb(out_of_order());
    let mut operations = reads(bench).into_iter();
    if let Some(first) = operations.next() {
        let sent = ask(bench, first, &segment).await?;
        ensure((2..=3).contains(&sent), format!("{} was sent {sent} times", first.as_str()))?;
    }
    for operation in operations {
        let sent = ask(bench, operation, &segment).await?;
        ensure((1..=3).contains(&sent), format!("{} was sent {sent} times", operation.as_str()))?;
    }
    Ok(())
}

pub(super) async fn reads_are_not_multiplied(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    let segment = bench.stage(LONG_FUSE).await?;
    let Some(read) = reads(bench).first().copied() else { return Ok(()) };
    line.disturb(out_of_order());
    let before = line.operations();
    join_all((0..READS).map(|_| bench.perform(&*bench.provider, read, &segment))).await;
    let sent = line.operations() - before;
    let most = READS + READS / 5 + 10;
    ensure((READS..=most).contains(&sent), format!("{READS} reads became {sent}"))
}

fn out_of_order() -> Disturbance {
    Disturbance::Answer(Reply::html(503, "<html>Service Unavailable</html>"))
}

fn reads(bench: &Bench) -> Vec<Operation> {
    let reads = [Operation::Progress, Operation::FindSegment, Operation::ListVendorTasks];
    reads.into_iter().filter(|&operation| bench.offers(operation)).collect()
}

/// How often it was sent, although nobody answers.
async fn ask(bench: &Bench, operation: Operation, segment: &SegmentRef) -> Outcome<usize> {
    let (_, line) = bench.wire()?;
    let before = line.operations();
    let result = bench.perform(&*bench.provider, operation, segment).await;
    ensure(result.is_err(), format!("{} succeeds although nobody answers it", operation.as_str()))?;
    Ok(line.operations() - before)
}
