//! How many deliveries of an endpoint may be under way at the same time: as many as its answers have earned.
//!
//! Places are few, and a dead endpoint keeps each of its own for a quarter of a minute. So everybody begins
//! with one; whoever answers quickly gets more, whoever fails is back at one, and for those that are known to fail or to
//! be slow nothing is begun beyond half of all places together. What a process knows of this it has seen itself, lately.

use super::attempt::Manner;
use outdial_model::EndpointId;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Deliveries under way in this process at the same time.
const PLACES: usize = 512;
/// Of these, for endpoints that fail or are slow.
const PLACES_OF_THE_ILL: usize = 256;
/// Deliveries taken in one transaction; at least so many while there are places.
const TAKEN: (usize, usize) = (32, 128);
/// For an endpoint nothing is known of.
pub(super) const AT_FIRST: u32 = 1;
/// For one that takes what it gets, slowly.
const SLOW: u32 = 4;
/// For one that takes what it gets, quickly.
const QUICK: u32 = 8;
/// How long an endpoint is remembered that nothing is sent to.
const MEMORY: Duration = Duration::from_secs(5 * 60);
/// The same for one that fails or is slow: its next attempt may be a while away, and it is no stranger then.
const MEMORY_OF_THE_ILL: Duration = Duration::from_secs(60 * 60);

#[derive(Debug)]
struct Standing {
    allowance: u32,
    under_way: usize,
    is_ill: bool,
    /// When a delivery to it began or ended last.
    seen: Instant,
}

impl Standing {
    fn is_to_be_kept(&self, now: Instant) -> bool {
        let memory = if self.is_ill { MEMORY_OF_THE_ILL } else { MEMORY };
        self.under_way > 0 || now.saturating_duration_since(self.seen) < memory
    }
}

/// The standing of endpoints in this process.
#[derive(Debug, Default)]
pub(super) struct Standings(HashMap<EndpointId, Standing>);

impl Standings {
    /// A delivery to it is under way.
    pub(super) fn begun(&mut self, endpoint: &EndpointId, now: Instant) {
        let new = || Standing { allowance: AT_FIRST, under_way: 0, is_ill: false, seen: now };
        let standing = self.0.entry(endpoint.clone()).or_insert_with(new);
        standing.under_way += 1;
        standing.seen = now;
    }

    /// One is not any more.
    pub(super) fn ended(&mut self, endpoint: &EndpointId, manner: Manner, now: Instant) {
        let Some(standing) = self.0.get_mut(endpoint) else { return };
        standing.under_way = standing.under_way.saturating_sub(1);
        standing.seen = now;
        (standing.allowance, standing.is_ill) = match manner {
            Manner::Quick => (QUICK, false),
            Manner::Slow => (SLOW, true),
            Manner::Failed => (AT_FIRST, true),
            Manner::Untried => return,
        };
    }

