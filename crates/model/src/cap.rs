//! Caps: how often somebody may be rung within some days, whoever rings them.
//!
//! A cap counts attempts in a window that slides: of three a day, another one fits when the third last is a day ago.
//! What was handed to a vendor counts until it is proven not to have rung; while that may still ring it is never too old.
//!
//! Not for: who must not be rung at all (suppressions), nor how many people a tenant has out at once (the policy).

use crate::Timestamp;
use crate::status::words;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whose attempts a cap counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapPer {
    /// Those to one number.
    #[default]
    Number,
    /// Those to one person, whatever the number.
    Person,
}

words!(CapPer, "subject of a cap", { Number => "number", Person => "person" });

/// Most attempts within some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Most attempts, at least 1.
    pub attempts: u32,
    /// Within so many days of 24 hours, at least 1.
    pub days: u32,
    /// Whose they are.
    #[serde(default)]
    pub per: CapPer,
}

/// What one hand-over to a vendor counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Until when it may have rung; `None` while it still may.
    pub over_at: Option<Timestamp>,
    /// How often, at least 1.
    pub times: u32,
}

/// Why somebody may not be rung again now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The oldest of too many attempts counts until then.
    Until(Timestamp),
    /// It depends on how an attempt ends that is under way.
    UnderWay,
    /// More is wanted at once than the cap allows.
    Forever,
}

impl Cap {
    /// The most attempts a cap may allow.
    pub const MOST_ATTEMPTS: u32 = 1_000;
    /// The most days it may look back on; attempts are kept for so long.
    pub const MOST_DAYS: u32 = 90;

    /// How far it looks back.
    pub const fn window(&self) -> Duration {
        DAY.saturating_mul(self.days)
    }

    /// Whether `more` attempts fit at `now` beside those of `past`, the last to be over first.
    pub fn admits(&self, more: u32, past: &[Attempt], now: Timestamp) -> Result<(), Full> {
        if more > self.attempts {
            return Err(Full::Forever);
        }
        let mut counted = more;
        for attempt in past {
            let ends = attempt.over_at.map(|over| over.checked_add(self.window()).unwrap_or(Timestamp::MAX));
            if ends.is_some_and(|ends| ends <= now) {
                break;
            }
            counted = counted.saturating_add(attempt.times);
            if counted > self.attempts {
                return Err(ends.map_or(Full::UnderWay, Full::Until));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: &str = "2026-03-02T12:00:00Z";

    fn hours_ago(hours: u64, times: u32) -> Attempt {
        let noon: Timestamp = NOON.parse().unwrap();
        Attempt { over_at: Some(noon - Duration::from_secs(hours * 3_600)), times }
    }

    fn cap(attempts: u32, days: u32) -> Cap {
        Cap { attempts, days, per: CapPer::Number }
    }

    #[test]
    fn another_attempt_fits_when_the_one_that_is_too_many_is_old_enough() {
        let now = NOON.parse().unwrap();
        let past = [hours_ago(1, 1), hours_ago(5, 1), hours_ago(30, 1)];
        assert_eq!(cap(3, 1).admits(1, &past, now), Ok(()));
        let day = Duration::from_secs(86_400);
        let until = |attempt: Attempt| Err(Full::Until(attempt.over_at.unwrap() + day));
        assert_eq!(cap(2, 1).admits(1, &past, now), until(past[1]));
        assert_eq!(cap(1, 1).admits(1, &past, now), until(past[0]));
        assert_eq!(cap(3, 1).admits(2, &past, now), until(past[1]), "both must fit");
        assert_eq!(cap(1, 1).admits(2, &[], now), Err(Full::Forever));
        assert_eq!(cap(1, 1).admits(1, &[hours_ago(24, 1)], now), Ok(()), "a day ago to the moment");
    }

    #[test]
    fn whoever_may_still_be_rung_counts_however_long_ago_that_began() {
        let now = NOON.parse().unwrap();
        let past = [Attempt { over_at: None, times: 2 }, hours_ago(1, 1)];
        assert_eq!(cap(2, 1).admits(1, &past, now), Err(Full::UnderWay));
        assert!(matches!(cap(3, 1).admits(1, &past, now), Err(Full::Until(_))));
        assert_eq!(cap(4, 1).admits(1, &past, now), Ok(()));
    }

    #[test]
    fn an_attempt_counts_as_often_as_it_rang() {
        let now = NOON.parse().unwrap();
        assert!(cap(3, 1).admits(1, &[hours_ago(1, 3)], now).is_err());
        assert_eq!(cap(4, 1).admits(1, &[hours_ago(1, 3)], now), Ok(()));
    }

    #[test]
    fn a_cap_is_written_as_it_is_read() {
        let cap: Cap = serde_json::from_str(r#"{"attempts": 3, "days": 1}"#).unwrap();
        assert_eq!(cap, self::cap(3, 1));
        let written = serde_json::to_string(&cap).unwrap();
        assert_eq!(written, r#"{"attempts":3,"days":1,"per":"number"}"#);
        assert!(serde_json::from_str::<Cap>(r#"{"attempts": 3, "hours": 1}"#).is_err());
    }
}
