//! A task as NXTele keeps it: settings, a campaign of orders, and a change that waits to take effect.

use std::time::Duration;

use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value};

use super::Refusal;
use super::fields::Fields;
use crate::campaign::{Campaign, End, Phase, Rules};
use crate::clock::{Moment, Wall};
use crate::exchange::Exchange;
use crate::listed::Listed;
use crate::windows::{Slot, Windows};

/// What an order carries beside its number.
pub(super) struct Order {
    pub(super) id: String,
    pub(super) user_name: String,
    pub(super) other: String,
    pub(super) params: Value,
    pub(super) order_url: String,
    pub(super) call_url: String,
    pub(super) listed: Listed,
}

pub(super) struct Task {
    pub(super) user_id: String,
    pub(super) id: String,
    pub(super) scene: String,
    pub(super) created: Wall,
    pub(super) setup: Setup,
    /// Where task webhooks go, and order webhooks of batches that name no URL; empty for nowhere.
    pub(super) task_url: String,
    pub(super) order_url: String,
    pub(super) campaign: Campaign<Order>,
    pub(super) listed: Listed,
    update: Option<(Moment, Setup)>,
}

/// `taskCreateSetting` and `funcFlag`, as sent and as understood.
pub(super) struct Setup {
    pub(super) setting: Map<String, Value>,
    pub(super) flags: Map<String, Value>,
    pub(super) startup: Startup,
    rules: Rules,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Startup {
    Manual,
    Scheduled(i64),
    Immediate,
}

impl Setup {
    /// Required are `strategyName`, `startupType` and, for a scheduled start, `startupAt`; the rest has
    /// defaults (28).
    pub(super) fn read(body: Fields<'_>, exchange: &Exchange<'_>) -> Result<Setup, Refusal> {
        let empty = Map::new();
        let setting = body.object("taskCreateSetting")?;
        let flags = body.object_if_any("funcFlag")?.unwrap_or(Fields::of(&empty));
        setting.text("strategyName")?;
        let startup = match setting.integer("startupType")? {
            1 => Startup::Manual,
            2 => Startup::Scheduled(setting.integer("startupAt")?),
            3 => Startup::Immediate,
            _ => return Err(Refusal::value("startupType: 1, 2 or 3")),
        };
        Ok(Setup {
            rules: rules(setting, flags, startup, exchange)?,
            setting: setting.raw().clone(),
            flags: flags.raw().clone(),
            startup,
        })
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.setting.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

fn rules(
    setting: Fields<'_>,
    flags: Fields<'_>,
    startup: Startup,
    exchange: &Exchange<'_>,
) -> Result<Rules, Refusal> {
    let settings = &exchange.settings.nxtele;
    let redial = flags.flag_if_any("roundRedial")?.unwrap_or(false);
    let positive =
        |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).filter(|value| *value > 0);
    let max_call = positive(setting.integer_if_any("maxCall")?).and_then(|value| usize::try_from(value).ok());
    let windows = windows(setting)?;
    Ok(Rules {
        concurrency: max_call.unwrap_or(settings.default_max_call),
        tries: if redial { 2 } else { 1 },
        retry_after: Duration::from_secs(settings.redial_seconds),
        retry_on: Rules::WORTH_RETRYING.to_vec(),
        ring_limit: positive(setting.integer_if_any("maxRingTime")?),
        not_before: match startup {
            Startup::Scheduled(at) => Some(exchange.deadline(Wall::from_seconds(at))),
            Startup::Manual | Startup::Immediate => None,
        },
        not_after: None,
        windows: windows.filter(|_| settings.honour_windows),
        keep_open: flags.flag_if_any("taskKeep")?.unwrap_or(false),
    })
}

/// The weekday list and the two half-hour lists of section 4.1; `None` when no weekday is named.
fn windows(setting: Fields<'_>) -> Result<Option<Windows>, Refusal> {
    let offset = setting.integer_if_any("zoneSecond")?.unwrap_or(0);
    let offset = i32::try_from(offset).ok().and_then(|seconds| Offset::from_seconds(seconds).ok());
    let offset = offset.ok_or_else(|| Refusal::value("zoneSecond: an offset from UTC in seconds"))?;
    let weekdays = numbers(setting, "dialAtWeekDay", 1, 7)?;
    let mut slots = Vec::new();
    for (name, from) in [("dialAtUpHour", 0), ("dialAtDownHour", 1800)] {
        for hour in numbers(setting, name, 0, 23)? {
            let start = u32::from(hour.unsigned_abs()) * 3600 + from;
            slots.push(Slot { weekdays: weekdays.clone(), from: start, to: start + 1800 });
        }
    }
    Ok((!weekdays.is_empty()).then(|| Windows { zone: TimeZone::fixed(offset), slots }))
}

fn numbers(setting: Fields<'_>, name: &str, low: i8, high: i8) -> Result<Vec<i8>, Refusal> {
    let list = setting.text_if_any(name)?.unwrap_or_default();
    list.split(',')
        .filter(|item| !item.trim().is_empty())
        .map(|item| item.trim().parse().ok().filter(|number| (low..=high).contains(number)))
        .collect::<Option<Vec<i8>>>()
        .ok_or_else(|| Refusal::value(format!("{name}: numbers from {low} to {high}, separated by commas")))
}

impl Task {
    pub(super) fn new(
        user_id: &str,
        scene: &str,
        setup: Setup,
        urls: (String, String),
        listed: Listed,
        exchange: &Exchange<'_>,
    ) -> Task {
        let mut campaign = Campaign::new(setup.rules.clone(), exchange.now);
        if setup.startup == Startup::Immediate {
            campaign.run();
        }
        Task {
            user_id: user_id.to_owned(),
            id: uuid::Uuid::new_v4().simple().to_string(),
            scene: scene.to_owned(),
            created: exchange.wall(),
            setup,
            task_url: urls.0,
            order_url: urls.1,
            campaign,
            listed,
            update: None,
        }
    }

    /// `taskStatus`, section 8.1.
    pub(super) fn status(&self) -> i64 {
        status_of(self.campaign.phase())
    }

    pub(super) fn next_due(&self) -> Option<Moment> {
        let update = self.update.as_ref().map(|(at, _)| *at);
        [self.campaign.next_due(), update].into_iter().flatten().min()
    }

    pub(super) fn update_at(&mut self, at: Moment, setup: Setup) {
        self.update = Some((at, setup));
    }

    pub(super) fn apply_update(&mut self, exchange: &Exchange<'_>) {
        if let Some((_, setup)) = self.update.take_if(|(at, _)| *at <= exchange.now) {
            self.campaign.rules = setup.rules.clone();
            self.task_url = setup.text("taskCallbackUrl").to_owned();
            self.setup = setup;
        }
    }
}

pub(super) fn status_of(phase: Phase) -> i64 {
    match phase {
        Phase::Pending => 1,
        Phase::Running => 2,
        Phase::Closing(End::Expired) | Phase::Over(End::Expired) => 4,
        Phase::Closing(_) | Phase::Over(_) => 3,
        Phase::Paused => 5,
    }
}
