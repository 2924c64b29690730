//! Telephone numbers: E.164 inside, whatever people write outside.
//!
//! Parsing and national rules are libphonenumber's (through `rlibphonenumber`, which tells *why* a
//! number cannot be one). Length and country decide, not whether a range is assigned today: metadata
//! ages, and the carrier's answer is the honest one.

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, Region, ValidationError,
};
use std::fmt;
use std::str::FromStr;

/// Digits that nobody sees of a number that is printed, at least.
const HIDDEN: usize = 4;
/// Digits of E.164, country code included. Some countries have longer numbers of their own, which cannot be called from
/// everywhere.
const MOST_DIGITS: usize = 15;
/// Digits of a number that was once taken, at most.
const MOST_STORED: usize = 20;

/// A country as an ISO 3166-1 alpha-2 code that has telephone numbers, for example `CN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(Region);

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Country {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let region = text.to_ascii_uppercase().parse().ok();
        region
            .filter(|region| PHONE_NUMBER_UTIL.get_supported_regions().any(|known| known == *region))
            .map(Self)
            .ok_or(PhoneError::UnknownCountry)
    }
}

/// Why a text is not a telephone number we could dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Letters, nothing at all, or no digits.
    #[error("not a telephone number")]
    NotANumber,
    /// National form without a country to read it in.
    #[error("no country: write it as +<country code><number> or give `default_country`")]
    NoCountry,
    /// The country code does not exist.
    #[error("no country has this country code")]
    UnknownCountryCode,
    /// `default_country` is not an ISO 3166-1 alpha-2 code.
    #[error("not a country: expected two letters such as CN or PH")]
    UnknownCountry,
    /// Fewer digits than any number of that country has.
    #[error("too short for its country")]
    TooShort,
    /// More digits than any number of that country has.
    #[error("too long for its country")]
    TooLong,
    /// A length between two that exist.
    #[error("its country has no numbers of this length")]
    ImpossibleLength,
    /// A person behind a switchboard cannot be dialed by a campaign.
    #[error("has an extension; give a number that can be dialed directly")]
    Extension,
}

/// A number in E.164 (`+` and up to 15 digits). Reading it is explicit, printing it shows a mask.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(Box<str>);

impl Phone {
    /// Reads `+…`, `00…`, a number in the national form of `country`, or digits that begin with a
    /// country code and leave no doubt.
    pub fn parse(text: &str, country: Option<Country>) -> Result<Self, PhoneError> {
        let text = text.trim();
        if text.len() > 64 {
            return Err(PhoneError::TooLong);
        }
        let international = text.strip_prefix("00").map(|rest| format!("+{rest}"));
        let number = match (international, country) {
            (Some(text), _) => read(&text, None)?,
            (None, None) if !text.starts_with('+') => read_bare(text)?,
            (None, country) => read(text, country)?,
        };
        accept(&number)
    }

    /// `+` and digits.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The digits without the `+`.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// The country it is of; `None` for a number of none (international freephone), and where several countries share a code
    /// and it is in the range of none of them.
    pub fn country(&self) -> Option<Country> {
        let region = PHONE_NUMBER_UTIL.get_region_for_number(&read(&self.0, None).ok()?)?;
        (region != Region::World).then_some(Country(region))
    }

    /// Whether it is a number of that country, as far as its digits tell.
    pub fn is_of(&self, country: Country) -> bool {
        let Ok(number) = read(self.e164(), None) else { return false };
        let of_its_code = || PHONE_NUMBER_UTIL.get_region_for_country_code(number.country_code);
        PHONE_NUMBER_UTIL.get_region_for_number(&number).or_else(of_its_code) == Some(country.0)
    }

    /// The number with everything but its ends hidden, and never fewer than four digits: `+86138****1234`, `+658****567`.
    pub fn masked(&self) -> String {
        let digits = self.digits();
        let shown = digits.len().saturating_sub(HIDDEN).min(9);
        let (head, tail) = (shown - shown.min(8) / 2, shown.min(8) / 2);
        format!("+{}****{}", &digits[..head], &digits[digits.len() - tail..])
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    /// Reads E.164 only, the form storage keeps. Whether it can be dialed was judged when it came ([`Self::parse`]): what
    /// was a number then stays one, whatever is known of its country today.
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let digits = text.strip_prefix('+').ok_or(PhoneError::NoCountry)?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PhoneError::NotANumber);
        }
        if digits.len() > MOST_STORED { Err(PhoneError::TooLong) } else { Ok(Self(text.into())) }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

