//! What kind of task, of vendor and of operator a history has.

use super::model::{FUSE, HORIZON};
use outdial_model::{
    Cap, CapPer, Days, Delivery, Hours, OnUnknown, Policy, Rules, Schedule, Staged, StartMode, TaskSpec,
    Window, Zone,
};
use proptest::prelude::*;

/// What does not change in a history.
#[derive(Debug, Clone)]
pub struct Circumstances {
    pub on_unknown: OnUnknown,
    pub delivery: Delivery,
    pub staged: Staged,
    /// Whose hours have gaps.
    pub gaps: Option<Whose>,
    /// The vendor offers no look-ups.
    pub is_blind: bool,
    /// Most attempts to a number in a day.
    pub cap: Option<(Whose, u32)>,
    /// Most dials in a day.
    pub budget: Option<u32>,
}

/// Who set a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The task has it.
    Tasks,
    /// The operator has it, for everybody, by each person's own clock.
    Operators,
}

pub fn circumstances() -> impl Strategy<Value = Circumstances> {
    let on_unknown = prop_oneof![
        3 => Just(OnUnknown::Hold),
        1 => Just(OnUnknown::AssumeDialed),
        1 => Just(OnUnknown::RedialAfter),
    ];
    let delivery = prop_oneof![3 => Just(Delivery::Windowed), 1 => Just(Delivery::Direct)];
    let staged = prop_oneof![3 => Just(Staged::On), 1 => Just(Staged::Off)];
    let whose = || prop_oneof![Just(Whose::Tasks), Just(Whose::Operators)];
    let gaps = prop::option::weighted(0.4, whose());
    let cap = prop::option::weighted(0.4, (whose(), 1u32..3));
    let budget = prop::option::weighted(0.3, 3u32..8);
    (on_unknown, delivery, staged, gaps, prop::bool::weighted(0.2), cap, budget).prop_map(
        |(on_unknown, delivery, staged, gaps, is_blind, cap, budget)| Circumstances {
            on_unknown,
            delivery,
            staged,
            gaps,
            is_blind,
            cap,
            budget,
        },
    )
}

impl Circumstances {
    /// What a task asks for.
    pub fn characterise(&self, spec: &mut TaskSpec) {
        let hours = if self.gaps == Some(Whose::Tasks) { with_gaps() } else { Hours::default() };
        spec.schedule = Schedule { start: StartMode::Immediate, hours, ..Schedule::default() };
        spec.safety.on_unknown = self.on_unknown;
        spec.safety.unknown_horizon_seconds = HORIZON;
        spec.safety.delivery = self.delivery;
        spec.safety.staging = Some(self.staged);
        spec.safety.fuse_seconds = Some(FUSE);
        spec.caps = self.caps_of(Whose::Tasks);
    }

    /// What the operator allows.
    pub fn policy(&self) -> Policy {
        let hours = (self.gaps == Some(Whose::Operators)).then(by_their_clocks);
        let (caps, dials_per_day) = (self.caps_of(Whose::Operators), self.budget);
        let everybody = Rules { hours, caps, dials_per_day, ..Rules::default() };
        Policy { everybody, ..Policy::default() }
    }

    fn caps_of(&self, whose: Whose) -> Vec<Cap> {
        let cap = self.cap.filter(|(by, _)| *by == whose);
        cap.map(|(_, attempts)| Cap { attempts, days: 1, per: CapPer::Number }).into_iter().collect()
    }
}

/// Two minutes open, two closed, then open for long: in UTC, on the Monday on which everything happens.
pub fn with_gaps() -> Hours {
    Hours { windows: vec![window("01:00", "01:02"), window("01:04", "15:00")], ..Hours::default() }
}

/// The same instants by the clocks of people who may be in Shanghai or, two hours behind, in Urumqi: where it is nine in the one
/// it is seven in the other, and only that one has gaps.
fn by_their_clocks() -> Hours {
    let windows = vec![window("07:00", "07:02"), window("07:04", "23:00")];
    Hours { time_zone: Zone::OfContact, windows, ..Hours::default() }
}

fn window(from: &str, to: &str) -> Window {
    Window {
        days: "mon".parse().into_iter().collect::<Days>(),
        from: Window::time(from).unwrap(),
        to: Window::time(to).unwrap(),
    }
}
