//! Requests answered: how many, how, and how soon.

use actix_web::http::{Method, StatusCode};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the times that are told apart, in seconds: a read of the store, a write, something slow, a vendor,
/// somebody who waits (`Prefer: wait`).
pub(crate) const BOUNDS: [f64; 6] = [0.005, 0.025, 0.1, 0.5, 2.5, 10.0];

/// Which requests were answered how.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Answered {
    /// The pattern of the path, or `none`.
    pub route: String,
    /// The method; `other` for one of the client's invention.
    pub method: &'static str,
    /// The status.
    pub status: u16,
}

/// How long requests took until their answer began.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    /// How many there were.
    pub count: u64,
    /// Their sum.
    pub seconds: f64,
    /// How many were within each bound and not within the one before.
    pub within: [u64; BOUNDS.len()],
}

impl Times {
    fn add(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        self.count += 1;
        self.seconds += seconds;
        if let Some(place) = BOUNDS.iter().position(|bound| seconds <= *bound)
            && let Some(within) = self.within.get_mut(place)
        {
            *within += 1;
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.seconds += other.seconds;
        self.within.iter_mut().zip(other.within).for_each(|(all, these)| *all += these);
    }
}

/// The requests that were answered; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<Mutex<HashMap<Answered, Times>>>);

impl Requests {
    pub(crate) fn answered(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other");
        let answered = Answered { route: route.to_owned(), method, status: status.as_u16() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(answered).or_default().add(took);
    }

    /// How many there were of each, in order.
    pub(crate) fn counts(&self) -> Vec<(Answered, u64)> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> =
            counted.iter().map(|(answered, times)| (answered.clone(), times.count)).collect();
        all.sort_unstable();
        all
    }

    /// How long they took by route and method, in order.
    pub(crate) fn times(&self) -> BTreeMap<(String, &'static str), Times> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = BTreeMap::<_, Times>::new();
        for (answered, times) in counted.iter() {
            all.entry((answered.route.clone(), answered.method)).or_default().join(times);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_a_bounded_set() {
        let requests = Requests::default();
        for method in ["GET", "BREW", "STEEP"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            requests.answered("/livez", &method, StatusCode::OK, Duration::ZERO);
        }
        let counts: Vec<_> = requests.counts().into_iter().map(|(one, count)| (one.method, count)).collect();
        assert_eq!(counts, [("GET", 1), ("other", 2)]);
    }

    #[test]
    fn times_are_told_apart_by_route_and_method_whatever_the_status() {
        let requests = Requests::default();
        for (status, millis) in [(StatusCode::OK, 3), (StatusCode::OK, 30), (StatusCode::NOT_FOUND, 60_000)] {
            requests.answered("/livez", &Method::GET, status, Duration::from_millis(millis));
        }
        let times = requests.times()[&("/livez".to_owned(), "GET")];
        assert_eq!((times.count, times.within), (3, [1, 0, 1, 0, 0, 0]));
        assert!((times.seconds - 60.033).abs() < 1e-9, "{}", times.seconds);
    }
}
