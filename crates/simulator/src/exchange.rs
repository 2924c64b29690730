//! What a vendor works with while it answers a request or advances its campaigns: the time, its settings,
//! and two trays for what comes out of it (rings for the ledger, pushes for the post).

use std::time::Duration;

use crate::campaign::{Campaign, Event};
use crate::clock::{Clock, Moment, Wall};
use crate::faults::{Faults, Mode};
use crate::ledger::Ring;
use crate::listed::{Lag, Listed};
use crate::media;
use crate::push::Push;
use crate::vendors::{Provider, Settings};
use crate::wire::{Inbound, Reply};

/// A simulated vendor.
pub(crate) trait Vendor: Send {
    fn answer(&mut self, request: &Inbound, exchange: &mut Exchange<'_>) -> Reply;

    /// Plays all campaigns up to now.
    fn advance(&mut self, exchange: &mut Exchange<'_>);

    /// When something will happen by itself.
    fn next_due(&self) -> Option<Moment>;
}

pub(crate) struct Exchange<'a> {
    /// One instant for everything that is done in it, in both times.
    pub(crate) now: Moment,
    pub(crate) wall: Wall,
    pub(crate) clock: &'a Clock,
    pub(crate) seed: u64,
    /// `http://host:port` of this simulator.
    pub(crate) base_url: &'a str,
    pub(crate) settings: &'a Settings,
    /// The request is carried out once more: the vendor's own doing, which counts against no limit.
    pub(crate) again: bool,
    pub(crate) faults: &'a mut Faults,
    pub(crate) rings: Vec<Ring>,
    pub(crate) pushes: Vec<Push>,
}

impl Exchange<'_> {
    pub(crate) fn wall(&self) -> Wall {
        self.wall
    }

    /// The simulated moment of a real time that a client named: as many simulated seconds ahead as real ones.
    pub(crate) fn deadline(&self, wall: Wall) -> Moment {
        let ahead = wall.millis().saturating_sub(self.wall.millis()).max(0);
        self.now + Duration::from_millis(ahead.unsigned_abs())
    }

    pub(crate) fn advance<C>(&self, campaign: &mut Campaign<C>) -> Vec<Event> {
        campaign.advance(self.now, self.clock, self.seed)
    }

    /// How far this operation lags behind because of a `hide_from_lists` fault.
    pub(crate) fn lag(&mut self, provider: Provider, operation: &str) -> Lag {
        let fault = self.faults.strike(provider, operation, |mode| mode == Mode::HideFromLists);
        fault.map_or_else(Lag::default, |fault| fault.lag())
    }

    /// Something new, which lists show when they have caught up.
    pub(crate) fn listed(&mut self, lag: Lag) -> Listed {
        Listed::after(lag, self.faults.luck())
    }

    /// Where a call's recording can be fetched.
    pub(crate) fn recording_url(&self, provider: Provider, call: &str) -> String {
        let base = self.settings.recordings_url.as_deref().unwrap_or(self.base_url);
        media::url(base, provider, call)
    }
}
