//! What became of a person: the callee's state, the task's, and the record of its last call, weighed
//! against each other. Pure.
//!
//! The vendor's describe action tells only *answered* or *not answered*; how a call ended is in its
//! call record, which appears a while after the call. So a person whose last call has no record yet
//! is still being dialed, as far as we know. That waiting ends: when the task is over and nothing
//! has happened in it for `cdr_grace_seconds`, or after [`LONGEST_WAIT`] in a task that does not end
//! (paused and forgotten), the callee's state alone decides.

use super::map;
use super::wire::{Callee, Cdr, Task};
use outdial_model::{Disposition, Timestamp};
use outdial_provider::{CallReport, ContactProgress};
use std::time::Duration;

/// A record that is missing this long after its task began is lost.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Callee `State` (dossier section 7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CalleeState {
    NotDialed,
    Answered,
    NotAnswered,
    InProgress,
    WaitingForRetry,
    Unknown,
}

impl CalleeState {
    fn of(state: Option<i64>) -> Self {
        match state {
            Some(0) => Self::NotDialed,
            Some(1) => Self::Answered,
            Some(2) => Self::NotAnswered,
            Some(3) => Self::InProgress,
            Some(4) => Self::WaitingForRetry,
            _ => {
                tracing::warn!(state, "tencent_ccc: unknown callee state");
                Self::Unknown
            }
        }
    }
}

/// What is known of the task around a person.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The task is over.
    pub over: bool,
    /// Call records that are not there by now will not come.
    pub records_complete: bool,
}

impl Setting {
    /// `records` are all that were read of this task, `opened_at` when we asked for it.
    pub fn of<'a>(
        task: &Task,
        opened_at: Timestamp,
        records: impl Iterator<Item = &'a Cdr>,
        now: Timestamp,
        grace: Duration,
    ) -> Self {
        let begun = map::instant(task.not_before).map_or(opened_at, |begin| begin.max(opened_at));
        let last_news = records
            .flat_map(|cdr| [cdr.time, cdr.start_timestamp, cdr.accept_timestamp, cdr.ended_timestamp])
            .filter_map(map::instant)
            .fold(begun, Timestamp::max);
        let over = map::is_over(task.state);
        let (since, patience) = if over { (last_news, grace) } else { (begun, LONGEST_WAIT) };
        Self { over, records_complete: since.saturating_add(patience).is_ok_and(|end| now >= end) }
    }
}

