//! Caps: whether somebody may be rung once more, what has to be known for that, and whether a task fits them at all.
//!
//! A vendor may ring as often as the task lets it (`retry.max_attempts`) once it has somebody: all of that has to fit.

use crate::rulebook::Rulebook;
use outdial_model::{Cap, CapPer, FieldProblem, Full, Timestamp, Whereabouts};
use outdial_store::{Past, PastWanted};
use std::time::Duration;

/// How soon is asked again where it depends on somebody who is out.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);
/// The same where a setting would have to change.
const CHANGED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How much of the attempts before has to be known for these caps; nothing when there are none.
pub(crate) fn wanted<'c>(caps: impl Iterator<Item = &'c Cap>, now: Timestamp) -> Option<PastWanted> {
    caps.fold(None, |wanted, cap| {
        let since = now.checked_sub(cap.window()).unwrap_or(Timestamp::MIN);
        let of_person = cap.per == CapPer::Person;
        let one = PastWanted { since, most: cap.attempts, of_person };
        Some(wanted.map_or(one, |all: PastWanted| PastWanted {
            since: all.since.min(since),
            most: all.most.max(cap.attempts),
            of_person: all.of_person | of_person,
        }))
    })
}

/// Until when a cap keeps somebody from being rung `attempts` times more; `None` when none does.
pub(crate) fn held_until<'c>(
    caps: impl Iterator<Item = &'c Cap>,
    attempts: u32,
    past: &Past,
    now: Timestamp,
) -> Option<Timestamp> {
    let holds = caps.filter_map(|cap| {
        let past = match cap.per {
            CapPer::Number => &past.number,
            CapPer::Person => &past.person,
        };
        match cap.admits(attempts, past, now) {
            Ok(()) => None,
            Err(Full::Until(end)) => Some(end),
            Err(Full::UnderWay) => Some(now + ASKED_AGAIN_AFTER),
            Err(Full::Forever) => Some(now + CHANGED_AFTER),
        }
    });
    holds.max()
}

/// Caps that nobody of the task would ever fit: its own, and those the operator has for everybody of the tenant.
pub(crate) fn refuse(rules: &Rulebook<'_>) -> Vec<FieldProblem> {
    let most = rules.spec.retry.max_attempts;
    let own = rules.spec.caps.iter().enumerate().filter(|(_, cap)| cap.attempts < most).map(|(place, _)| {
        let detail = format!(
            "`retry.max_attempts` lets the vendor ring somebody {most} times; allow as many, or fewer there"
        );
        FieldProblem::new(&format!("/caps/{place}/attempts"), "cap_too_small", detail)
    });
    let others = rules.caps(&Whereabouts::default()).skip(rules.spec.caps.len());
    let strictest = others.min_by_key(|cap| cap.attempts).filter(|cap| cap.attempts < most).map(|cap| {
        let detail = format!(
            "nobody may be rung more than {} times in {} days here; give the vendor no more attempts",
            cap.attempts, cap.days
        );
        FieldProblem::new("/retry/max_attempts", "cap_too_small", detail)
    });
    own.chain(strictest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::Attempt;

    fn cap(attempts: u32, days: u32, per: CapPer) -> Cap {
        Cap { attempts, days, per }
    }

    #[test]
    fn the_strictest_of_all_caps_holds() {
        let now: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        let hour = Duration::from_secs(3_600);
        let past = Past {
            number: vec![Attempt { over_at: Some(now - hour), times: 1 }],
            person: vec![Attempt { over_at: Some(now - 2 * hour), times: 2 }],
        };
        let until = |caps: &[Cap], attempts| held_until(caps.iter(), attempts, &past, now);
        let day = Duration::from_secs(86_400);
        let (number, person) = (cap(1, 1, CapPer::Number), cap(2, 7, CapPer::Person));
        assert_eq!(until(&[], 1), None);
        assert_eq!(until(&[cap(2, 1, CapPer::Number)], 1), None);
        assert_eq!(until(&[number], 1), Some(now - hour + day));
        assert_eq!(until(&[number, person], 1), Some(now - 2 * hour + 7 * day));
        assert_eq!(until(&[cap(2, 1, CapPer::Number)], 2), Some(now - hour + day));
        assert_eq!(until(&[cap(2, 1, CapPer::Number)], 3), Some(now + CHANGED_AFTER), "never, as it is");
    }

    #[test]
    fn as_much_is_looked_at_as_the_longest_cap_needs() {
        let now: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        assert_eq!(wanted([].iter(), now), None);
        let caps = [cap(3, 1, CapPer::Number), cap(2, 30, CapPer::Person)];
        let since = now - Duration::from_secs(30 * 86_400);
        assert_eq!(wanted(caps.iter(), now), Some(PastWanted { since, most: 3, of_person: true }));
    }
}
