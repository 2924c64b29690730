//! A part of something, asked for and answered (RFC 9110, section 14).

use std::fmt;
use std::str::FromStr;

/// One range of bytes, as `Range` asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From there to the end.
    From(u64),
    /// From there to there, both of them within.
    Between(u64, u64),
    /// So many at the end.
    Last(u64),
}

/// It is no single range of bytes; whoever asks so is given the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoByteRange;

impl FromStr for ByteRange {
    type Err = NoByteRange;

    fn from_str(text: &str) -> Result<Self, NoByteRange> {
        let (unit, range) = text.split_once('=').ok_or(NoByteRange)?;
        let (first, last) = range.trim().split_once('-').ok_or(NoByteRange)?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return Err(NoByteRange);
        }
        match (first, last) {
            ("", last) => Ok(Self::Last(number(last).ok_or(NoByteRange)?)),
            (first, "") => Ok(Self::From(number(first).ok_or(NoByteRange)?)),
            (first, last) => {
                let both = number(first).zip(number(last)).filter(|(first, last)| first <= last);
                both.map(|(first, last)| Self::Between(first, last)).ok_or(NoByteRange)
            }
        }
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(first) => write!(f, "bytes={first}-"),
            Self::Between(first, last) => write!(f, "bytes={first}-{last}"),
            Self::Last(count) => write!(f, "bytes=-{count}"),
        }
    }
}

/// The part that comes, as `Content-Range` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its first byte.
    pub first: u64,
    /// Its last byte.
    pub last: u64,
    /// Bytes of the whole, if known.
    pub total: Option<u64>,
}

impl Part {
    /// Reads `bytes 0-9/100` or `bytes 0-9/*`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let part = Self { first: number(first)?, last: number(last)?, total: total_of(total)? };
        let is_within = part.total.is_none_or(|total| part.last < total);
        (part.first <= part.last && is_within).then_some(part)
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }

    /// Whether it is what was asked for, or as much of it as there is.
    pub(super) fn answers(&self, range: ByteRange) -> bool {
        match range {
            ByteRange::From(first) => self.first == first,
            ByteRange::Between(first, last) => self.first == first && self.last <= last,
            ByteRange::Last(count) => {
                self.length() <= count && self.total.is_none_or(|total| self.last + 1 == total)
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, total } = self;
        match total {
            Some(total) => write!(f, "bytes {first}-{last}/{total}"),
            None => write!(f, "bytes {first}-{last}/*"),
        }
    }
}

/// Bytes of the whole, as told beside the refusal of a part: `bytes */100`.
pub(super) fn total_beside(text: &str) -> Option<u64> {
    total_of(text.trim().strip_prefix("bytes */")?)?
}

/// `None` for what cannot be read, nothing within for `*`.
fn total_of(text: &str) -> Option<Option<u64>> {
    if text == "*" { Some(None) } else { number(text).map(Some) }
}

/// Digits only: a sign would be read otherwise.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_written_as_it_was() {
        for text in ["bytes=0-", "bytes=5-9", "bytes=-3", "bytes=7-7"] {
            assert_eq!(text.parse::<ByteRange>().unwrap().to_string(), text);
        }
        assert_eq!(" Bytes = 5-9 ".parse(), Ok(ByteRange::Between(5, 9)));
    }

    #[test]
    fn whatever_else_is_asked_for_is_no_range() {
        for text in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=9-5",
            "bytes=1-2,4-5",
            "bytes=+1-2",
            "bytes=a-b",
            "lines=1-2",
            "bytes=1-2-3",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(text.parse::<ByteRange>(), Err(NoByteRange), "{text}");
        }
    }

    #[test]
    fn a_part_has_to_be_the_one_that_was_asked_for() {
        let part = |text| Part::read(text).unwrap();
        assert_eq!(part("bytes 5-9/100").to_string(), "bytes 5-9/100");
        assert_eq!((part("bytes 5-9/*").total, part("bytes 5-9/*").length()), (None, 5));
        for text in
            ["bytes 9-5/100", "bytes 5-100/100", "bytes 5-9", "lines 5-9/100", "bytes */100", "5-9/100"]
        {
            assert_eq!(Part::read(text), None, "{text}");
        }
        assert!(part("bytes 5-9/100").answers(ByteRange::Between(5, 9)));
        assert!(part("bytes 5-7/8").answers(ByteRange::Between(5, 9)), "there is no more of it");
        assert!(!part("bytes 5-10/100").answers(ByteRange::Between(5, 9)));
        assert!(!part("bytes 4-9/100").answers(ByteRange::From(5)));
        assert!(part("bytes 97-99/100").answers(ByteRange::Last(3)));
        assert!(part("bytes 0-1/2").answers(ByteRange::Last(3)));
        assert!(!part("bytes 0-2/100").answers(ByteRange::Last(3)));
        assert_eq!((total_beside("bytes */100"), total_beside("bytes */*")), (Some(100), None));
    }
}
