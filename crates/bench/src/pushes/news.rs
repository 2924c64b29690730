//! What a flood of pushes tells: the model everything is compared with.

use crate::people::now;
use crate::vendor;
use outdial_model::{ContactId, SegmentId};
use std::hash::{BuildHasher, RandomState};

/// Deliveries about one person: two pieces of news, each twice.
const PER_PERSON: usize = 4;
/// One of so many is broken.
const BROKEN: usize = 100;

/// Somebody the vendor has.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) contact: ContactId,
    pub(super) segment: SegmentId,
}

/// A push, not signed yet.
#[derive(Debug)]
pub(super) struct Push {
    pub(super) kind: &'static str,
    pub(super) body: String,
}

/// A flood of so many pushes.
#[derive(Debug)]
pub(super) struct News {
    deliveries: usize,
}

impl News {
    pub(super) fn flood(deliveries: usize) -> Self {
        Self { deliveries }
    }

    /// People it tells of.
    pub(super) fn people(&self) -> usize {
        (self.deliveries - self.deliveries / BROKEN) / PER_PERSON
    }

    /// How the call to the `n`th person ends; `None` where nobody is told.
    pub(super) fn ending(&self, n: usize) -> Option<&'static str> {
        (n < self.people()).then(|| vendor::ENDINGS[n % vendor::ENDINGS.len()].0)
    }

    /// All of it, shuffled.
    pub(super) fn pushes(&self, people: &[Person]) -> Vec<Push> {
        let at = now().as_second();
        let mut pushes = Vec::with_capacity(self.deliveries);
        for (n, person) in people.iter().enumerate().take(self.people()) {
            let body = vendor::told(&person.contact, &person.segment, n, at);
            for kind in ["call", "order", "call", "order"] {
                pushes.push(Push { kind, body: body.clone() });
            }
        }
        for n in pushes.len()..self.deliveries {
            pushes.push(Push { kind: "order", body: format!("{{\"orderID\": \"broken-{n}\", ") });
        }
        shuffle(&mut pushes);
        pushes
    }
}

fn shuffle<T>(items: &mut [T]) {
    let chance = RandomState::new();
    for last in (1..items.len()).rev() {
        let drawn = chance.hash_one(last) % (last as u64 + 1);
        items.swap(last, usize::try_from(drawn).unwrap_or(0));
    }
}
