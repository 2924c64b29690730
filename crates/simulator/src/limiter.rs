//! An optional request limit: so many per sliding second of real time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

#[derive(Default)]
pub(crate) struct Limiter {
    admitted: VecDeque<Instant>,
}

impl Limiter {
    /// Counts a request that arrived `now` in, unless `per_second` were counted within the second before. 0
    /// means no limit.
    pub(crate) fn admits(&mut self, per_second: usize, now: Instant) -> bool {
        while self
            .admitted
            .front()
            .is_some_and(|then| now.saturating_duration_since(*then) >= Duration::from_secs(1))
        {
            self.admitted.pop_front();
        }
        let admits = per_second == 0 || self.admitted.len() < per_second;
        if admits {
            self.admitted.push_back(now);
        }
        admits
    }
}
