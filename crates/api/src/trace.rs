//! Which trace a request belongs to: W3C Trace Context (<https://www.w3.org/TR/trace-context/>).
//!
//! A `traceparent` that keeps to the letter is continued; any other is ignored, and a trace begins here. The log line
//! and the answer (`traceresponse`) name it. Vendors are told nothing of it.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Carries the trace out again; a draft of the same working group.
pub(crate) const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// Length of a `traceparent` of the first version, and the least of any later one.
const LENGTH: usize = 55;
const SAMPLED: u8 = 1;

/// The place of a request in its trace. Ids are in lower-case hexadecimal digits and never all zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TraceContext {
    /// The trace, 32 digits.
    pub trace_id: String,
    /// This request within it, 16 digits.
    pub span_id: String,
    /// What the request is a part of, 16 digits; `None` where the trace begins here.
    pub parent_id: Option<String>,
    /// Whether whoever sent it keeps the trace; where it begins here, it is to be kept.
    pub is_sampled: bool,
}

impl TraceContext {
    /// A place of its own for a request with these headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let span_id = random_digits(16);
        match caller(headers) {
            Some(Caller { trace_id, span_id: parent, is_sampled }) => {
                Self { trace_id, span_id, parent_id: Some(parent), is_sampled }
            }
            None => Self { trace_id: random_digits(32), span_id, parent_id: None, is_sampled: true },
        }
    }

    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace_id, self.span_id, u8::from(self.is_sampled))
    }
}

/// Where a request comes from.
struct Caller {
    trace_id: String,
    span_id: String,
    is_sampled: bool,
}

/// The caller's place, if it tells one place and by the rules.
fn caller(headers: &HeaderMap) -> Option<Caller> {
    let mut given = headers.get_all(&TRACEPARENT);
    let text = given.next()?.to_str().ok()?;
    if given.next().is_some() {
        return None;
    }
    // Later versions may append to it, after one more dash.
    let (known, more) = text.split_at_checked(LENGTH)?;
    let mut parts = known.split('-');
    let mut part = |digits: usize| parts.next().filter(|part| part.len() == digits && is_lower_hex(part));
    let (version, trace_id, span_id, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    let is_whole = match version {
        "ff" => false,
        "00" => more.is_empty(),
        _ => more.is_empty() || more.starts_with('-'),
    };
    let is_nobody = |id: &str| id.bytes().all(|digit| digit == b'0');
    if !is_whole || is_nobody(trace_id) || is_nobody(span_id) {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()?;
    Some(Caller {
        trace_id: trace_id.to_owned(),
        span_id: span_id.to_owned(),
        is_sampled: flags & SAMPLED == SAMPLED,
    })
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// So many digits, at most 32. The digit that tells the version of the random id is never 0, and neither is the whole.
fn random_digits(count: usize) -> String {
    let mut digits = uuid::Uuid::new_v4().simple().to_string();
    digits.truncate(count);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn with(values: &[&str]) -> TraceContext {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, HeaderValue::from_str(value).unwrap());
        }
        TraceContext::of(&headers)
    }

    #[test]
    fn a_trace_is_continued() {
        let context = with(&[&format!("00-{TRACE}-{SPAN}-01")]);
        assert_eq!((context.trace_id.as_str(), context.parent_id.as_deref()), (TRACE, Some(SPAN)));
        assert_ne!(context.span_id, SPAN);
        assert_eq!(context.to_string(), format!("00-{TRACE}-{}-01", context.span_id));
        assert!(!with(&[&format!("00-{TRACE}-{SPAN}-00")]).is_sampled);
        assert_eq!(with(&[&format!("cc-{TRACE}-{SPAN}-01-what-comes-later")]).trace_id, TRACE);
    }

    #[test]
    fn what_is_not_by_the_letter_is_ignored() {
        let upper = TRACE.to_uppercase();
        let zeros = "0".repeat(32);
        for bad in [
            "",
            "00",
            &format!("ff-{TRACE}-{SPAN}-01"),
            &format!("0-{TRACE}-{SPAN}-01"),
            &format!("00-{upper}-{SPAN}-01"),
            &format!("00-{zeros}-{SPAN}-01"),
            &format!("00-{TRACE}-0000000000000000-01"),
            &format!("00-{TRACE}-{SPAN}-0g"),
            &format!("00-{TRACE}-{SPAN}-01-more"),
            &format!("cc-{TRACE}-{SPAN}-01.more"),
            &format!("00-{TRACE}-{SPAN}é-1"),
            &format!("00_{TRACE}_{SPAN}_01"),
        ] {
            let context = with(&[bad]);
            assert_eq!(context.parent_id, None, "{bad}");
            assert_eq!((context.trace_id.len(), context.span_id.len()), (32, 16));
        }
        let one = format!("00-{TRACE}-{SPAN}-01");
        assert_eq!(with(&[&one, &one]).parent_id, None, "two are none");
    }
}
