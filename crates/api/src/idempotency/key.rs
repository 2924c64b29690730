//! The header: 1 to 255 safe characters, quoted as in the draft of the standard, or bare.

use crate::problem::{Problem, table};
use actix_web::http::header::HeaderMap;

/// What the client sends it in.
pub(super) const HEADER: &str = "idempotency-key";

/// The client's key, if it sent one.
pub(super) fn of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(HEADER);
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.to_str().ok().and_then(read).filter(|_| values.next().is_none());
    match key {
        Some(key) => Ok(Some(key.to_owned())),
        None => {
            let detail = "`Idempotency-Key` is one key of 1 to 255 characters of `A-Z a-z 0-9 _ : . -`";
            Err(Problem::new(&table::IDEMPOTENCY_KEY_INVALID, detail))
        }
    }
}

fn read(value: &str) -> Option<&str> {
    let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_:.-".contains(&byte);
    ((1..=255).contains(&bare.len()) && bare.bytes().all(is_safe)).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_be_quoted_and_nothing_else() {
        assert_eq!(read("order-7:a.b_C"), Some("order-7:a.b_C"));
        assert_eq!(read("\"order-7\""), Some("order-7"));
        let (longest, longer) = ("k".repeat(255), "k".repeat(256));
        assert_eq!(read(&longest), Some(longest.as_str()));
        for bad in ["", "\"\"", "\"", "\"half", "a b", "a,b", "k\u{e9}", &longer] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
