//! The ring ledger: the independent witness for "nobody is rung twice".
//!
//! A *ring* is one dial attempt to a number, whatever comes of it: busy, declined and invalid numbers count
//! too, because the gateway asked for that attempt and the witness counts what was asked. With a file,
//! every ring is one JSON line, on disk (fsync) before anything else can see that the attempt exists. The
//! file is only ever appended to; a reset empties the memory, not the file.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::call::Call;
use crate::vendors::Provider;

#[derive(Clone, Serialize)]
pub(crate) struct Ring {
    pub(crate) provider: Provider,
    /// E.164 with `+`.
    pub(crate) number: String,
    /// The vendor's key of the task.
    pub(crate) task: String,
    /// The client's key of the contact: `orderID`, `UUI`, `case_id`.
    pub(crate) key: String,
    pub(crate) call: String,
    /// Counted from 1 within the vendor's task.
    pub(crate) attempt: usize,
    /// Simulated seconds since the simulator started.
    pub(crate) sim_seconds: f64,
    /// Real time, Unix milliseconds.
    pub(crate) at_ms: i64,
}

impl Ring {
    pub(crate) fn of(provider: Provider, task: String, key: &str, number: &str, call: &Call) -> Ring {
        Ring {
            provider,
            number: number.to_owned(),
            task,
            key: key.to_owned(),
            call: call.id.clone(),
            attempt: call.attempt,
            sim_seconds: call.began.as_secs_f64(),
            at_ms: call.started_at().millis(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Summary {
    pub(crate) total: usize,
    pub(crate) numbers: usize,
    pub(crate) max_per_number: usize,
    /// Like `max_per_number`, but a vendor's own retries within one task are not counted: above 1, somebody
    /// was sent twice.
    pub(crate) max_first_attempts_per_number: usize,
    pub(crate) by_provider: BTreeMap<&'static str, usize>,
}

pub(crate) struct Ledger {
    file: Option<File>,
    rings: Vec<Ring>,
}

impl Ledger {
    pub(crate) fn open(path: Option<&Path>) -> std::io::Result<Ledger> {
        let file = path.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Ledger { file, rings: Vec::new() })
    }

    /// Writes and syncs first, shows afterwards.
    pub(crate) fn record(&mut self, rings: Vec<Ring>) {
        if rings.is_empty() {
            return;
        }
        if let Err(error) = self.write(&rings) {
            tracing::error!(%error, "the ring ledger was not written: its file is incomplete");
        }
        self.rings.extend(rings);
    }

    fn write(&mut self, rings: &[Ring]) -> std::io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut lines = Vec::new();
        for ring in rings {
            serde_json::to_writer(&mut lines, ring)?;
            lines.push(b'\n');
        }
        file.write_all(&lines)?;
        file.sync_data()
    }

    pub(crate) fn rings(&self) -> &[Ring] {
        &self.rings
    }

    pub(crate) fn forget(&mut self) {
        self.rings.clear();
    }

    pub(crate) fn summary(&self) -> Summary {
        let mut per_number: HashMap<&str, (usize, usize)> = HashMap::new();
        let mut by_provider = BTreeMap::from(Provider::ALL.map(|provider| (provider.name(), 0)));
        for ring in &self.rings {
            let (all, first) = per_number.entry(&ring.number).or_default();
            *all += 1;
            *first += usize::from(ring.attempt == 1);
            *by_provider.entry(ring.provider.name()).or_default() += 1;
        }
        Summary {
            total: self.rings.len(),
            numbers: per_number.len(),
            max_per_number: per_number.values().map(|(all, _)| *all).max().unwrap_or(0),
            max_first_attempts_per_number: per_number.values().map(|(_, first)| *first).max().unwrap_or(0),
            by_provider,
        }
    }
}
