//! `CreateAutoCalloutTask`: the request as understood, its rules checked (7.1), and the campaign it becomes.

use std::collections::HashMap;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::Refusal;
use super::cdr::hangup_code;
use super::single::Single;
use crate::campaign::Rules;
use crate::clock::Wall;
use crate::exchange::Exchange;
use crate::number::e164;
use crate::outcome::Outcome;
use crate::windows::{Slot, Windows};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    pub(super) sdk_app_id: u64,
    pub(super) not_before: i64,
    pub(super) callees: Vec<String>,
    pub(super) callers: Vec<String>,
    pub(super) ivr_id: Option<u64>,
    #[serde(rename = "AIAgentId")]
    pub(super) ai_agent_id: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) not_after: Option<i64>,
    tries: Option<usize>,
    retry_interval: Option<i64>,
    #[serde(rename = "UUI")]
    uui: Option<String>,
    callee_attributes: Option<Vec<CalleeAttribute>>,
    time_zone: Option<String>,
    available_time: Option<Vec<TimeRange>>,
    available_work_time_config: Option<Vec<AvailableTime>>,
    pub(super) max_ring_timeout_second: Option<i64>,
    retry_hangup_types: Option<Vec<String>>,
    concurrency_limit: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CalleeAttribute {
    callee: String,
    #[serde(rename = "UUI")]
    uui: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeRange {
    start_time: String,
    end_time: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AvailableTime {
    day_type: Option<String>,
    days_of_week: Option<Vec<String>>,
    time_ranges: Option<Vec<TimeRange>>,
}

const RETRYABLE: [&str; 18] = [
    "202", "203", "204", "205", "206", "207", "208", "210", "212", "213", "215", "216", "217", "218", "219",
    "221", "222", "234",
];
const UUI_LIMIT: usize = 1024;

impl Create {
    /// A single call as a task of one that begins now and tries once.
    pub(super) fn of_one(single: Single, now: i64) -> Create {
        Create {
            sdk_app_id: single.sdk_app_id,
            not_before: now,
            callees: vec![single.callee],
            // Without any, the platform calls from a number of the application's.
            callers: single.callers.unwrap_or_else(|| vec!["008602155550000".to_owned()]),
            ivr_id: single.ivr_id,
            ai_agent_id: single.ai_agent_id,
            name: None,
            description: None,
            not_after: None,
            tries: Some(1),
            retry_interval: None,
            uui: single.uui,
            callee_attributes: None,
            time_zone: None,
            available_time: None,
            available_work_time_config: None,
            max_ring_timeout_second: single.max_ring_timeout_second,
            retry_hangup_types: None,
            concurrency_limit: None,
        }
    }

    /// The documented ranges, and nothing beyond them.
    pub(super) fn check(&self, exchange: &Exchange<'_>) -> Result<(), Refusal> {
        let limit = exchange.settings.tencent.callee_limit;
        let numbers = || self.callees.iter().chain(&self.callers);
        let uuis =
            || self.uui.iter().chain(self.callee_attributes.iter().flatten().filter_map(|a| a.uui.as_ref()));
        let hangups = self.retry_hangup_types.as_deref().unwrap_or_default();
        let rules = [
            (
                !self.callees.is_empty() && self.callees.len() <= limit,
                "Callees: at least one, and not too many",
            ),
            (!self.callers.is_empty(), "Callers: at least one"),
            (numbers().all(|number| e164(number).is_some()), "Callees, Callers: a phone number is not valid"),
            (self.ivr_id.is_some() || self.ai_agent_id.is_some(), "IvrId or AIAgentId is needed"),
            (self.tries.is_none_or(|tries| (1..=3).contains(&tries)), "Tries: 1 to 3"),
            (
                self.retry_interval.is_none_or(|wait| (600..=86_400).contains(&wait)),
                "RetryInterval: 600 to 86400",
            ),
            (self.not_after.is_none_or(|end| end > self.not_before), "NotAfter: must be after NotBefore"),
            (uuis().all(|uui| uui.len() <= UUI_LIMIT), "UUI: at most 1024 bytes"),
            (
                hangups.iter().all(|code| RETRYABLE.contains(&code.as_str())),
                "RetryHangupTypes: not a retryable code",
            ),
            (hangups.is_empty() || self.ai_agent_id.is_some(), "RetryHangupTypes: only with AIAgentId"),
            (self.max_ring_timeout_second.is_none_or(|limit| limit > 0), "MaxRingTimeoutSecond: above 0"),
            (self.concurrency_limit.is_none_or(|limit| limit > 0), "ConcurrencyLimit: above 0"),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, message)) => Err(Refusal::value(message)),
            None => Ok(()),
        }
    }

    pub(super) fn rules(&self, exchange: &Exchange<'_>) -> Result<Rules, Refusal> {
        let settings = &exchange.settings.tencent;
        let windows = self.windows()?;
        let deadline = |seconds: i64| exchange.deadline(Wall::from_seconds(seconds));
        let concurrency = self.concurrency_limit.and_then(|limit| usize::try_from(limit).ok());
        let interval = self.retry_interval.map(i64::unsigned_abs);
        Ok(Rules {
            concurrency: concurrency.unwrap_or(settings.default_concurrency),
            tries: self.tries.unwrap_or(settings.default_tries),
            retry_after: Duration::from_secs(interval.unwrap_or(settings.default_retry_interval_seconds)),
            retry_on: self.retry_on(),
            ring_limit: self.max_ring_timeout_second.map(i64::unsigned_abs),
            not_before: Some(deadline(self.not_before)),
            not_after: self.not_after.map(deadline),
            windows: windows.filter(|_| settings.honour_windows),
            keep_open: false,
        })
    }

    fn retry_on(&self) -> Vec<Outcome> {
        match self.retry_hangup_types.as_deref() {
            None | Some([]) => Rules::WORTH_RETRYING.to_vec(),
            Some(codes) => {
                let named = |outcome: &Outcome| codes.contains(&hangup_code(*outcome).0.to_string());
                Outcome::UNANSWERED.into_iter().filter(named).collect()
            }
        }
    }

    /// The user data of each number: its own, else the task's.
    pub(super) fn user_data(&self) -> impl Fn(&str) -> String {
        let attributes = self.callee_attributes.iter().flatten();
        let own: HashMap<&str, &str> =
            attributes.filter_map(|a| Some((a.callee.as_str(), a.uui.as_deref()?))).collect();
        let common = self.uui.as_deref().unwrap_or_default();
        move |callee| own.get(callee).copied().unwrap_or(common).to_owned()
    }

    /// `AvailableTime` wins over `AvailableWorkTimeConfig`. Statutory holidays are not known here: a
    /// business day is Monday to Friday, a holiday is Saturday or Sunday.
    fn windows(&self) -> Result<Option<Windows>, Refusal> {
        let mut slots = Vec::new();
        if let Some(ranges) = &self.available_time {
            add_slots(&mut slots, &Windows::EVERY_DAY, ranges)?;
        } else {
            for config in self.available_work_time_config.iter().flatten() {
                add_slots(
                    &mut slots,
                    &config.weekdays()?,
                    config.time_ranges.as_deref().unwrap_or_default(),
                )?;
            }
        }
        let zone = self.time_zone.as_deref().unwrap_or("Asia/Shanghai");
        let zone = TimeZone::get(zone).map_err(|_| Refusal::value("TimeZone: an IANA name"))?;
        Ok((!slots.is_empty()).then_some(Windows { zone, slots }))
    }
}

