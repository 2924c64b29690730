//! A claim that runs out, at every question it could be asked: what is called not sent was not sent.
//!
//! The transport asks by itself. What an adapter can still do wrong is to lose the fence (by working in a
//! task of its own) or to pass a fallen one off as the end of a request that had left before.

use super::endings::{creating_operations, to_create_in};
use crate::conformance::{Bench, Outcome, ensure};
use crate::fence::{Fence, within};
use outdial_model::DispatchOutcome;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A creating operation asks three times for each of its requests; more than any of them needs.
const QUESTIONS: usize = 12;

/// Stands the first few times it is asked.
#[derive(Debug)]
struct Falling(AtomicUsize);

impl Fence for Falling {
    fn stands(&self) -> bool {
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

pub(super) async fn nothing_leaves(bench: &Bench) -> Outcome {
    let (_, line) = bench.wire()?;
    for operation in creating_operations(bench) {
        let mut was_stopped = false;
        for stands in 0..QUESTIONS {
            let segment = to_create_in(bench, operation).await?;
            let before = line.operations();
            let fence = Arc::new(Falling(AtomicUsize::new(stands)));
            let result = within(fence, bench.perform(&*bench.provider, operation, &segment)).await;
            let (sent, name) = (line.operations() - before, operation.as_str());
            let is_not_sent = result.as_ref().is_err_and(|error| error.outcome() == DispatchOutcome::NotSent);
            was_stopped |= is_not_sent;
            ensure(
                is_not_sent == (sent == 0),
                format!("{name} under a fence that stood {stands} times: {result:?} after {sent} requests"),
            )?;
        }
        ensure(was_stopped, format!("{} does not heed the fence", operation.as_str()))?;
    }
    Ok(())
}