fn read(text: &str, country: Option<Country>) -> Result<PhoneNumber, PhoneError> {
    PHONE_NUMBER_UTIL.parse(text, country.map(|country| country.0)).map_err(|error| match error {
        ParseError::InvalidCountryCode if country.is_none() && !text.starts_with('+') => {
            PhoneError::NoCountry
        }
        ParseError::InvalidCountryCode => PhoneError::UnknownCountryCode,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => PhoneError::TooShort,
        ParseError::TooLongNsn => PhoneError::TooLong,
        _ => PhoneError::NotANumber,
    })
}

/// Digits without `+` and without a country: taken as international only when that reading is a
/// number in use, so that `8613800000000` works and a national number is never sent abroad.
fn read_bare(text: &str) -> Result<PhoneNumber, PhoneError> {
    if text.starts_with('0') || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(if text.starts_with('0') { PhoneError::NoCountry } else { PhoneError::NotANumber });
    }
    let number = read(&format!("+{text}"), None).map_err(|_| PhoneError::NoCountry)?;
    if PHONE_NUMBER_UTIL.is_valid_number(&number) { Ok(number) } else { Err(PhoneError::NoCountry) }
}

fn accept(number: &PhoneNumber) -> Result<Phone, PhoneError> {
    if !number.extension().is_empty() {
        return Err(PhoneError::Extension);
    }
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(number) {
        Ok(NumberLengthType::IsPossible) => {
            let text = PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164);
            if text.len() > "+".len() + MOST_DIGITS {
                Err(PhoneError::TooLong)
            } else {
                Ok(Phone(text.into()))
            }
        }
        Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => {
            Err(PhoneError::TooShort)
        }
        Err(ValidationError::TooLong) => Err(PhoneError::TooLong),
        Err(ValidationError::InvalidCountryCode) => Err(PhoneError::UnknownCountryCode),
        Err(_) => Err(PhoneError::ImpossibleLength),
    }
}

/// Writes and reads numbers as E.164 text, for places that store them on purpose.
///
/// `Phone` itself has no serde form, so that no structure prints numbers by accident.
pub(crate) mod as_e164 {
    use super::Phone;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(phones: &[Phone], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(phones.iter().map(Phone::e164))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Phone>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn china() -> Option<Country> {
        Some("CN".parse().unwrap())
    }

    #[rstest]
    #[case("+86 138-0000-0000", None)]
    #[case("008613800000000", None)]
    #[case("8613800000000", None)]
    #[case("13800000000", china())]
    #[case("8613800000000", china())]
    fn one_number_however_it_is_written(#[case] text: &str, #[case] country: Option<Country>) {
        assert_eq!(Phone::parse(text, country).unwrap().e164(), "+8613800000000");
    }

    #[rstest]
    #[case("13800000000", None, PhoneError::NoCountry)]
    #[case("013800000000", None, PhoneError::NoCountry)]
    #[case("+861380", None, PhoneError::TooShort)]
    #[case("12345", china(), PhoneError::TooShort)]
    #[case("+861380000000012345", None, PhoneError::TooLong)]
    #[case("+99912345678", None, PhoneError::UnknownCountryCode)]
    #[case("+8613800000000x12", None, PhoneError::Extension)]
    #[case("none of your business", None, PhoneError::NotANumber)]
    #[case("", None, PhoneError::NotANumber)]
    fn a_text_that_cannot_be_dialed_says_why(
        #[case] text: &str,
        #[case] country: Option<Country>,
        #[case] why: PhoneError,
    ) {
        assert_eq!(Phone::parse(text, country), Err(why));
    }

    #[rstest]
    #[case("+99912345678")]
    #[case("+861380")]
    #[case("+8163381680088800")]
    fn what_was_a_number_once_is_read_as_one(#[case] stored: &str) {
        assert!(Phone::parse(stored, None).is_err(), "today it is none");
        assert_eq!(stored.parse::<Phone>().unwrap().e164(), stored);
    }

    #[rstest]
    #[case("8613800000000")]
    #[case("+86 138 0000 0000")]
    #[case("+8613800000000x12")]
    #[case("+123456789012345678901")]
    #[case("+")]
    #[case("erased:")]
    fn nothing_else_is_kept_as_a_number(#[case] text: &str) {
        assert!(text.parse::<Phone>().is_err());
    }

    #[test]
    fn a_country_is_one_that_has_telephone_numbers() {
        assert!("ph".parse::<Country>().is_ok());
        for text in ["QQ", "XX", "C", "CHN", ""] {
            assert_eq!(text.parse::<Country>(), Err(PhoneError::UnknownCountry), "{text}");
        }
    }

    #[test]
    fn a_number_prints_only_its_ends() {
        let phone: Phone = "+8613912341234".parse().unwrap();
        assert_eq!(format!("{phone:?}"), "Phone(+86139****1234)");
    }
}
