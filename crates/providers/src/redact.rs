//! Taking telephone numbers and secrets out of what a vendor says before people read it.

use serde_json::Value;
use std::ops::RangeInclusive;

/// Digits in a row that may be a telephone number.
const NUMBER_LENGTH: usize = 7;

/// Unix seconds from 2000 to 2100: no other number is taken for a time.
const INSTANTS: RangeInclusive<u64> = 946_684_800..=4_102_444_800;

/// A vendor's record with every text in it [redacted](text), except times written as digits.
pub(crate) fn record(value: Value) -> Value {
    match value {
        Value::String(said) => Value::String(text(&said)),
        Value::Array(items) => Value::Array(items.into_iter().map(record).collect()),
        Value::Object(members) => {
            let shown = |(name, value): (String, Value)| {
                let value = if is_time(&name, &value) { value } else { record(value) };
                (name, value)
            };
            Value::Object(members.into_iter().map(shown).collect())
        }
        other => other,
    }
}

/// Digits are a telephone number as easily as a time: both the member's name and its value must say it
/// is an instant, in Unix seconds or milliseconds.
fn is_time(name: &str, value: &Value) -> bool {
    const NAMES: [&str; 7] = ["time", "Time", "timestamp", "Timestamp", "_at", "_ts", "Ts"];
    let digits = value.as_str().and_then(|text| text.parse::<u64>().ok());
    NAMES.iter().any(|ending| name.ends_with(ending))
        && digits.is_some_and(|digits| INSTANTS.contains(&digits) || INSTANTS.contains(&(digits / 1000)))
}

/// A text with its telephone numbers masked; of a URL only scheme and host are kept, since what
/// follows may hold a secret.
pub(crate) fn text(said: &str) -> String {
    if let Some((scheme, rest)) = said.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        return format!("{scheme}://{host}/***");
    }
    said.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|piece| {
            let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let is_number = word.len() >= NUMBER_LENGTH && word.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { format!("****{}", &piece[word.len()..]) } else { piece.to_owned() }
        })
        .collect()
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
