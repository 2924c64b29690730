//! What was asked and what was pushed lately; bounded, for tests and for people.

use std::collections::VecDeque;

use serde::Serialize;

use crate::vendors::Provider;

const KEPT: usize = 1000;

#[derive(Clone, Serialize)]
pub(crate) struct Asked {
    pub(crate) provider: Provider,
    pub(crate) operation: String,
    /// HTTP status; 0 when no answer was given.
    pub(crate) status: u16,
    /// The vendor's own result code.
    pub(crate) code: String,
    /// The fault that struck, if one did.
    pub(crate) fault: Option<crate::faults::Mode>,
    pub(crate) at_ms: i64,
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

/// The most recent entries, oldest first.
#[derive(Default)]
pub(crate) struct Journal {
    asked: VecDeque<Asked>,
    pushed: VecDeque<Pushed>,
}

impl Journal {
    pub(crate) fn asked(&mut self, entry: Asked) {
        keep(&mut self.asked, entry);
    }

    pub(crate) fn pushed(&mut self, entry: Pushed) {
        keep(&mut self.pushed, entry);
    }

    pub(crate) fn requests(&self) -> &VecDeque<Asked> {
        &self.asked
    }

    pub(crate) fn pushes(&self) -> &VecDeque<Pushed> {
        &self.pushed
    }
}

fn keep<T>(entries: &mut VecDeque<T>, entry: T) {
    if entries.len() == KEPT {
        entries.pop_front();
    }
    entries.push_back(entry);
}
