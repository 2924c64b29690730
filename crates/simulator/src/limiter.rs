//! An optional request limit: so many per sliding second of real time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

#[derive(Default)]
pub(crate) struct Limiter {
    admitted: VecDeque<Instant>,
}

impl Limiter {
    /// Counts a request in, unless `per_second` were counted within the last second. 0 means no limit.
    pub(crate) fn admits(&mut self, per_second: usize) -> bool {
        let now = Instant::now();
        while self.admitted.front().is_some_and(|then| now - *then >= Duration::from_secs(1)) {
            self.admitted.pop_front();
        }
        let admits = per_second == 0 || self.admitted.len() < per_second;
        if admits {
            self.admitted.push_back(now);
        }
        admits
    }
}
