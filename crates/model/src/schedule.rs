//! When a task may dial: a start, an end, and hours.

use crate::status::words;
use crate::{Hours, Timestamp};
use jiff::tz::TimeZone;

/// What starts a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum StartMode {
    /// `POST /tasks/{id}/start`.
    #[default]
    Manual,
    /// Its acceptance.
    Immediate,
    /// Its acceptance, at `not_before`.
    Scheduled,
}

words!(StartMode, "start mode", { Manual => "manual", Immediate => "immediate", Scheduled => "scheduled" });

/// When a task may dial.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Schedule {
    /// What starts it.
    pub start: StartMode,
    /// Nothing is dialed before this instant.
    pub not_before: Option<Timestamp>,
    /// Nothing is dialed from this instant on.
    pub not_after: Option<Timestamp>,
    /// Nothing is dialed outside these.
    #[serde(flatten)]
    pub hours: Hours,
}

impl Schedule {
    /// The zone of its hours; UTC where that is each person's.
    pub fn zone(&self) -> TimeZone {
        self.hours.time_zone.fixed().unwrap_or(TimeZone::UTC)
    }

    /// Whether dialing will never be allowed again.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.not_after.is_some_and(|end| now >= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_that_was_stored_is_read_whenever_that_was() {
        let text = r#"{"start":"manual","not_before":null,"not_after":null,"time_zone":"Asia/Shanghai",
            "windows":[{"days":["mon"],"from":"09:00","to":"18:00"}]}"#;
        let schedule: Schedule = serde_json::from_str(text).unwrap();
        assert_eq!((schedule.hours.windows.len(), schedule.hours.time_zone.as_str()), (1, "Asia/Shanghai"));
        let again = serde_json::to_string(&schedule).unwrap();
        assert_eq!(serde_json::from_str::<Schedule>(&again).unwrap(), schedule);
    }
}
