//! Reading: filters, pages, and what a worker sees of a task.

use outdial_model::{
    AccountId, CallId, Contact, ContactId, ContactStatus, Dispatch, Disposition, Event, EventType,
    HoldReason, Phone, Segment, SegmentId, Task, TaskId, TaskStatus, Timestamp,
};

/// A page of a list, newest first, by key.
#[derive(Debug, Clone)]
pub struct Page<Id> {
    /// Only rows before this one; `None` for the first page.
    pub after: Option<Id>,
    /// How many; callers ask for one more than they show.
    pub limit: u32,
}

/// Which tasks. Empty means all of the tenant's.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Any of these statuses.
    pub statuses: Vec<TaskStatus>,
    /// At this account.
    pub account: Option<AccountId>,
    /// With this key of the client's.
    pub external_id: Option<String>,
    /// That call people of this task again.
    pub redial_of: Option<TaskId>,
    /// Created at or after.
    pub created_after: Option<Timestamp>,
    /// Created before.
    pub created_before: Option<Timestamp>,
}

/// Which contacts of one task.
#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    /// Any of these statuses.
    pub statuses: Vec<ContactStatus>,
    /// Any of these dispositions.
    pub dispositions: Vec<Disposition>,
    /// With this key of the client's.
    pub external_id: Option<String>,
    /// Only those somebody asked to cancel whose vendor has not told of it yet.
    pub cancel_requested: bool,
}

/// What stands in the way of somebody who is not there yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prospect {
    /// Their number is not to be called.
    pub is_suppressed: bool,
    /// Their number is being dialed, or may be.
    pub is_live: bool,
    /// How often they were rung before, as far as that was asked.
    pub past: crate::Past,
}

/// Which calls.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// Of this task.
    pub task: Option<TaskId>,
    /// To this contact.
    pub contact: Option<ContactId>,
    /// Any of these dispositions.
    pub dispositions: Vec<Disposition>,
    /// Only calls whose id is one of these; empty for any.
    pub ids: Vec<CallId>,
}

/// Which events of a tenant's log. Empty means all.
#[derive(Debug, Clone, Default)]
pub struct FeedFilter {
    /// Any of these types.
    pub kinds: Vec<EventType>,
    /// Of this task, its contacts and calls.
    pub task: Option<TaskId>,
    /// Of this contact and its calls.
    pub contact: Option<ContactId>,
}

/// A stretch of a tenant's log.
#[derive(Debug, Clone)]
pub struct Feed {
    /// What fits the filter, oldest first.
    pub events: Vec<Event>,
    /// The position up to which the log has been looked through: where to go on.
    pub through: u64,
    /// Whether the log went on after it at that time.
    pub more: bool,
}

/// What a vendor's push tells of whom it is about.
#[derive(Debug, Clone, Default)]
pub struct Clues {
    /// Our key of the segment.
    pub segment: Option<SegmentId>,
    /// The vendor's id of the segment.
    pub vendor_ref: Option<String>,
    /// Our key of the person.
    pub contact: Option<ContactId>,
    /// The vendor's id of a call.
    pub vendor_call_id: Option<String>,
    /// The person's number.
    pub phone: Option<Phone>,
}

/// Whom a vendor's push is about.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The segment.
    pub segment: Segment,
    /// A person of the segment's task, who need not be in the segment any more.
    pub contact: Option<Contact>,
}

/// Dispatches of one account whose outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Which account.
    pub account: AccountId,
    /// How many.
    pub dispatches: u64,
    /// When the oldest of them was made.
    pub oldest: Timestamp,
}

/// People of a task that are held for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// For what.
    pub reason: HoldReason,
    /// How many.
    pub people: u64,
    /// When the first of them is asked about again.
    pub next: Timestamp,
}

/// All a worker needs to decide the next step of a task.
#[derive(Debug, Clone)]
pub struct TaskWork {
    /// The task with its counts.
    pub task: Task,
    /// Its segments that are not final, oldest first.
    pub segments: Vec<Segment>,
    /// How many segments it ever had.
    pub segments_opened: u32,
    /// Its dispatches that are open or unknown, oldest first.
    pub dispatches: Vec<Dispatch>,
    /// Contacts somebody asked to cancel that the vendor has or may have.
    pub cancels_pending: u64,
    /// Held contacts whose time has come, or comes next at this instant.
    pub next_hold_ends: Option<Timestamp>,
    /// Whether an emergency stop is for it.
    pub is_halted: bool,
}
