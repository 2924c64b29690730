//! Taking telephone numbers and secrets out of what a vendor says before people read it.
//!
//! Digits do not say what they are, so whatever may be a telephone number is masked, unless the name
//! beside it says that it is something else.

use serde_json::{Number, Value};
use std::ops::{Range, RangeInclusive};

/// So many digits may be a telephone number.
const NUMBER_LENGTH: usize = 7;

/// What people group the digits of one telephone number with.
const GROUPING: [char; 9] = [' ', '\u{a0}', '-', '\u{2010}', '\u{2011}', '\u{2013}', '(', ')', '+'];

/// Unix seconds from 2000 to 2100: no other number is taken for a time.
const INSTANTS: RangeInclusive<u64> = 946_684_800..=4_102_444_800;

/// Characters of a vendor's word that are kept.
const WORD_LENGTH: usize = 64;

const MASK: &str = "****";

/// A vendor's record with its large numbers masked and every text in it [redacted](text), except times,
/// and numbers that are ids or counts by name.
pub(crate) fn record(mut value: Value) -> Value {
    redact(&mut value);
    value
}

fn redact(value: &mut Value) {
    match value {
        Value::String(said) => *said = text(said),
        Value::Number(number) if is_large(number) => *value = Value::String(MASK.to_owned()),
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(members) => {
            for (name, value) in members {
                let is_harmless = is_time(name, value) || (value.is_number() && is_id_or_count(name));
                if !is_harmless {
                    redact(value);
                }
            }
        }
        _ => {}
    }
}

fn is_large(number: &Number) -> bool {
    number.as_f64().is_none_or(|size| size.abs() >= 1e6)
}

/// Digits are a telephone number as easily as a time: both the member's name and its value must say it
/// is an instant, in Unix seconds or milliseconds.
fn is_time(name: &str, value: &Value) -> bool {
    const NAMES: [&str; 10] =
        ["time", "Time", "timestamp", "Timestamp", "_at", "At", "_ts", "Ts", "Before", "After"];
    let digits = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    NAMES.iter().any(|ending| name.ends_with(ending))
        && digits.is_some_and(|digits| INSTANTS.contains(&digits) || INSTANTS.contains(&(digits / 1000)))
}

fn is_id_or_count(name: &str) -> bool {
    const ENDINGS: [&str; 8] = ["ID", "Id", "_id", "Count", "_count", "Total", "_total", "Code"];
    matches!(name, "id" | "count" | "total" | "code") || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A text with its telephone numbers masked, grouped ones too; of a URL only scheme and host are kept,
/// since what follows may hold a secret.
pub(crate) fn text(said: &str) -> String {
    if let Some((before, rest)) = said.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        return format!("{}://{}/***", masked(before), masked(host));
    }
    masked(said)
}

/// A vendor's word for something, fit to keep, log and tell: a [`text`], and short.
pub(crate) fn word(said: &str) -> String {
    text(said).chars().take(WORD_LENGTH).collect()
}

fn masked(said: &str) -> String {
    let mut shown = String::with_capacity(said.len());
    let mut written = 0;
    for number in numbers(said) {
        shown.push_str(&said[written..number.start]);
        shown.push_str(MASK);
        written = number.end;
    }
    shown.push_str(&said[written..]);
    shown
}

/// Where the telephone numbers of a text are: words of nothing but digits with nothing but grouping
/// between them, long enough together.
fn numbers(said: &str) -> Vec<Range<usize>> {
    let (mut found, mut group) = (Vec::new(), Vec::<Range<usize>>::new());
    let mut close = |group: &mut Vec<Range<usize>>| {
        let digits: usize = group.iter().map(ExactSizeIterator::len).sum();
        if let (Some(first), Some(last), true) = (group.first(), group.last(), digits >= NUMBER_LENGTH) {
            found.push(first.start..last.end);
        }
        group.clear();
    };
    let mut rest = 0..said.len();
    while let Some(word) = next_word(said, rest) {
        let continues = group
            .last()
            .is_some_and(|last| said[last.end..word.start].chars().all(|c| GROUPING.contains(&c)));
        if !continues {
            close(&mut group);
        }
        rest = word.end..said.len();
        if is_date(&said[word.start..]) {
            close(&mut group);
            rest.start = word.start + DATE.len();
        } else if said[word.clone()].bytes().all(|byte| byte.is_ascii_digit()) {
            group.push(word);
        } else {
            close(&mut group);
        }
    }
    close(&mut group);
    found
}

