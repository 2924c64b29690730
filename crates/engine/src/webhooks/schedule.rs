//! What follows from an attempt.

use outdial_model::Timestamp;
use outdial_store::{Judgement, Verdict};
use std::time::Duration;

/// Pauses between the attempts of one delivery; after the last attempt it is given up.
const PAUSES: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
];
/// A pause is up to this share longer or shorter, so that what failed together does not come again together.
const JITTER: f64 = 0.2;
/// The longest an endpoint can make us wait.
const LONGEST_WISH: Duration = Duration::from_secs(24 * 60 * 60);

/// What follows for endpoints.
pub(super) const JUDGEMENT: Judgement = Judgement {
    // Whoever takes something again is thought to take everything. A message refused among others that are taken proves
    // nothing, and keeps its pauses.
    illness: Duration::from_secs(5),
    // What was attempted more often keeps its pauses in any case: a message that is refused for its own sake still has
    // the last two, of ten hours each.
    few_attempts: 5,
    patience: Duration::from_secs(5 * 24 * 60 * 60),
};

/// When a delivery whose `attempt`th attempt (from 1) failed is tried again. `wish` is what the endpoint asked
/// for (`Retry-After`): we come no earlier, and no more often than we would anyway. `chance` is from 0 to 1.
pub(super) fn after_failure(attempt: u32, wish: Option<Duration>, now: Timestamp, chance: f64) -> Verdict {
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(pause) = PAUSES.get(place) else { return Verdict::GivenUp };
    let pause = pause.mul_f64(1.0 - JITTER + 2.0 * JITTER * chance.clamp(0.0, 1.0));
    let wish = wish.map(|wish| wish.min(LONGEST_WISH));
    let after = |pause: Duration| now.checked_add(pause).unwrap_or(Timestamp::MAX);
    Verdict::Again { at: after(pause.max(wish.unwrap_or_default())), not_before: wish.map(after) }
}

/// `Retry-After` (RFC 9110 section 10.2.3): seconds, or an instant.
pub(super) fn wish(retry_after: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = retry_after.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(retry_after.trim()).ok()?;
    Duration::try_from(until.duration_since(now)).ok()
}

/// A number from 0 to 1.
pub(super) fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-02T01:00:00Z".parse().unwrap()
    }

    fn pause(attempt: u32, wish: Option<u64>, chance: f64) -> Option<f64> {
        match after_failure(attempt, wish.map(Duration::from_secs), now(), chance) {
            Verdict::Again { at, .. } => Some(at.duration_since(now()).as_secs_f64()),
            _ => None,
        }
    }

    #[test]
    fn eight_attempts_are_made_in_longer_and_longer_pauses() {
        let pauses: Vec<_> = (1..=8).map(|attempt| pause(attempt, None, 0.5)).collect();
        let hours = |hours: f64| Some(hours * 3600.0);
        let wanted =
            [Some(5.0), Some(300.0), Some(1800.0), hours(2.0), hours(5.0), hours(10.0), hours(10.0), None];
        assert_eq!(pauses, wanted);
        assert_eq!((pause(1, None, 0.0), pause(1, None, 1.0)), (Some(4.0), Some(6.0)));
    }

    #[test]
    fn an_endpoint_can_ask_for_more_time_and_not_for_more_attempts() {
        assert_eq!(pause(1, Some(60), 0.5), Some(60.0));
        assert_eq!(pause(2, Some(60), 0.5), Some(300.0));
        assert_eq!(pause(1, Some(u64::MAX), 0.5), Some(24.0 * 3600.0));
        assert_eq!(pause(8, Some(60), 0.5), None);
        let wish = after_failure(2, Some(Duration::from_secs(60)), now(), 0.5);
        let Verdict::Again { not_before, .. } = wish else { panic!("{wish:?}") };
        assert_eq!(not_before, Some(now() + Duration::from_secs(60)), "it holds when the pause does not");
    }

    #[test]
    fn a_wish_is_a_number_of_seconds_or_a_date() {
        assert_eq!(wish(" 120 ", now()), Some(Duration::from_secs(120)));
        assert_eq!(wish("Mon, 02 Mar 2026 01:02:00 GMT", now()), Some(Duration::from_secs(120)));
        for none in ["Mon, 02 Mar 2026 00:00:00 GMT", "-5", "soon", ""] {
            assert_eq!(wish(none, now()), None, "{none}");
        }
    }
}
