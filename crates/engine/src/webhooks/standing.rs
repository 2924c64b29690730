//! How many deliveries of an endpoint may be under way at the same time: as many as its answers have earned.
//!
//! Places are few, and a dead endpoint keeps each of its own for a quarter of a minute. So everybody begins
//! with one; whoever answers quickly gets more, whoever fails is back at one, and those who fail or are slow
//! have no more than half of all places together. What a process knows of this it has seen itself.

use super::attempt::Manner;
use outdial_model::EndpointId;
use std::collections::HashMap;

/// Deliveries under way in this process at the same time.
pub(super) const PLACES: usize = 512;
/// Of these, for endpoints that fail or are slow.
const PLACES_OF_THE_ILL: u32 = 256;
/// For an endpoint nothing is known of.
pub(super) const AT_FIRST: u32 = 1;
/// For one that takes what it gets, slowly.
const SLOW: u32 = 4;
/// For one that takes what it gets, quickly.
const QUICK: u32 = 8;

#[derive(Debug)]
struct Standing {
    allowance: u32,
    under_way: u32,
    is_ill: bool,
}

/// The standing of endpoints in this process.
#[derive(Debug, Default)]
pub(super) struct Standings(HashMap<EndpointId, Standing>);

impl Standings {
    /// A delivery to it is under way.
    pub(super) fn begun(&mut self, endpoint: &EndpointId) {
        let new = || Standing { allowance: AT_FIRST, under_way: 0, is_ill: false };
        self.0.entry(endpoint.clone()).or_insert_with(new).under_way += 1;
    }

    /// One is not any more.
    pub(super) fn ended(&mut self, endpoint: &EndpointId, manner: Manner) {
        let Some(standing) = self.0.get_mut(endpoint) else { return };
        standing.under_way = standing.under_way.saturating_sub(1);
        (standing.allowance, standing.is_ill) = match manner {
            Manner::Quick => (QUICK, false),
            Manner::Slow => (SLOW, true),
            Manner::Failed => (AT_FIRST, true),
            Manner::Untried => return,
        };
    }

    /// Whose allowance is not [`AT_FIRST`] now.
    pub(super) fn exceptions(&mut self) -> Vec<(EndpointId, u32)> {
        // Whoever is like a stranger need not be remembered.
        self.0.retain(|_, standing| {
            standing.under_way > 0 || standing.allowance != AT_FIRST || standing.is_ill
        });
        let ill: u32 = self.0.values().filter(|one| one.is_ill).map(|one| one.under_way).sum();
        let allowance =
            |one: &Standing| if one.is_ill && ill >= PLACES_OF_THE_ILL { 0 } else { one.allowance };
        let all = self.0.iter().map(|(endpoint, one)| (endpoint.clone(), allowance(one)));
        all.filter(|(_, allowance)| *allowance != AT_FIRST).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::Timestamp;

    fn endpoint() -> EndpointId {
        EndpointId::generate(Timestamp::UNIX_EPOCH)
    }

    fn after(manners: &[Manner]) -> Vec<u32> {
        let (mut standings, endpoint) = (Standings::default(), endpoint());
        for manner in manners {
            standings.begun(&endpoint);
            standings.ended(&endpoint, *manner);
        }
        standings.exceptions().into_iter().map(|(_, allowance)| allowance).collect()
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
    fn the_ill_together_leave_half_of_the_places_to_others() {
        let (mut standings, healthy) = (Standings::default(), endpoint());
        standings.begun(&healthy);
        standings.ended(&healthy, Manner::Quick);
        let ill: Vec<_> = (0..PLACES_OF_THE_ILL).map(|_| endpoint()).collect();
        for one in &ill {
            standings.begun(one);
            standings.ended(one, Manner::Failed);
            standings.begun(one);
        }
        let exceptions: HashMap<_, _> = standings.exceptions().into_iter().collect();
        assert!(ill.iter().all(|one| exceptions[one] == 0));
        assert_eq!(exceptions[&healthy], QUICK);
        standings.ended(&ill[0], Manner::Failed);
        assert_eq!(standings.exceptions(), [(healthy, QUICK)], "one has its place again");
    }
}