    /// How many deliveries may be taken while so many are under way, and whose allowance is not [`AT_FIRST`].
    pub(super) fn shares(&mut self, under_way: usize, now: Instant) -> (u32, Vec<(EndpointId, u32)>) {
        self.0.retain(|_, standing| standing.is_to_be_kept(now));
        let ill: usize = self.0.values().filter(|one| one.is_ill).map(|one| one.under_way).sum();
        // All that is taken may be theirs. When that would be little, they wait, and the others need not.
        let (least, most) = TAKEN;
        let left = PLACES_OF_THE_ILL.saturating_sub(ill);
        let (is_full, most) = if left < least { (true, most) } else { (false, most.min(left)) };
        let room = PLACES.saturating_sub(under_way).min(most);
        let allowance = |one: &Standing| if one.is_ill && is_full { 0 } else { one.allowance };
        let exceptions = self.0.iter().map(|(endpoint, one)| (endpoint.clone(), allowance(one)));
        let exceptions = exceptions.filter(|(_, allowance)| *allowance != AT_FIRST).collect();
        (u32::try_from(room).unwrap_or(0), exceptions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::Timestamp;

    fn endpoint() -> EndpointId {
        EndpointId::generate(Timestamp::UNIX_EPOCH)
    }

    impl Standings {
        fn have(&mut self, endpoint: &EndpointId, manner: Manner, now: Instant) {
            self.begun(endpoint, now);
            self.ended(endpoint, manner, now);
        }

        fn exceptions(&mut self, now: Instant) -> Vec<(EndpointId, u32)> {
            self.shares(0, now).1
        }
    }

    fn after(manners: &[Manner]) -> Vec<u32> {
        let (mut standings, endpoint, now) = (Standings::default(), endpoint(), Instant::now());
        for manner in manners {
            standings.have(&endpoint, *manner, now);
        }
        standings.exceptions(now).into_iter().map(|(_, allowance)| allowance).collect()
    }

    #[test]
    fn an_endpoint_earns_its_places_and_loses_them() {
        let nothing: [u32; 0] = [];
        assert_eq!(after(&[]), nothing, "everybody begins alike");
        assert_eq!(after(&[Manner::Quick]), [QUICK]);
        assert_eq!(after(&[Manner::Quick, Manner::Slow]), [SLOW]);
        assert_eq!(after(&[Manner::Quick, Manner::Failed]), nothing, "back at the beginning");
        assert_eq!(after(&[Manner::Quick, Manner::Untried]), [QUICK], "what was not tried tells nothing");
    }

    #[test]
    fn whoever_has_not_been_heard_of_for_a_while_is_forgotten() {
        let (mut standings, begin) = (Standings::default(), Instant::now());
        let [well, ill, busy] = [endpoint(), endpoint(), endpoint()];
        standings.have(&well, Manner::Quick, begin);
        standings.have(&ill, Manner::Slow, begin);
        standings.have(&busy, Manner::Quick, begin);
        standings.begun(&busy, begin);
        assert_eq!(standings.exceptions(begin).len(), 3);
        let exceptions: HashMap<_, _> = standings.exceptions(begin + MEMORY).into_iter().collect();
        assert_eq!(exceptions, HashMap::from([(ill, SLOW), (busy.clone(), QUICK)]));
        assert_eq!(standings.exceptions(begin + MEMORY_OF_THE_ILL), [(busy.clone(), QUICK)]);
        let late = begin + 2 * MEMORY_OF_THE_ILL;
        standings.ended(&busy, Manner::Untried, late);
        standings.exceptions(late + MEMORY);
        assert!(standings.0.is_empty());
    }

    #[test]
    fn the_ill_together_leave_half_of_the_places_to_others() {
        let (mut standings, now, healthy) = (Standings::default(), Instant::now(), endpoint());
        standings.have(&healthy, Manner::Quick, now);
        let mut ill: Vec<EndpointId> = Vec::new();
        let (room, exceptions) = loop {
            let (room, exceptions) = standings.shares(ill.len(), now);
            let exceptions: HashMap<_, _> = exceptions.into_iter().collect();
            if ill.iter().any(|one| exceptions.contains_key(one)) {
                break (room, exceptions);
            }
            // All that is taken is theirs.
            for _ in 0..room {
                let one = endpoint();
                standings.have(&one, Manner::Failed, now);
                standings.begun(&one, now);
                ill.push(one);
            }
            assert!(ill.len() <= PLACES_OF_THE_ILL, "{}", ill.len());
        };
        assert!(ill.len() > PLACES_OF_THE_ILL - TAKEN.0, "{}", ill.len());
        assert!(ill.iter().all(|one| exceptions[one] == 0));
        assert_eq!((room, exceptions[&healthy]), (128, QUICK), "others lose nothing by it");
        for one in &ill[..TAKEN.0] {
            standings.ended(one, Manner::Failed, now);
        }
        assert_eq!(standings.exceptions(now), [(healthy, QUICK)], "they have places again");
    }

    #[test]
    fn there_are_so_many_places_and_no_more() {
        let (mut standings, now) = (Standings::default(), Instant::now());
        let mut taken = 0;
        while let (room @ 1.., _) = standings.shares(taken, now) {
            taken += room as usize;
        }
        assert_eq!(taken, PLACES);
    }
}
