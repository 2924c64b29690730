//! Since when something exists, and from when lists show it: they lag behind under `hide_from_lists`.

use std::time::{Duration, Instant};

/// How far lists lag behind, from one item to the next anything between two spans of real time.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lag {
    pub(crate) least: Duration,
    pub(crate) most: Duration,
}

impl Lag {
    fn for_one_of(self, luck: f64) -> Duration {
        self.least + self.most.saturating_sub(self.least).mul_f64(luck)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Listed {
    created: Instant,
    hidden_for: Duration,
    /// The item's own place between the least and the most of any lag, from 0 to 1: whoever reads twice
    /// finds it behind by the same span twice.
    luck: f64,
}

impl Listed {
    pub(crate) fn after(lag: Lag, luck: f64) -> Listed {
        Listed { created: Instant::now(), hidden_for: lag.for_one_of(luck), luck }
    }

    /// Whether a read that lags behind shows it.
    pub(crate) fn is_shown(&self, lag: Lag) -> bool {
        self.created.elapsed() >= self.hidden_for.max(self.behind(lag))
    }

    /// How far this item is behind in a read.
    pub(crate) fn behind(&self, lag: Lag) -> Duration {
        lag.for_one_of(self.luck)
    }
}
