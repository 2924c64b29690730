//! Turning requests away before they cost anything, when there are more than can be answered soon.
//!
//! A request that is let in is carried through; one too many is answered 503 at once, so that the others keep their speed.
//! Probes and the emergency stop are always let in. A stream of events is counted only until it begins: it has places of its own.

use crate::problem::{Problem, table};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What is let in however much there is: probes, and the one request that makes it less.
const ALWAYS: [&str; 3] = ["/livez", "/readyz", "/v1/emergency_stop"];

/// How many requests are being answered.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    in_hand: Arc<AtomicUsize>,
    most: usize,
}

/// A request that is being answered, until it is dropped.
#[derive(Debug)]
pub(crate) struct InHand(Arc<AtomicUsize>);

impl Load {
    pub(crate) fn of_at_most(most: usize) -> Self {
        Self { in_hand: Arc::default(), most }
    }

    /// Lets a request in, or says why not.
    pub(crate) fn enter(&self, path: &str) -> Result<InHand, Problem> {
        let others = self.in_hand.fetch_add(1, Ordering::Relaxed);
        let place = InHand(Arc::clone(&self.in_hand));
        if others < self.most || ALWAYS.contains(&path) {
            return Ok(place);
        }
        let detail = format!("{others} requests are being answered; nothing of this one was done");
        Err(Problem::new(&table::OVERLOADED, detail).with_retry_after(Duration::from_secs(1)))
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_is_turned_away_and_a_probe_never() {
        let load = Load::of_at_most(2);
        let first = load.enter("/v1/tasks").unwrap();
        let _second = load.enter("/v1/tasks").unwrap();
        assert!(load.enter("/v1/tasks").unwrap_err().is(&table::OVERLOADED));
        assert!(load.enter("/livez").is_ok());
        assert!(load.enter("/v1/emergency_stop").is_ok());
        drop(first);
        assert!(load.enter("/v1/tasks").is_ok(), "nobody who was turned away is counted");
    }
}
