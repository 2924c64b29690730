//! Taking telephone numbers and secrets out of what a vendor says before people read it.

use serde_json::Value;

/// Digits in a row that may be a telephone number.
const NUMBER_LENGTH: usize = 7;

/// A vendor's record with every text in it [redacted](text).
pub(crate) fn record(value: Value) -> Value {
    match value {
        Value::String(said) => Value::String(text(&said)),
        Value::Array(items) => Value::Array(items.into_iter().map(record).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, record(value))).collect())
        }
        other => other,
    }
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
}
