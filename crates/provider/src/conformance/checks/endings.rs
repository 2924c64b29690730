//! Every way a creating request can end, row by row: what may have happened is never called refused, what
//! cannot have happened is never called unknown, and nothing is sent twice.
//!
//! Not for: answers the vendor documents; those are each vendor's own table.

use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Disturbance, Line, Outcome, Reply, ensure};
use crate::{ErrorKind, Operation, Provider, SegmentRef};
use outdial_model::DispatchOutcome;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Every deadline here passes for real: long enough for a loopback answer, not longer.
const DEADLINE: Duration = Duration::from_millis(800);

/// A way to end: what it is called, and how it comes about.
type Ending = (&'static str, Cause);

enum Cause {
    /// The vendor is looked for where there is none.
    At(fn(&Line, &TcpListener) -> String),
    /// The request leaves, and this happens to it.
    On(fn() -> Disturbance),
}
use Cause::{At, On};

/// No connection comes about.
const NOT_SENT: &[Ending] = &[
    ("the connection is refused", At(|_, _| "http://127.0.0.1:1".to_owned())),
    // No name has a part longer than 63 characters: it fails without anybody being asked.
    ("the name is not resolved", At(|_, _| format!("http://{}.invalid", "a".repeat(64)))),
    ("TLS fails", At(|line, _| line.url().replacen("http", "https", 1))),
    ("TLS is not answered", At(|_, mute| format!("https://{}", own_address(mute)))),
];

/// The bytes have left.
const UNKNOWN: &[Ending] = &[
    ("a reset before the request is read", On(|| Disturbance::ResetUnread)),
    ("a reset after it", On(|| Disturbance::Reset)),
    ("a hang-up after it", On(|| Disturbance::Close)),
    ("no answer in time", On(|| Disturbance::Silence)),
    ("an answer that stops half way", On(|| Disturbance::Stall)),
    ("an answer cut short", On(|| Disturbance::Cut)),
    ("garbage", On(|| answer(200, "<html>It works!</html>"))),
    ("an empty answer", On(|| answer(200, ""))),
    ("JSON that says nothing", On(|| Disturbance::Answer(Reply::json(200, "null")))),
    ("a server error", On(|| answer(500, "<html>Internal Server Error</html>"))),
    ("a broken gateway", On(|| answer(502, "<html>Bad Gateway</html>"))),
    ("a gateway out of order", On(|| answer(503, ""))),
    ("a gateway out of patience", On(|| answer(504, "<html>Gateway Timeout</html>"))),
    ("a redirect", On(|| Disturbance::Answer(Reply::html(307, "").with_header("location", "/elsewhere")))),
];

/// A status that refuses, without the body the vendor documents: refused where the vendor's own word for
/// it is the status, else unknown.
const REFUSED_OR_UNKNOWN: &[Ending] = &[
    ("a bad request", On(|| answer(400, "<html>Bad Request</html>"))),
    ("forbidden", On(|| answer(403, "<html>Forbidden</html>"))),
    ("not found", On(|| answer(404, "<html>Not Found</html>"))),
    ("too many requests", On(|| answer(429, "slow down"))),
];

fn answer(status: u16, body: &str) -> Disturbance {
    Disturbance::Answer(Reply::html(status, body))
}

fn own_address(listener: &TcpListener) -> String {
    listener.local_addr().map(|address| address.to_string()).unwrap_or_default()
}

pub(super) async fn before_the_bytes_left(bench: &Bench) -> Outcome {
    every(bench, NOT_SENT, &[DispatchOutcome::NotSent]).await
}

pub(super) async fn after_the_bytes_left(bench: &Bench) -> Outcome {
    every(bench, UNKNOWN, &[DispatchOutcome::Unknown]).await
}

pub(super) async fn refused_without_a_body(bench: &Bench) -> Outcome {
    every(bench, REFUSED_OR_UNKNOWN, &[DispatchOutcome::Refused, DispatchOutcome::Unknown]).await
}

async fn every(bench: &Bench, endings: &[Ending], expected: &[DispatchOutcome]) -> Outcome {
    let (_, line) = bench.wire()?;
    let mute = TcpListener::bind(("127.0.0.1", 0)).await?;
    let mut wrong = Vec::new();
    for (ending, cause) in endings {
        for operation in creating_operations(bench) {
            let segment = to_create_in(bench, operation).await?;
            let before = line.operations();
            let (provider, times): (Arc<dyn Provider>, _) = match cause {
                At(url) => (bench.reconnect(&url(line, &mute), DEADLINE)?, 0),
                On(disturbance) => {
                    let provider = bench.reconnect(&line.url(), DEADLINE)?;
                    line.disturb(disturbance());
                    (provider, 1)
                }
            };
            let result = bench.perform(&*provider, operation, &segment).await;
            line.calm();
            let sent = line.operations() - before;
            let is_right = result.as_ref().is_err_and(|error| {
                let is_reached = error.kind != ErrorKind::Unreachable;
                expected.contains(&error.outcome()) && is_reached == (times == 1)
            });
            // What is reset before it is read is not recorded.
            if !is_right || sent > times {
                let name = operation.as_str();
                wrong.push(format!(
                    "{ending} on {name}: expected {expected:?}, got {result:?} after {sent} requests"
                ));
            }
        }
    }
    ensure(wrong.is_empty(), wrong.join("\n"))
}

pub(super) fn creating_operations(bench: &Bench) -> impl Iterator<Item = Operation> {
    let offered = |operation: &Operation| match operation {
        // Where it is Outdial's own business, nothing is sent for it.
        Operation::PlaceCall => bench.provider.capabilities().is_native(Operation::PlaceCall),
        _ => bench.offers(*operation),
    };
    [Operation::OpenSegment, Operation::AddContacts, Operation::PlaceCall].into_iter().filter(offered)
}

/// A segment nobody has heard of, or an empty one to add people to: a vendor may take nobody twice.
pub(super) async fn to_create_in(bench: &Bench, operation: Operation) -> Outcome<SegmentRef> {
    let segment = bench.new_segment();
    if operation != Operation::AddContacts {
        return Ok(segment);
    }
    let opened = bench.open(&*bench.provider, &segment, LONG_FUSE).await?;
    Ok(SegmentRef { vendor_ref: opened.vendor_ref, ..segment })
}
