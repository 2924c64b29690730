//! The hours in which a campaign may dial, on the callee's wall clock.
//!
//! Honoured only when a setting says so: a demo must dial at any hour, and simulated seconds that rush past
//! a real clock would make a window mean nothing anyone can follow. When honoured, the hour is the real
//! one.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::clock::Wall;

/// Seconds since local midnight, `from` included, `to` not.
#[derive(Clone)]
pub(crate) struct Slot {
    /// 1 = Monday … 7 = Sunday.
    pub(crate) weekdays: Vec<i8>,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

#[derive(Clone)]
pub(crate) struct Windows {
    pub(crate) zone: TimeZone,
    pub(crate) slots: Vec<Slot>,
}

impl Windows {
    pub(crate) const EVERY_DAY: [i8; 7] = [1, 2, 3, 4, 5, 6, 7];

    pub(crate) fn is_open(&self, wall: Wall) -> bool {
        let Ok(timestamp) = Timestamp::from_millisecond(wall.millis()) else {
            return false;
        };
        let local = Zoned::new(timestamp, self.zone.clone());
        let weekday = local.weekday().to_monday_one_offset();
        let second = u32::from(local.hour().unsigned_abs()) * 3600
            + u32::from(local.minute().unsigned_abs()) * 60
            + u32::from(local.second().unsigned_abs());
        self.slots
            .iter()
            .any(|slot| slot.weekdays.contains(&weekday) && (slot.from..slot.to).contains(&second))
    }
}
