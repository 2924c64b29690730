//! Weekly windows: hours of some days, by the clock on the wall.
//!
//! Not for: whose clock that is, and which days are none of the week's usual ones ([`Hours`](crate::Hours)).

use crate::status::words;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

words!(Weekday, "weekday", {
    Mon => "mon", Tue => "tue", Wed => "wed", Thu => "thu", Fri => "fri", Sat => "sat", Sun => "sun",
});

impl Weekday {
    /// 1 for Monday to 7 for Sunday (ISO 8601).
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    fn on(day: Date) -> Self {
        let offset = day.weekday().to_monday_zero_offset();
        Self::ALL.get(usize::try_from(offset).unwrap_or(0)).copied().unwrap_or(Self::Mon)
    }
}

/// Days of the week a window is open on.
pub type Days = std::collections::BTreeSet<Weekday>;

/// Hours of some days: open from `from` until just before `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Which days.
    pub days: Days,
    /// Opens at this wall-clock minute.
    pub from: Time,
    /// Closes at this wall-clock minute; midnight means the end of the day.
    pub to: Time,
}

impl Window {
    /// Minutes of the day `[open, close)`, with a closing midnight as 1440.
    pub fn minutes(&self) -> (u16, u16) {
        let minute =
            |time: Time| u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        let close = minute(self.to);
        (minute(self.from), if close == 0 { 1440 } else { close })
    }

    /// Whether it opens at all: on some day, and before it closes.
    pub fn opens(&self) -> bool {
        let (open, close) = self.minutes();
        open < close && !self.days.is_empty()
    }

    /// Between which moments of the day it is open; `None` on days it is not for.
    pub(crate) fn on(&self, day: Date) -> Option<(DateTime, DateTime)> {
        let (open, close) = self.minutes();
        let moment = |minute: u16| day.at(0, 0, 0, 0).checked_add(i64::from(minute).minutes()).ok();
        self.days.contains(&Weekday::on(day)).then(|| moment(open).zip(moment(close))).flatten()
    }
}

/// A window as JSON has it: `{"days": ["mon"], "from": "09:00", "to": "18:00"}`.
#[derive(serde::Serialize, serde::Deserialize)]
struct WindowForm {
    days: Days,
    from: String,
    to: String,
}

impl serde::Serialize for Window {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |time: Time| time.strftime("%H:%M").to_string();
        WindowForm { days: self.days.clone(), from: text(self.from), to: text(self.to) }.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Window {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = WindowForm::deserialize(deserializer)?;
        let read = |text: &str| Window::time(text).ok_or_else(|| serde::de::Error::custom("expected HH:MM"));
        Ok(Self { from: read(&form.from)?, to: read(&form.to)?, days: form.days })
    }
}

impl Window {
    /// Reads `HH:MM`; `24:00` is the end of the day.
    pub fn time(text: &str) -> Option<Time> {
        let text = if text == "24:00" { "00:00" } else { text };
        (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_keeps_its_json_form() {
        let text = r#"{"days":["mon","fri"],"from":"09:00","to":"18:00"}"#;
        let window: Window = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&window).unwrap(), text);
    }
}
