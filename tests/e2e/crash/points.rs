//! Where a process can die while it hands people over, and exactly what it leaves behind: the table of
//! `docs/safety.md`, point by point and vendor by vendor.

use super::dying_store::Moment::{self, AfterIntent, AfterResult, BeforeEnd, BeforeIntent, BeforeResult};
use outdial_testkit::{Way, Wire};

/// How the end comes.
#[derive(Debug, Clone, Copy)]
pub enum Death {
    /// At a moment of the ledger.
    At(Moment),
    /// The row is durable, the request leaves, and nothing of it reaches the vendor.
    RequestLost,
    /// The row is durable, the vendor has the request, and nothing of its answer comes back.
    AnswerLost,
}
use Death::{AnswerLost, At, RequestLost};

impl Death {
    /// The direction of the line to the vendors that goes dead once the row is durable.
    pub fn way(self, wire: &Wire) -> Option<&Way> {
        match self {
            At(_) => None,
            RequestLost => Some(wire.requests()),
            AnswerLost => Some(wire.answers()),
        }
    }
}

/// The row of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    Absent,
    /// Without an outcome: whoever comes next is in doubt.
    Open,
    Settled,
}
use Row::{Absent, Open, Settled};

/// Whose phone rings while no gateway is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    Nobody,
    Everybody,
}
use Rung::{Everybody, Nobody};

/// A point, and what is left there.
#[derive(Debug)]
pub struct Point {
    pub name: &'static str,
    pub death: Death,
    /// Everybody's status; any of several where the vendor's pace decides.
    pub people: &'static [&'static str],
    pub row: Row,
    /// Requests to hand people over that the vendor has got.
    pub asked: u64,
    /// The status of the vendor's task as we know it (none: there is no such task), and who is rung.
    pub vendors: [(&'static [&'static str], Rung); 3],
}

macro_rules! points {
    ($($name:ident $death:expr, [$($people:literal)+] $row:ident $asked:literal,
        $([$($segment:literal)*] $rung:ident)+;)+) => {
        /// Every point, in the order of a dispatch's life.
        pub const POINTS: &[Point] = &[$(Point {
            name: stringify!($name),
            death: $death,
            people: &[$($people),+],
            row: $row,
            asked: $asked,
            vendors: [$((&[$($segment),*], $rung)),+],
        }),+];
    };
}

// NXTele's task is filled while it stands still, and started when it was seen to be complete. Tencent's is made
// with everybody in it, and its fuse burns down whoever watches. AI Rudder's is live: whom it gets it rings.
points! {
    // it dies                                       people                     row     asked   nxtele                           tencent_ccc                              airudder
    before_the_intent_is_committed At(BeforeIntent), ["queued"]                 Absent  0,      ["ready"]            Nobody      []                           Nobody      ["running"]          Nobody;
    after_the_intent_is_committed  At(AfterIntent),  ["submitting"]             Open    0,      ["ready"]            Nobody      ["opening"]                  Nobody      ["running"]          Nobody;
    after_the_connect              RequestLost,      ["submitting"]             Open    0,      ["ready"]            Nobody      ["opening"]                  Nobody      ["running"]          Nobody;
    after_the_bytes                AnswerLost,       ["submitting"]             Open    1,      ["ready"]            Nobody      ["opening"]                  Everybody   ["running"]          Everybody;
    after_the_answer               At(BeforeResult), ["submitting"]             Open    1,      ["ready"]            Nobody      ["opening"]                  Everybody   ["running"]          Everybody;
    after_the_result_is_committed  At(AfterResult),  ["submitted"]              Settled 1,      ["ready"]            Nobody      ["ready"]                    Everybody   ["running"]          Everybody;
    before_an_end_is_told          At(BeforeEnd),    ["submitted" "dialing"]    Settled 1,      ["running" "ending"] Everybody   ["ready" "running" "ending"] Everybody   ["running" "ending"] Everybody;
}