impl AvailableTime {
    fn weekdays(&self) -> Result<Vec<i8>, Refusal> {
        const NAMES: [&str; 7] =
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        match self.day_type.as_deref().unwrap_or("EveryDay") {
            "EveryDay" => Ok(Windows::EVERY_DAY.to_vec()),
            "BusinessDay" => Ok(vec![1, 2, 3, 4, 5]),
            "Holiday" => Ok(vec![6, 7]),
            "Custom" => {
                let place =
                    |day: &String| NAMES.iter().zip(1..).find(|(name, _)| *name == day).map(|(_, n)| n);
                let days: Option<Vec<i8>> = self.days_of_week.iter().flatten().map(place).collect();
                days.ok_or_else(|| Refusal::value("DaysOfWeek: Monday to Sunday"))
            }
            _ => Err(Refusal::value("DayType: EveryDay, BusinessDay, Holiday or Custom")),
        }
    }
}

fn add_slots(slots: &mut Vec<Slot>, weekdays: &[i8], ranges: &[TimeRange]) -> Result<(), Refusal> {
    for range in ranges {
        let (from, to) = (second_of_day(&range.start_time)?, second_of_day(&range.end_time)?);
        slots.push(Slot { weekdays: weekdays.to_vec(), from, to });
    }
    Ok(())
}

fn second_of_day(text: &str) -> Result<u32, Refusal> {
    let time =
        Time::strptime("%H:%M:%S", text).map_err(|_| Refusal::value("StartTime, EndTime: HH:MM:SS"))?;
    let part = |part: i8| u32::from(part.unsigned_abs());
    Ok(part(time.hour()) * 3600 + part(time.minute()) * 60 + part(time.second()))
}