/// How far a person has come. `calls` are its attempts, oldest first.
pub fn judge(callee: &Callee, calls: &[CallReport], setting: Setting) -> ContactProgress {
    use ContactProgress::{Dialing, Done, NotDialed, Unrecognized, Waiting};
    let recorded = calls.last().and_then(|call| call.disposition);
    let otherwise = |guess| match recorded {
        Some(Disposition::Other) if guess == Disposition::Answered => Done(guess),
        Some(disposition) => Done(disposition),
        None if setting.records_complete => Done(guess),
        None => Dialing,
    };
    match CalleeState::of(callee.state) {
        CalleeState::NotDialed if !setting.over => Waiting,
        CalleeState::NotDialed if calls.is_empty() => NotDialed,
        CalleeState::Answered => otherwise(Disposition::Answered),
        CalleeState::NotAnswered => otherwise(Disposition::NoAnswer),
        CalleeState::InProgress | CalleeState::WaitingForRetry if !setting.over => Dialing,
        // The task ended around it: what it had so far is what it gets.
        CalleeState::NotDialed | CalleeState::InProgress | CalleeState::WaitingForRetry => {
            otherwise(Disposition::NoAnswer)
        }
        CalleeState::Unknown => Unrecognized,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::RawOutcome;

    fn callee(state: i64) -> Callee {
        Callee { callee: None, state: Some(state), sessions: Vec::new() }
    }

    fn call(disposition: Option<Disposition>) -> CallReport {
        CallReport {
            vendor_call_id: "s".into(),
            started_at: None,
            answered_at: None,
            ended_at: None,
            talk_seconds: 0,
            disposition,
            raw: RawOutcome::default(),
            insights: Vec::new(),
            recording: None,
            has_transcript: false,
        }
    }

    const RUNNING: Setting = Setting { over: false, records_complete: false };
    const OVER: Setting = Setting { over: true, records_complete: false };
    const SETTLED: Setting = Setting { over: true, records_complete: true };

    #[test]
    fn the_record_of_the_last_call_decides_how_it_ended() {
        let calls = [call(Some(Disposition::NoAnswer)), call(Some(Disposition::Busy))];
        assert_eq!(judge(&callee(2), &calls, RUNNING), ContactProgress::Done(Disposition::Busy));
        let machine = [call(Some(Disposition::AnsweredMachine))];
        assert_eq!(judge(&callee(1), &machine, RUNNING), ContactProgress::Done(Disposition::AnsweredMachine));
    }

    #[test]
    fn an_answer_that_ended_in_an_unlisted_way_is_still_an_answer() {
        let calls = [call(Some(Disposition::Other))];
        assert_eq!(judge(&callee(1), &calls, RUNNING), ContactProgress::Done(Disposition::Answered));
        assert_eq!(judge(&callee(2), &calls, RUNNING), ContactProgress::Done(Disposition::Other));
    }

    #[test]
    fn without_its_record_a_call_is_not_over_until_records_are_complete() {
        let calls = [call(Some(Disposition::NoAnswer)), call(None)];
        for setting in [RUNNING, OVER] {
            assert_eq!(judge(&callee(1), &calls, setting), ContactProgress::Dialing);
        }
        assert_eq!(judge(&callee(1), &calls, SETTLED), ContactProgress::Done(Disposition::Answered));
        assert_eq!(judge(&callee(2), &calls, SETTLED), ContactProgress::Done(Disposition::NoAnswer));
    }

    #[test]
    fn the_end_of_the_task_tells_the_undialed_from_the_unreached() {
        assert_eq!(judge(&callee(0), &[], RUNNING), ContactProgress::Waiting);
        assert_eq!(judge(&callee(0), &[], OVER), ContactProgress::NotDialed);
        let tried = [call(Some(Disposition::Busy))];
        assert_eq!(judge(&callee(4), &tried, RUNNING), ContactProgress::Dialing);
        assert_eq!(judge(&callee(4), &tried, OVER), ContactProgress::Done(Disposition::Busy));
        assert_eq!(judge(&callee(4), &[], SETTLED), ContactProgress::Done(Disposition::NoAnswer));
    }

    #[test]
    fn an_unknown_state_changes_nothing() {
        assert_eq!(judge(&callee(9), &[], SETTLED), ContactProgress::Unrecognized);
    }

    fn setting(state: i64, records: &[Cdr], seconds_later: i64) -> Setting {
        let opened = Timestamp::from_second(1_000_000).unwrap();
        let now = Timestamp::from_second(1_000_000 + seconds_later).unwrap();
        let task: Task =
            serde_json::from_value(serde_json::json!({"State": state, "NotBefore": 1_000_090})).unwrap();
        Setting::of(&task, opened, records.iter(), now, Duration::from_secs(120))
    }

    #[test]
    fn the_grace_runs_from_the_last_news_of_a_task_that_is_over() {
        assert!(!setting(2, &[], 209).records_complete, "90 s of fuse, 119 s of grace");
        assert!(setting(2, &[], 210).records_complete);
        let ended = [Cdr { ended_timestamp: Some(1_000_500), ..Cdr::default() }];
        assert!(!setting(2, &ended, 619).records_complete);
        assert!(setting(2, &ended, 620).records_complete);
    }

    #[test]
    fn a_task_that_never_ends_is_waited_for_thirty_days() {
        let month = 30 * 24 * 3600;
        assert!(!setting(5, &[], month).records_complete);
        assert!(setting(5, &[], month + 90).records_complete);
    }
}
