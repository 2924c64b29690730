//! A token is fetched once, however many ask for it at the same time.

use crate::conformance::bench::LONG_FUSE;
use crate::conformance::{Bench, Outcome, ensure};
use futures_util::future::join_all;

const AT_ONCE: usize = 8;

pub(super) async fn once(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    let segments: Vec<_> = (0..AT_ONCE).map(|_| bench.new_segment()).collect();
    let openings = segments.iter().map(|segment| bench.open(&*bench.provider, segment, LONG_FUSE));
    for opened in join_all(openings).await {
        opened?;
    }
    let logins = line.logins();
    ensure(logins == 1, format!("the token was fetched {logins} times"))
}
