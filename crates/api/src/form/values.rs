//! Readers of single values.

use super::{At, Read};
use outdial_model::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

impl At<'_> {
    fn str(&self) -> Read<&str> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    /// Text of as many characters as `length` allows. U+0000 is none of them: not every database keeps it.
    pub(crate) fn text(self, length: RangeInclusive<usize>) -> Read<String> {
        let text = self.str()?;
        if text.contains('\0') {
            return Err(self.wrong("invalid_text", "the character U+0000 cannot be kept; leave it out"));
        }
        if length.contains(&text.chars().count()) {
            return Ok(text.to_owned());
        }
        let detail = format!("expected {} to {} characters", length.start(), length.end());
        Err(self.wrong("wrong_length", detail))
    }

    /// Text that `T` reads; its error says what would be right, without the text.
    pub(crate) fn parsed<T: FromStr>(self, code: &'static str, expected: &str) -> Read<T> {
        self.str()?.parse().map_err(|_| self.wrong(code, format!("expected {expected}")))
    }

    /// One of a set of words.
    pub(crate) fn word<T: Copy + Display>(self, all: &[T]) -> Read<T> {
        let text = self.str()?;
        let found = all.iter().find(|word| word.to_string() == text).copied();
        found.ok_or_else(|| {
            let words: Vec<_> = all.iter().map(T::to_string).collect();
            self.wrong("unknown_value", format!("expected one of: {}", words.join(", ")))
        })
    }

    /// `true` or `false`.
    pub(crate) fn boolean(self) -> Read<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    /// A whole number within `range`.
    pub(crate) fn integer(self, range: RangeInclusive<u32>) -> Read<u32> {
        if !self.value.is_number() {
            return Err(self.wrong_type("a whole number"));
        }
        let number = self.value.as_u64().and_then(|number| u32::try_from(number).ok());
        self.within(number, range)
    }

    /// A whole number within `range`, written as text (query parameters).
    pub(crate) fn digits(self, range: RangeInclusive<u32>) -> Read<u32> {
        let number = self.str()?.parse().ok();
        self.within(number, range)
    }

    fn within(self, number: Option<u32>, range: RangeInclusive<u32>) -> Read<u32> {
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            let detail = format!("expected a whole number from {} to {}", range.start(), range.end());
            self.wrong("out_of_range", detail)
        })
    }

    /// An instant (RFC 3339), kept to the millisecond.
    pub(crate) fn timestamp(self) -> Read<Timestamp> {
        let read =
            |text: &str| Timestamp::from_millisecond(text.parse::<Timestamp>().ok()?.as_millisecond()).ok();
        read(self.str()?).ok_or_else(|| {
            let detail = "expected an instant such as 2026-03-01T09:00:00+08:00 (RFC 3339)";
            self.wrong("invalid_time", detail)
        })
    }

    /// Words separated by commas (query parameters).
    pub(crate) fn words<T: Copy + Display>(self, all: &[T]) -> Read<Vec<T>> {
        let texts = self.str()?.split(',');
        let words: Vec<_> = texts
            .map(|text| {
                let value = Value::from(text.trim());
                At { value: &value, ..self }.word(all)
            })
            .collect();
        words.into_iter().collect()
    }

    /// Pairs of text, at most `most`, keys and values of at most so many characters.
    pub(crate) fn pairs(self, most: usize, key: usize, value: usize) -> Read<BTreeMap<String, String>> {
        let pairs = self.entries(most, |name, at| {
            if name.is_empty() || name.chars().count() > key || name.contains('\0') {
                let detail = format!("expected a name of 1 to {key} characters, U+0000 not among them");
                return Err(at.wrong("wrong_length", detail));
            }
            at.text(0..=value)
        })?;
        Ok(pairs.into_iter().collect())
    }

    /// An object somebody else reads.
    pub(crate) fn any_object(self) -> Read<Value> {
        if self.value.is_object() { Ok(self.value.clone()) } else { Err(self.wrong_type("an object")) }
    }
}
