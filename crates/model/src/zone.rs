//! Whose clock hours are told by, and where on earth a person may be.
//!
//! A number tells a country at best, and some countries have several zones: then a person may be in any of them, and hours in
//! their own zone are those that are open in all. The table of countries is the IANA database's (`zone.tab`, public domain),
//! without zones whose clocks agree with another of the same country from 2024 on.

use crate::{Country, Phone};
use jiff::tz::TimeZone;
use std::fmt;
use std::str::FromStr;

/// The word for the zone of each person.
const OF_CONTACT: &str = "contact";
/// A country and its zones on every line.
const COUNTRIES: &str = include_str!("zones.tsv");

/// Whose clock hours are told by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// That of a zone, by its IANA name.
    Named(Box<str>),
    /// That of whoever is to be called.
    OfContact,
}

/// A text that names no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an IANA name such as Asia/Shanghai")]
pub struct UnknownZone;

impl Zone {
    /// Its name, or the word for that of each person.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::OfContact => OF_CONTACT,
        }
    }

    /// The zone, where it is one for all; UTC when its name is unknown to this machine (names are checked when they come in).
    pub fn fixed(&self) -> Option<TimeZone> {
        match self {
            Self::Named(name) => Some(TimeZone::get(name).unwrap_or(TimeZone::UTC)),
            Self::OfContact => None,
        }
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        if text == OF_CONTACT {
            return Ok(Self::OfContact);
        }
        TimeZone::get(text).map(|_| Self::Named(text.into())).map_err(|_| UnknownZone)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What was a zone once is read as one, whatever this machine knows of it today.
impl<'de> serde::Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(if text == OF_CONTACT { Self::OfContact } else { Self::Named(text.into()) })
    }
}

/// Where a person is, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whereabouts {
    /// The country of their number; `None` for a number of no country, or of nobody knows which.
    pub country: Option<Country>,
    /// The IANA name of their zone, where the client told it.
    pub time_zone: Option<Box<str>>,
}

impl Whereabouts {
    /// Of whoever has that number, in the zone that was told.
    pub fn of(phone: Option<&Phone>, time_zone: Option<&str>) -> Self {
        Self { country: phone.and_then(Phone::country), time_zone: time_zone.map(Into::into) }
    }

    /// Every zone they may be in; none when nobody knows.
    pub fn zones(&self) -> Vec<TimeZone> {
        if let Some(name) = &self.time_zone {
            return TimeZone::get(name).into_iter().collect();
        }
        let Some(country) = self.country else { return Vec::new() };
        let code = country.to_string();
        let lines = COUNTRIES.lines().filter_map(|line| line.split_once('\t'));
        let names = lines.filter(|(known, _)| *known == code).flat_map(|(_, names)| names.split(' '));
        names.filter_map(|name| TimeZone::get(name).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("+8613800000000", None, &["Asia/Shanghai", "Asia/Urumqi"])]
    #[case("+6281200000000", None, &["Asia/Jakarta", "Asia/Jayapura", "Asia/Makassar"])]
    #[case("+6281200000000", Some("Asia/Jayapura"), &["Asia/Jayapura"])]
    #[case("+80012345678", None, &[])]
    #[case("+80012345678", Some("Europe/Paris"), &["Europe/Paris"])]
    fn a_person_may_be_in_every_zone_of_their_country_unless_the_client_knows(
        #[case] phone: &str,
        #[case] told: Option<&str>,
        #[case] expected: &[&str],
    ) {
        let phone: Phone = phone.parse().unwrap();
        let zones = Whereabouts::of(Some(&phone), told).zones();
        let names: Vec<_> = zones.iter().map(|zone| zone.iana_name().unwrap()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn every_line_of_the_table_is_a_country_and_zones_there_are() {
        for line in COUNTRIES.lines() {
            let (code, names) = line.split_once('\t').unwrap();
            assert_eq!(code.len(), 2, "{line}");
            assert!(names.split(' ').all(|name| TimeZone::get(name).is_ok()), "{line}");
        }
    }

    #[test]
    fn a_zone_is_written_by_its_name() {
        for text in ["Asia/Shanghai", "contact", "UTC"] {
            assert_eq!(text.parse::<Zone>().unwrap().to_string(), text);
        }
        assert_eq!("Mars/Olympus".parse::<Zone>(), Err(UnknownZone));
    }
}
