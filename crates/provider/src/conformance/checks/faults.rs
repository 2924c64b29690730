//! A wire that breaks: what may have happened is never called refused, and never sent again.

use super::unsupported::refuses;
use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Outcome, Reply, ensure};
use crate::{Effect, ErrorKind, Find, Found, Operation, SegmentRef};
use std::time::Duration;

/// Every deadline here passes for real: long enough for a loopback answer, not longer.
const DEADLINE: Duration = Duration::from_millis(800);

pub(super) async fn refused_connection(bench: &Bench) -> Outcome {
    let taken = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let nobody = format!("http://{}", taken.local_addr()?);
    drop(taken);
    let provider = bench.reconnect(&nobody, DEADLINE)?;
    let segment = SegmentRef { vendor_ref: Some("1".to_owned()), ..bench.new_segment() };
    for operation in creating_operations(bench) {
        let result = bench.perform(&*provider, operation, &segment).await;
        let is_right = result
            .as_ref()
            .is_err_and(|error| error.effect == Effect::NotSent && error.kind == ErrorKind::Unreachable);
        ensure(is_right, format!("{} without a connection: {result:?}", operation.as_str()))?;
    }
    Ok(())
}

pub(super) async fn silence(bench: &Bench) -> Outcome {
    creating(bench, Disturbance::Silence).await
}

pub(super) async fn reset(bench: &Bench) -> Outcome {
    creating(bench, Disturbance::Reset).await
}

pub(super) async fn closed(bench: &Bench) -> Outcome {
    creating(bench, Disturbance::Close).await
}

pub(super) async fn cut(bench: &Bench) -> Outcome {
    creating(bench, Disturbance::Cut).await
}

pub(super) async fn garbage(bench: &Bench) -> Outcome {
    creating(bench, Disturbance::Answer(Reply::html(200, "<html>It works!</html>"))).await
}

pub(super) async fn broken_gateway(bench: &Bench) -> Outcome {
    creating(bench, Disturbance::Answer(Reply::html(502, "<html>Bad Gateway</html>"))).await
}

pub(super) async fn forged(bench: &Bench) -> Outcome {
    creating(bench, Disturbance::Forge).await
}

/// Every creating operation, into a line that is disturbed.
async fn creating(bench: &Bench, disturbance: Disturbance) -> Outcome {
    let (_, line) = bench.wire()?;
    let provider = bench.reconnect(&line.url(), DEADLINE)?;
    for operation in creating_operations(bench) {
        let segment = if operation == Operation::OpenSegment {
            bench.new_segment()
        } else {
            bench.stage(LONG_FUSE).await?
        };
        let before = line.operations();
        line.disturb(disturbance.clone());
        let result = bench.perform(&*provider, operation, &segment).await;
        line.calm();
        let (name, sent) = (operation.as_str(), line.operations() - before);
        let is_right = result.as_ref().is_err_and(|error| error.effect == Effect::Possible);
        ensure(is_right, format!("{name} may have happened, and is called {result:?}"))?;
        ensure(sent == 1, format!("{name} was sent {sent} times"))?;
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

pub(super) async fn reads_are_repeated(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    let segment = bench.stage(LONG_FUSE).await?;
    line.disturb(Disturbance::Answer(Reply::html(503, "<html>Service Unavailable</html>")));
    for operation in [Operation::Progress, Operation::FindSegment, Operation::ListVendorTasks] {
        if bench.offers(operation) {
            let before = line.operations();
            let result = bench.perform(&*bench.provider, operation, &segment).await;
            let (name, sent) = (operation.as_str(), line.operations() - before);
            ensure(result.is_err(), format!("{name} succeeds although nobody answers it"))?;
            ensure((2..=3).contains(&sent), format!("{name} was sent {sent} times"))?;
        }
    }
    Ok(())
}

fn creating_operations(bench: &Bench) -> impl Iterator<Item = Operation> {
    [Operation::OpenSegment, Operation::AddContacts].into_iter().filter(|&operation| bench.offers(operation))
}
