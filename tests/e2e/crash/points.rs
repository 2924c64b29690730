//! Where a process can die while it opens a vendor's task, hands people over and starts it, and exactly what it
//! leaves behind: the table of `docs/safety.md`, deed by deed, point by point and vendor by vendor.

use super::dying_store::Deed::{self, HandingOver, Opening, Starting};
use super::dying_store::Moment::{self, AfterIntent, AfterResult, BeforeEnd, BeforeIntent, BeforeResult};
use outdial_testkit::{Way, Wire};

/// How the end comes.
#[derive(Debug, Clone, Copy)]
pub enum Death {
    /// At a moment of the deed.
    At(Moment),
    /// The intent is durable, the request leaves, and nothing of it reaches the vendor.
    RequestLost,
    /// The intent is durable, the vendor has the request, and nothing of its answer comes back.
    AnswerLost,
}
use Death::{AnswerLost, At, RequestLost};

impl Death {
    /// The direction of the line to the vendors that goes dead once the intent is durable.
    pub fn way(self, wire: &Wire) -> Option<&Way> {
        match self {
            At(_) => None,
            RequestLost => Some(wire.requests()),
            AnswerLost => Some(wire.answers()),
        }
    }
}

/// The latest row of the ledger.
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
    pub deed: Deed,
    pub name: &'static str,
    pub death: Death,
    /// Everybody's status; any of several where the vendor's pace decides.
    pub people: &'static [&'static str],
    pub row: Row,
    /// Requests for the deed that the vendor has got.
    pub asked: u64,
    /// The vendors at which there is such a deed.
    pub left: &'static [Left],
}

/// What is left at a vendor.
#[derive(Debug)]
pub struct Left {
    pub vendor: &'static str,
    /// The status of the vendor's task as we know it; none: there is no such task.
    pub segment: &'static [&'static str],
    pub rung: Rung,
}

impl Point {
    /// Whether everybody still waits with us.
    pub fn nobody_was_given(&self) -> bool {
        self.people == ["queued"]
    }

    /// Whether somebody is told of whom nobody knows if the vendor has them.
    pub fn leaves_doubt(&self) -> bool {
        self.row == Open && !self.nobody_was_given()
    }
}

macro_rules! points {
    ($($deed:ident $name:ident $death:expr, [$($people:literal)+] $row:ident $asked:literal,
        $($vendor:ident [$($segment:literal)*] $rung:ident)+;)+) => {
        /// Every point, in the order of a task's life.
        pub const POINTS: &[Point] = &[$(Point {
            deed: $deed,
            name: stringify!($name),
            death: $death,
            people: &[$($people),+],
            row: $row,
            asked: $asked,
            left: &[$(Left { vendor: stringify!($vendor), segment: &[$($segment),*], rung: $rung }),+],
        }),+];
    };
}

// NXTele's task is filled while it stands still, and started when it was seen to be complete. Tencent's is made
// with everybody in it, and its fuse burns down whoever watches. AI Rudder's is live: whom it gets it rings.
points! {
    // it       dies                                            people                    row     asked
    Opening     before_the_intent_is_committed At(BeforeIntent), ["queued"]              Absent  0, nxtele []                   Nobody   airudder []                   Nobody;
    Opening     after_the_intent_is_committed  At(AfterIntent),  ["queued"]              Open    0, nxtele ["opening"]          Nobody   airudder ["opening"]          Nobody;
    Opening     after_the_connect              RequestLost,      ["queued"]              Open    0, nxtele ["opening"]          Nobody   airudder ["opening"]          Nobody;
    Opening     after_the_bytes                AnswerLost,       ["queued"]              Open    1, nxtele ["opening"]          Nobody   airudder ["opening"]          Nobody;
    Opening     after_the_answer               At(BeforeResult), ["queued"]              Open    1, nxtele ["opening"]          Nobody   airudder ["opening"]          Nobody;
    Opening     after_the_result_is_committed  At(AfterResult),  ["queued"]              Settled 1, nxtele ["ready"]            Nobody   airudder ["running"]          Nobody;

    HandingOver before_the_intent_is_committed At(BeforeIntent), ["queued"]              Absent  0, nxtele ["ready"]            Nobody    tencent_ccc []                           Nobody    airudder ["running"]          Nobody;
    HandingOver after_the_intent_is_committed  At(AfterIntent),  ["submitting"]          Open    0, nxtele ["ready"]            Nobody    tencent_ccc ["opening"]                  Nobody    airudder ["running"]          Nobody;
    HandingOver after_the_connect              RequestLost,      ["submitting"]          Open    0, nxtele ["ready"]            Nobody    tencent_ccc ["opening"]                  Nobody    airudder ["running"]          Nobody;
    HandingOver after_the_bytes                AnswerLost,       ["submitting"]          Open    1, nxtele ["ready"]            Nobody    tencent_ccc ["opening"]                  Everybody airudder ["running"]          Everybody;
    HandingOver after_the_answer               At(BeforeResult), ["submitting"]          Open    1, nxtele ["ready"]            Nobody    tencent_ccc ["opening"]                  Everybody airudder ["running"]          Everybody;
    HandingOver after_the_result_is_committed  At(AfterResult),  ["submitted"]           Settled 1, nxtele ["ready"]            Nobody    tencent_ccc ["ready"]                    Everybody airudder ["running"]          Everybody;
    HandingOver before_an_end_is_told          At(BeforeEnd),    ["submitted" "dialing"] Settled 1, nxtele ["running" "ending"] Everybody tencent_ccc ["ready" "running" "ending"] Everybody airudder ["running" "ending"] Everybody;

    Starting    before_the_intent_is_committed At(BeforeIntent), ["submitted"]           Settled 0, nxtele ["ready"]            Nobody;
    Starting    after_the_intent_is_committed  At(AfterIntent),  ["submitted"]           Settled 0, nxtele ["ready"]            Nobody;
    Starting    after_the_connect              RequestLost,      ["submitted"]           Settled 0, nxtele ["ready"]            Nobody;
    Starting    after_the_bytes                AnswerLost,       ["submitted"]           Settled 1, nxtele ["ready"]            Everybody;
    Starting    after_the_answer               At(BeforeResult), ["submitted"]           Settled 1, nxtele ["ready"]            Everybody;
    Starting    after_the_result_is_committed  At(AfterResult),  ["submitted"]           Settled 1, nxtele ["running"]          Everybody;
}
