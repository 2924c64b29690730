//! What takes people back, ends, pauses, and confirms that it is so.

use super::super::gate::SCHEDULE_OVER;
use super::timing::watched_until;
use super::{Situation, Step};
use outdial_model::{Cause, ContactStatus, DesiredStatus, Segment, SegmentStatus, TaskStatus, Why};
use outdial_provider::{Operation, Staging, Verb};

pub(super) fn cancellations(s: &Situation<'_>) -> Option<Step> {
    let asked = s.work.cancels_pending;
    // Of those who are being dialed, or nobody knows where they are, the vendor takes nobody back.
    let has_some = s.work.task.counts.of(ContactStatus::Submitted) > 0;
    let can = s.segments().any(|segment| s.can(segment, Operation::CancelContact));
    let wanted = asked > 0 && has_some && can;
    wanted.then_some(Step::CancelAtVendor { asked }).and_then(|step| s.now(step))
}

/// A stop that was asked for, a task the vendor refused, or the end of the schedule.
pub(super) fn ending(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let stopping = task.desired == DesiredStatus::Stopped;
    let left_behind = task.is_adopted() && s.work.segments.is_empty();
    let (status, why) = if s.has_failed() {
        (ContactStatus::Rejected, Why::new(Cause::TaskFailed, "the vendor refused the task"))
    } else if stopping && s.work.is_halted {
        (ContactStatus::Cancelled, Why::new(Cause::EmergencyStop, "everything was stopped at once"))
    } else if stopping {
        (ContactStatus::Cancelled, Why::new(Cause::Stopping, "the task was stopped"))
    } else if s.is_over() && task.desired != DesiredStatus::Draft {
        (ContactStatus::Expired, SCHEDULE_OVER)
    } else if left_behind {
        (ContactStatus::Rejected, Why::new(Cause::Vendor, "the vendor's task is over"))
    } else {
        return None;
    };
    let ours = (s.ours() > 0).then_some(Step::CancelOurs { status, why });
    let live = s.segments().filter(|segment| segment.status.is_live() && (stopping || !segment.adopted));
    let mut live = live.filter(|segment| watched_until(s, segment).is_none());
    let end = live.find_map(|segment| end(s, segment));
    // Whoever stops a task wants the vendor to know first: every second there may ring somebody.
    let step = if stopping { end.or(ours) } else { ours.or(end) };
    if step.is_some() {
        return step;
    }
    let quiet = s.work.segments.is_empty() && s.out() == 0 && s.work.dispatches.is_empty();
    (stopping && quiet && !s.has_failed()).then_some(Step::Become(TaskStatus::Stopped))
}

/// Ends a segment where its account can; one that holds nobody needs no vendor for it.
fn end(s: &Situation<'_>, segment: &Segment) -> Option<Step> {
    let id = segment.id.clone();
    if s.can(segment, Operation::Stop) {
        s.now(Step::Steer(id, Verb::Stop))
    } else {
        (segment.open_contacts == 0).then_some(Step::Close(id, SegmentStatus::Stopped))
    }
}

/// What is left at accounts the task has moved away from: nobody new is to be rung there.
pub(super) fn leaving(s: &Situation<'_>) -> Option<Step> {
    let mut live = s.elsewhere().filter(|segment| segment.status.is_live() && !segment.adopted);
    live.find_map(|segment| end(s, segment).filter(|_| watched_until(s, segment).is_none()))
}

pub(super) fn pausing(s: &Situation<'_>) -> Option<Step> {
    if s.work.task.desired != DesiredStatus::Paused || s.has_failed() {
        return None;
    }
    let is = |status| move |segment: &&Segment| segment.status == status;
    // A fuse that burns cannot be paused, but nobody in such a segment has been dialed: it is
    // withdrawn, and its people come back to us.
    let withdraws = |segment: &Segment| {
        s.staging(segment) == Some(Staging::WholeWithFuse) && s.can(segment, Operation::Stop)
    };
    let burning = s.segments().filter(is(SegmentStatus::Ready)).filter(|segment| withdraws(segment));
    let mut burning = burning.filter(|segment| watched_until(s, segment).is_none());
    let withdraw = burning.find_map(|segment| s.now(Step::Steer(segment.id.clone(), Verb::Stop)));
    let mut running =
        s.segments().filter(is(SegmentStatus::Running)).filter(|segment| s.can(segment, Operation::Pause));
    let pause = || running.find_map(|segment| s.now(Step::Steer(segment.id.clone(), Verb::Pause)));
    withdraw.or_else(pause).or_else(|| {
        let dials = |segment: &Segment| match segment.status {
            SegmentStatus::Ready => withdraws(segment),
            SegmentStatus::Running => s.can(segment, Operation::Pause),
            _ => false,
        };
        let confirmed = s.work.dispatches.is_empty() && !s.segments().any(dials);
        (confirmed && s.work.task.status == TaskStatus::Pausing).then_some(Step::Become(TaskStatus::Paused))
    })
}

/// Everybody is done: the vendor's tasks are ended, then ours.
pub(super) fn completion(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let started = matches!(task.desired, DesiredStatus::Running | DesiredStatus::Paused);
    let nobody_waits = s.ours() == 0 && s.out() == 0 && !task.is_filling();
    let everybody_done = nobody_waits && s.work.dispatches.is_empty();
    let was_filled = task.redial.is_some() && !task.is_filling();
    let had_somebody = task.counts.total() > 0 || s.work.segments_opened > 0 || s.is_over() || was_filled;
    let stays_open = task.spec.keep_open && !s.is_over();
    if !started || !everybody_done || !had_somebody || stays_open || s.has_failed() {
        return None;
    }
    if s.work.segments.is_empty() {
        return s.now(Step::Become(TaskStatus::Completed));
    }
    let mut left = s.segments().filter(|segment| segment.status.is_live() && !segment.adopted);
    left.find_map(|segment| {
        let id = segment.id.clone();
        if s.can(segment, Operation::Stop) {
            s.now(Step::Steer(id, Verb::Complete))
        } else {
            Some(Step::Close(id, SegmentStatus::Completed))
        }
    })
}

/// What was asked for is so.
pub(super) fn confirmation(s: &Situation<'_>) -> Option<Step> {
    let task = &s.work.task;
    let waiting = matches!(task.status, TaskStatus::Scheduled | TaskStatus::Resuming);
    if task.desired != DesiredStatus::Running || !waiting {
        return None;
    }
    let dials = |segment: &Segment| matches!(segment.status, SegmentStatus::Running | SegmentStatus::Ending);
    let idle = s.ours() == 0 && s.out() == 0 && s.who.hours.are_open(s.now);
    (s.segments().any(dials) || idle).then_some(Step::Become(TaskStatus::Running))
}
