//! Turns: who takes the next free line of an account, when several tasks want one.
//!
//! Every task has a clock that goes on with each person it sends, the slower the greater its weight. The one whose clock is
//! the furthest behind has its turn. So lines go by weight, whoever waits has its turn before anybody else has had too
//! many, and a line that nobody else wants is free for whoever does.
//!
//! Not for: how many lines there are, and who wants one at present (the store).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a clock goes on by for one person of a task of weight 1; every weight divides it.
const TICK: u64 = 9;

/// A task that wants lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant {
    /// How far its clock is.
    pub clock: u64,
    /// Its weight, 1 to 9.
    pub weight: u64,
    /// How many lines it wants.
    pub wanted: u64,
}

impl Claimant {
    /// Its clock when so many more of its people were sent.
    pub const fn after(&self, sent: u64) -> u64 {
        self.clock.saturating_add(sent.saturating_mul(TICK / self.weight_in_bounds()))
    }

    const fn weight_in_bounds(&self) -> u64 {
        match self.weight {
            0 => 1,
            more if more > TICK => TICK,
            weight => weight,
        }
    }

    /// The same for somebody who comes among these: nobody has turns left over from before they came. Where nobody else
    /// waits, that is where the others have come.
    #[must_use]
    pub fn among(self, others: &[Self]) -> Self {
        let waiting = others.iter().filter(|other| other.wanted > 0).map(|other| other.clock).min();
        let now = waiting.or_else(|| others.iter().map(|other| other.clock).max());
        Self { clock: now.map_or(self.clock, |now| self.clock.max(now)), ..self }
    }
}

/// How many of the free lines are for the one at `place`, when everybody has their turns; of two whose turn it is, the
/// first. Whoever asks is told by the same order.
pub fn turns(free: u64, place: usize, all: &[Claimant]) -> u64 {
    let Some(mine) = all.get(place) else { return 0 };
    let wanted = all.iter().fold(0u64, |sum, one| sum.saturating_add(one.wanted));
    if free >= wanted {
        return mine.wanted;
    }
    let mut all = all.to_vec();
    let waiting = all.iter().enumerate().filter(|(_, one)| one.wanted > 0);
    let mut queue: BinaryHeap<_> = waiting.map(|(at, one)| Reverse((one.clock, at))).collect();
    let mut taken = 0;
    for _ in 0..free {
        let Some(Reverse((_, at))) = queue.pop() else { break };
        let Some(one) = all.get_mut(at) else { break };
        taken += u64::from(at == place);
        *one = Claimant { clock: one.after(1), wanted: one.wanted - 1, ..*one };
        if one.wanted > 0 {
            queue.push(Reverse((one.clock, at)));
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A line falls free again and again, and whoever has their turn takes it; answers how often each did.
    fn served(mut tasks: Vec<Claimant>, rounds: usize) -> Vec<u64> {
        let mut served = vec![0; tasks.len()];
        for _ in 0..rounds {
            let whose: Vec<_> = (0..tasks.len()).filter(|&at| turns(1, at, &tasks) == 1).collect();
            let [at] = whose[..] else { panic!("it is one's turn: {whose:?} of {tasks:?}") };
            served[at] += 1;
            tasks[at] = Claimant { clock: tasks[at].after(1), wanted: tasks[at].wanted - 1, ..tasks[at] };
        }
        served
    }

    fn claimant(weight: u64, wanted: u64) -> Claimant {
        Claimant { clock: 0, weight, wanted }
    }

    #[test]
    fn a_task_alone_has_all_lines_and_two_share_them_by_weight() {
        assert_eq!(turns(10, 0, &[claimant(1, 50)]), 10);
        let two = [claimant(9, 50), claimant(3, 50)];
        assert_eq!((turns(12, 0, &two), turns(12, 1, &two)), (9, 3));
        let modest = [claimant(9, 2), claimant(3, 50)];
        assert_eq!(
            (turns(12, 0, &modest), turns(12, 1, &modest)),
            (2, 10),
            "what one does not want the other has"
        );
        assert_eq!((turns(0, 0, &two), turns(0, 1, &two)), (0, 0));
    }

    #[test]
    fn whoever_comes_late_has_its_part_and_not_more() {
        let old = Claimant { clock: 900, ..claimant(3, 1_000) };
        let new = claimant(3, 1_000).among(&[old]);
        assert_eq!(new.clock, 900);
        let served = served(vec![old, new], 100);
        assert_eq!(served, [50, 50]);
    }

    proptest! {
        #[test]
        fn lines_go_by_weight_and_nobody_starves(weights in prop::collection::vec(prop::sample::select(vec![1u64, 3, 9]), 1..8)) {
            let tasks: Vec<_> = weights.iter().map(|weight| claimant(*weight, u64::MAX)).collect();
            let all: u64 = weights.iter().sum();
            let served = served(tasks, usize::try_from(all * 5).unwrap());
            for (weight, served) in weights.iter().zip(&served) {
                prop_assert!(served.abs_diff(weight * 5) <= 1, "{weights:?} were served {served:?}");
            }
        }

        #[test]
        fn no_line_is_given_twice_and_none_is_left_that_somebody_wants(
            free in 0u64..40,
            tasks in prop::collection::vec((0u64..50, prop::sample::select(vec![1u64, 3, 9]), 0u64..30), 1..8),
        ) {
            let tasks: Vec<_> = tasks.into_iter().map(|(clock, weight, wanted)| Claimant { clock, weight, wanted }).collect();
            let (mut left, mut given) = (free, 0);
            let mut now = tasks.clone();
            for at in 0..now.len() {
                let (took, mine) = (turns(left, at, &now), now[at]);
                prop_assert!(took <= left && took <= mine.wanted);
                (left, given) = (left - took, given + took);
                now[at] = Claimant { clock: mine.after(took), wanted: mine.wanted - took, ..mine };
            }
            let wanted: u64 = tasks.iter().map(|task| task.wanted).sum();
            prop_assert_eq!(given, free.min(wanted));
        }
    }
}
