//! What was asked and what was pushed, for tests and for people.
//!
//! Bounded: the last 20,000 requests and the last 1,000 webhook deliveries are kept (some 4 MB), and for each
//! operation its counts, which never forget. A request is noted the moment it has arrived, before it waits for
//! anything in here, so that its instant is the client's doing.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::faults::Mode;
use crate::vendors::Provider;

const REQUESTS_KEPT: usize = 20_000;
const PUSHES_KEPT: usize = 1_000;
/// Operations counted apart; names beyond them, which only a stranger can send, are counted together.
const OPERATIONS: usize = 100;
const SECOND_US: i64 = 1_000_000;

#[derive(Clone, Serialize)]
pub(crate) struct Asked {
    pub(crate) provider: Provider,
    pub(crate) operation: String,
    /// HTTP status; 0 when no answer was given (yet).
    pub(crate) status: u16,
    /// The vendor's own result code.
    pub(crate) code: String,
    /// The fault that struck, if one did.
    pub(crate) fault: Option<Mode>,
    /// When it arrived: Unix microseconds, never running backwards.
    pub(crate) at_us: i64,
    pub(crate) at_ms: i64,
}

/// How a request ended.
pub(crate) struct Ending {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) fault: Option<Mode>,
}

/// A request that has arrived and not ended.
pub(crate) struct Ticket {
    number: u64,
    operation: (Provider, String),
}

#[derive(Clone, Serialize)]
pub(crate) struct Pushed {
    pub(crate) provider: Provider,
    pub(crate) operation: String,
    pub(crate) attempt: u32,
    /// `acknowledged`, `refused`, `failed`, or `lost` by a fault.
    pub(crate) result: &'static str,
    pub(crate) status: Option<u16>,
    pub(crate) at_ms: i64,
}

/// What is known of one operation since the start or the last reset.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Counts {
    /// Requests that arrived.
    total: u64,
    /// Ended requests by HTTP status, 0 for no answer.
    by_status: BTreeMap<u16, u64>,
    /// Ended requests by the vendor's own result code, empty for those that were not served.
    by_code: BTreeMap<String, u64>,
    /// The most requests that arrived within any second, wherever it begins.
    busiest_second: usize,
    first_at_us: i64,
    last_at_us: i64,
    #[serde(skip)]
    last_second: VecDeque<i64>,
}

impl Counts {
    fn arrived(&mut self, at_us: i64) {
        if self.total == 0 {
            self.first_at_us = at_us;
        }
        self.total += 1;
        self.last_at_us = at_us;
        while self.last_second.front().is_some_and(|then| at_us - then >= SECOND_US) {
            self.last_second.pop_front();
        }
        self.last_second.push_back(at_us);
        self.busiest_second = self.busiest_second.max(self.last_second.len());
    }

    fn ended(&mut self, ending: &Ending) {
        *self.by_status.entry(ending.status).or_default() += 1;
        *self.by_code.entry(ending.code.clone()).or_default() += 1;
    }
}

/// The most recent entries, oldest first, and the counts of all.
#[derive(Default)]
pub(crate) struct Journal {
    asked: VecDeque<Asked>,
    pushed: VecDeque<Pushed>,
    counts: BTreeMap<(Provider, String), Counts>,
    /// Requests so far.
    arrived: u64,
}

impl Journal {
    pub(crate) fn arrived(&mut self, provider: Provider, operation: &str, at_us: i64) -> Ticket {
        let mut key = (provider, operation.to_owned());
        if self.counts.len() >= OPERATIONS && !self.counts.contains_key(&key) {
            key.1 = "(others)".to_owned();
        }
        self.counts.entry(key.clone()).or_default().arrived(at_us);
        let entry = Asked {
            provider,
            operation: operation.to_owned(),
            status: 0,
            code: String::new(),
            fault: None,
            at_us,
            at_ms: at_us.div_euclid(1000),
        };
        keep(&mut self.asked, entry, REQUESTS_KEPT);
        self.arrived += 1;
        Ticket { number: self.arrived, operation: key }
    }

    pub(crate) fn ended(&mut self, ticket: &Ticket, ending: Ending) {
        if let Some(counts) = self.counts.get_mut(&ticket.operation) {
            counts.ended(&ending);
        }
        let back = usize::try_from(self.arrived.saturating_sub(ticket.number)).unwrap_or(usize::MAX);
        let index = self.asked.len().checked_sub(back.saturating_add(1));
        if let Some(entry) = index.and_then(|index| self.asked.get_mut(index)) {
            (entry.status, entry.code, entry.fault) = (ending.status, ending.code, ending.fault);
        }
    }

    pub(crate) fn pushed(&mut self, entry: Pushed) {
        keep(&mut self.pushed, entry, PUSHES_KEPT);
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = &Asked> {
        self.asked.iter()
    }

    pub(crate) fn counts(&self) -> impl Iterator<Item = (Provider, &str, &Counts)> {
        self.counts.iter().map(|((provider, operation), counts)| (*provider, operation.as_str(), counts))
    }

    pub(crate) fn pushes(&self) -> &VecDeque<Pushed> {
        &self.pushed
    }
}

fn keep<T>(entries: &mut VecDeque<T>, entry: T, most: usize) {
    if entries.len() == most {
        entries.pop_front();
    }
    entries.push_back(entry);
}
