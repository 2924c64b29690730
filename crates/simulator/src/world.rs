//! Everything the simulator knows, behind one lock, and the one way to touch it.
//!
//! [`World::act`] plays all campaigns up to now, does what it was asked, plays again, and only then lets
//! go: rings are in the ledger (and on disk) before the lock opens, so nobody can learn of a call that the
//! ledger does not hold. A thread of its own does the same whenever something falls due by itself; it
//! sleeps until then and blocks no async task.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Moment};
use crate::exchange::{Exchange, Vendor};
use crate::faults::{Fault, Faults, Mode};
use crate::journal::{Ending, Journal, Pushed, Ticket};
use crate::ledger::Ledger;
use crate::push::Post;
use crate::vendors::{Provider, Settings, Vendors};

pub(crate) struct World {
    pub(crate) clock: Clock,
    seed: u64,
    base_url: String,
    post: Post,
    state: Mutex<State>,
    /// Apart from the state, so that noting a request waits for nobody.
    journal: Mutex<Journal>,
    changed: Condvar,
}

pub(crate) struct State {
    vendors: Vendors,
    pub(crate) settings: Settings,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    stopped: bool,
}

impl World {
    pub(crate) fn new(clock: Clock, seed: u64, base_url: String, ledger: Ledger, post: Post) -> World {
        let state = State {
            vendors: Vendors::default(),
            settings: Settings::default(),
            ledger,
            faults: Faults::none(seed),
            stopped: false,
        };
        World {
            clock,
            seed,
            base_url,
            post,
            state: Mutex::new(state),
            journal: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Lets a vendor do something at this very moment.
    pub(crate) fn act<T>(
        &self,
        provider: Provider,
        deed: impl FnOnce(&mut dyn Vendor, &mut Exchange<'_>) -> T,
    ) -> T {
        let mut state = self.lock();
        // One moment for all of it: whatever fell due before it has happened, however late it is noticed.
        let now = self.clock.now();
        self.advance(&mut state, now);
        let done = self.exchange(&mut state, now, |vendors, exchange| deed(vendors.one(provider), exchange));
        self.advance(&mut state, now);
        self.changed.notify_all();
        done
    }

    /// Looks at or changes what belongs to no vendor, with all campaigns played up to now.
    pub(crate) fn with<T>(&self, deed: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        self.advance(&mut state, self.clock.now());
        let done = deed(&mut state);
        self.changed.notify_all();
        done
    }

    pub(crate) fn strike(
        &self,
        provider: Provider,
        operation: &str,
        wanted: fn(Mode) -> bool,
    ) -> Option<Fault> {
        self.lock().faults.strike(provider, operation, wanted)
    }

    /// A request has arrived, now.
    pub(crate) fn note_arrival(&self, provider: Provider, operation: &str) -> Ticket {
        self.journal(|journal| journal.arrived(provider, operation, self.clock.steady_us()))
    }

    pub(crate) fn note_ending(&self, ticket: &Ticket, ending: Ending) {
        self.journal(|journal| journal.ended(ticket, ending));
    }

    pub(crate) fn note_push(&self, entry: Pushed) {
        self.journal(|journal| journal.pushed(entry));
    }

    /// Looks at or adds to the journal.
    pub(crate) fn journal<T>(&self, deed: impl FnOnce(&mut Journal) -> T) -> T {
        deed(&mut self.journal.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Back to the beginning: no tasks, rings, faults or changed settings. The ledger's file stays as it is.
    pub(crate) fn reset(&self) {
        self.with(|state| {
            state.vendors = Vendors::default();
            state.settings = Settings::default();
            state.ledger.forget();
            state.faults = Faults::none(self.seed);
        });
        self.journal(|journal| *journal = Journal::default());
    }

    /// Plays whatever falls due by itself, until [`World::stop`].
    pub(crate) fn keep_time(self: &Arc<Self>) -> std::io::Result<std::thread::JoinHandle<()>> {
        let world = Arc::clone(self);
        std::thread::Builder::new().name("simulated-time".to_owned()).spawn(move || world.watch_the_clock())
    }

    fn watch_the_clock(&self) {
        const IDLE: Duration = Duration::from_secs(60);
        let mut state = self.lock();
        while !state.stopped {
            self.advance(&mut state, self.clock.now());
            // At least a millisecond, so that requests get their turn at any speed.
            let wait = state
                .vendors
                .next_due()
                .map_or(IDLE, |due| self.clock.until(due))
                .clamp(Duration::from_millis(1), IDLE);
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn advance(&self, state: &mut State, now: Moment) {
        self.exchange(state, now, |vendors, exchange| {
            for vendor in vendors.all() {
                vendor.advance(exchange);
            }
        });
    }

    /// Runs a deed with an exchange, then empties its trays: first the ledger, then the post.
    fn exchange<T>(
        &self,
        state: &mut State,
        now: Moment,
        deed: impl FnOnce(&mut Vendors, &mut Exchange<'_>) -> T,
    ) -> T {
        let mut exchange = Exchange {
            now,
            wall: self.clock.wall(),
            clock: &self.clock,
            seed: self.seed,
            base_url: &self.base_url,
            settings: &state.settings,
            again: false,
            faults: &mut state.faults,
            rings: Vec::new(),
            pushes: Vec::new(),
        };
        let done = deed(&mut state.vendors, &mut exchange);
        let (rings, pushes) = (exchange.rings, exchange.pushes);
        state.ledger.record(rings);
        for push in pushes {
            self.post.send(push);
        }
        done
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
