//! What happens when a number is dialed, decided by its last two digits.
//!
//! | ends in | what happens |
//! | --- | --- |
//! | `00` | answered, 20 s of talk |
//! | `01` | no answer |
//! | `02` | busy |
//! | `03` | declined |
//! | `04` | invalid number |
//! | `05` | voicemail |
//! | `06` | no answer the first time, answered the next |
//! | `07` | rings for 60 s, then no answer; a ring limit in the request does not shorten it |
//! | other | drawn by (seed, number): mostly answered |

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::draw::Draw;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    NoAnswer,
    Busy,
    Declined,
    InvalidNumber,
    Voicemail,
}

impl Outcome {
    pub(crate) const UNANSWERED: [Outcome; 5] =
        [Outcome::NoAnswer, Outcome::Busy, Outcome::Declined, Outcome::InvalidNumber, Outcome::Voicemail];
}

/// One value per outcome: how a vendor (or a scenario) says it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PerOutcome<T> {
    pub(crate) answered: T,
    pub(crate) no_answer: T,
    pub(crate) busy: T,
    pub(crate) declined: T,
    pub(crate) invalid_number: T,
    pub(crate) voicemail: T,
}

impl<T> PerOutcome<T> {
    pub(crate) fn get(&self, outcome: Outcome) -> &T {
        match outcome {
            Outcome::Answered => &self.answered,
            Outcome::NoAnswer => &self.no_answer,
            Outcome::Busy => &self.busy,
            Outcome::Declined => &self.declined,
            Outcome::InvalidNumber => &self.invalid_number,
            Outcome::Voicemail => &self.voicemail,
        }
    }
}

/// The course of one call, in simulated time counted from the moment it is dialed.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) outcome: Outcome,
    pub(crate) ring: Option<Duration>,
    pub(crate) answer: Option<Duration>,
    pub(crate) end: Duration,
}

const CONNECT: u64 = 1;
const RING_LIMIT: u64 = 25;

impl Plan {
    /// `attempt` counts from 1; `ring_limit` is the longest the vendor lets an unanswered phone ring.
    pub(crate) fn of(seed: u64, number: &str, attempt: usize, ring_limit: Option<u64>) -> Plan {
        let mut draw = Draw::about(seed, number);
        let patience = ring_limit.filter(|limit| *limit > 0).unwrap_or(RING_LIMIT);
        let rings = draw.between(2, 8);
        let suffix = number.get(number.len().saturating_sub(2)..).unwrap_or_default();
        match suffix {
            "00" => Plan::answered(rings, 20),
            "01" => Plan::no_answer(patience),
            "02" => Plan::busy(),
            "03" => Plan::declined(rings),
            "04" => Plan::invalid(),
            "05" => Plan::voicemail(rings),
            "06" if attempt == 1 => Plan::no_answer(patience),
            "06" => Plan::answered(rings, 20),
            "07" => Plan::no_answer(60),
            _ => match draw.between(0, 99) {
                0..60 => Plan::answered(rings, draw.between(10, 60)),
                60..80 => Plan::no_answer(patience),
                80..88 => Plan::busy(),
                88..93 => Plan::declined(rings),
                93..97 => Plan::voicemail(rings),
                _ => Plan::invalid(),
            },
        }
    }

    fn answered(rings: u64, talk: u64) -> Plan {
        Plan::course(Outcome::Answered, Some(CONNECT), Some(CONNECT + rings), CONNECT + rings + talk)
    }

    fn voicemail(rings: u64) -> Plan {
        Plan::course(Outcome::Voicemail, Some(CONNECT), Some(CONNECT + rings), CONNECT + rings + 6)
    }

    fn no_answer(rings: u64) -> Plan {
        Plan::course(Outcome::NoAnswer, Some(CONNECT), None, CONNECT + rings)
    }

    fn declined(rings: u64) -> Plan {
        Plan::course(Outcome::Declined, Some(CONNECT), None, CONNECT + rings)
    }

    fn busy() -> Plan {
        Plan::course(Outcome::Busy, None, None, CONNECT + 2)
    }

    fn invalid() -> Plan {
        Plan::course(Outcome::InvalidNumber, None, None, CONNECT)
    }

    fn course(outcome: Outcome, ring: Option<u64>, answer: Option<u64>, end: u64) -> Plan {
        Plan {
            outcome,
            ring: ring.map(Duration::from_secs),
            answer: answer.map(Duration::from_secs),
            end: Duration::from_secs(end),
        }
    }

    /// Seconds from answer to end; 0 when nobody answered.
    pub(crate) fn talk(&self) -> Duration {
        self.answer.map_or(Duration::ZERO, |answer| self.end.saturating_sub(answer))
    }
}