fn next_word(said: &str, within: Range<usize>) -> Option<Range<usize>> {
    let part = &said[within.clone()];
    let start = part.find(|c: char| c.is_ascii_alphanumeric())?;
    let length = part[start..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(part.len() - start);
    Some(within.start + start..within.start + start + length)
}

const DATE: &str = "yyyy-mm-dd";

/// Whether a text begins with a date of these times, which no telephone number is grouped like.
fn is_date(said: &str) -> bool {
    let Some(date) = said.get(..DATE.len()) else { return false };
    let digits_go_on = said[DATE.len()..].starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let fits = |(form, c): (char, char)| if form == '-' { c == '-' } else { c.is_ascii_digit() };
    let is_formed = DATE.chars().zip(date.chars()).all(fits);
    let is_of_these_times = date.starts_with("19") || date.starts_with("20");
    is_formed && is_of_these_times && !digits_go_on && &date[5..7] <= "12" && &date[8..] <= "31"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_secret_parts_of_urls_are_gone_and_the_rest_stays() {
        let raw = json!({
            "userTaskID": "seg_01h0000000000000000000000a", "count": 12, "list": [null, "8613800000000"],
            "url": "https://user:pass@gw.example/ingress/acc/s3cret/task?k=1", "note": "call +8613800000000, please",
        });
        let clean = record(raw);
        assert_eq!(clean["userTaskID"], "seg_01h0000000000000000000000a");
        assert_eq!(clean["list"], json!([null, "****"]));
        assert_eq!(clean["url"], "https://gw.example/***");
        assert_eq!(clean["note"], "call +****, please");
        assert_eq!(clean["count"], 12);
    }

    #[test]
    fn numbers_are_masked_however_they_are_grouped() {
        for (said, shown) in [
            ("138-0000-0000", "****"),
            ("call +86 138 0000 0000 now", "call +**** now"),
            ("(0755) 8888-8888, 12 people", "(****, 12 people"),
            ("电话13800000000。", "电话****。"),
            ("13800000000 https://gw.example/s3cret", "**** https://gw.example/***"),
            ("2026-03-02 13800000000", "2026-03-02 ****"),
            ("2026-03-021234", "****"),
            ("March 2026, 12-14 h", "March 2026, 12-14 h"),
            ("0,1,2,3,4,5,6,7,8,9,10,11", "0,1,2,3,4,5,6,7,8,9,10,11"),
        ] {
            assert_eq!(text(said), shown);
        }
    }

    #[test]
    fn a_number_is_masked_unless_its_name_says_what_it_is() {
        let raw = json!({
            "phone": 8_613_800_000_000_i64, "Callees": [8_613_800_000_000_i64], "call_time": 8_613_800_000_000_i64,
            "SdkAppId": 1_400_000_000, "createTs": 1_763_683_200, "NotBefore": 1_763_683_200, "totalCount": 10_000_000,
            "maxCall": 20, "rate": 0.33,
        });
        let shown = json!({
            "phone": "****", "Callees": ["****"], "call_time": "****",
            "SdkAppId": 1_400_000_000, "createTs": 1_763_683_200, "NotBefore": 1_763_683_200, "totalCount": 10_000_000,
            "maxCall": 20, "rate": 0.33,
        });
        assert_eq!(record(raw), shown);
    }

    proptest::proptest! {
        #[test]
        fn odd_texts_never_panic_and_keep_no_long_number(said in "\\PC*", number in "[0-9]{7,15}") {
            let shown = text(&format!("{said} {number} {said}"));
            proptest::prop_assert!(!shown.contains(&number));
        }
    }

    #[test]
    fn a_time_is_no_telephone_number_and_a_number_is_no_time() {
        let times = json!({
            "create_time": "1763683200123", "startTimestamp": "1763683200123", "createTs": "1763683200",
            "begins_at": "2026-03-02 09:00:00+08:00", "end_time": "2026-03-08T12:00:00.000Z",
        });
        assert_eq!(record(times.clone()), times);

        let numbers = json!({"callee": "1763683200", "call_time": "8613800000000", "contacts": "1763683200"});
        let masked = json!({"callee": "****", "call_time": "****", "contacts": "****"});
        assert_eq!(record(numbers), masked);
    }
}
