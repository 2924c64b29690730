//! Waiting for a condition.

use std::fmt::Debug;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks again and again until `found` likes what it sees, and answers that; after half a minute,
/// panics with the last thing seen.
pub async fn until<T: Debug>(what: &str, look: impl AsyncFnMut() -> T, found: impl Fn(&T) -> bool) -> T {
    until_within(PATIENCE, what, look, found).await
}

/// As [`until`], for as long as `patience`.
pub async fn until_within<T: Debug>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> T,
    found: impl Fn(&T) -> bool,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        let seen = look().await;
        if found(&seen) {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}; last seen: {seen:#?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
