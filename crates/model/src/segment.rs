//! A segment: one vendor-side task that carries part of a task.

use crate::status::words;
use crate::{AccountId, Hours, SegmentId, TaskId, TenantId, Timestamp};

/// Where a segment stands, as far as it is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentStatus {
    /// Asked for; the vendor has not answered yet.
    Opening,
    /// The vendor may or may not have made it; being looked up.
    Unknown,
    /// Exists at the vendor and does not dial yet.
    Ready,
    /// The vendor dials.
    Running,
    /// The vendor holds it.
    Paused,
    /// Past its end, last calls still open.
    Ending,
    /// Every contact in it is done.
    Completed,
    /// Ended before it was done.
    Stopped,
    /// The vendor refused it or reports it failed, or it proved never to have existed.
    Failed,
}

words!(SegmentStatus, "segment status", {
    Opening => "opening", Unknown => "unknown", Ready => "ready", Running => "running", Paused => "paused",
    Ending => "ending", Completed => "completed", Stopped => "stopped", Failed => "failed",
});

impl SegmentStatus {
    /// Nothing will ever be dialed by it again.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::Failed)
    }

    /// The vendor has it and it may take contacts.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Ready | Self::Running | Self::Paused)
    }
}

/// A segment as stored.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Our key, also the vendor's name or user id for it.
    pub id: SegmentId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The task it carries a part of.
    pub task: TaskId,
    /// Where it was opened.
    pub account: AccountId,
    /// 1 for the task's first segment, ascending.
    pub sequence: u32,
    /// The vendor's own id, once known.
    pub vendor_ref: Option<String>,
    /// Confirmed status.
    pub status: SegmentStatus,
    /// The vendor's last status word, as sent.
    pub raw_status: Option<String>,
    /// Made in the vendor's console and taken over, not opened by us.
    pub adopted: bool,
    /// The hours the vendor was told, where they are others than the task's own.
    pub hours: Option<Hours>,
    /// Contacts it was ever given.
    pub contacts: u32,
    /// Contacts in it that are not final.
    pub open_contacts: u32,
    /// When we asked for it.
    pub opened_at: Timestamp,
    /// Which edition of the task's spec the vendor has (see `Task::spec_revision`).
    pub spec_revision: i64,
    /// The vendor dials nothing before this instant (its own fuse), when staged so.
    pub not_before: Option<Timestamp>,
    /// When it was last read from the vendor.
    pub polled_at: Option<Timestamp>,
    /// When the vendor's side of it was last looked at as a whole: are all there, is it there once.
    pub verified_at: Option<Timestamp>,
    /// When it was first known to be past its end, or became final.
    pub ended_at: Option<Timestamp>,
}
