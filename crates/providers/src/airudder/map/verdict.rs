//! What an answer means: success, refusal, or something that may have happened.

use crate::airudder::wire::Envelope;
use outdial_provider::{Answer, Confirmation, Effect, ErrorKind, ProviderError};
use serde_json::Value;
use std::ops::RangeInclusive;

const SUCCESS: i64 = 200;

/// What is known of the numbers that arrive as HTTP status, as `code`, or as both (dossier 1.6).
struct Verdict {
    numbers: RangeInclusive<i64>,
    kind: ErrorKind,
    effect: Effect,
    detail: &'static str,
}

/// In order of precedence: what may have happened weighs more than what was refused.
const VERDICTS: &[Verdict] = &[
    Verdict {
        numbers: 500..=599,
        kind: ErrorKind::Unavailable,
        effect: Effect::Possible,
        detail: "failed inside AI Rudder and may have been done; look before sending it again",
    },
    Verdict {
        numbers: 408..=408,
        kind: ErrorKind::Unavailable,
        effect: Effect::Possible,
        detail: "took AI Rudder too long and may have been done; look before sending it again",
    },
    Verdict {
        numbers: 401..=401,
        kind: ErrorKind::Unauthenticated,
        effect: Effect::None,
        detail: "was refused: AI Rudder does not accept the credentials; check app_key and app_secret",
    },
    Verdict {
        numbers: 403..=403,
        kind: ErrorKind::PermissionDenied,
        effect: Effect::None,
        detail: "was refused: the account may not do this; ask AI Rudder to allow it",
    },
    Verdict {
        numbers: 429..=429,
        kind: ErrorKind::RateLimited,
        effect: Effect::None,
        detail: "was refused: too many requests; send it again later",
    },
];

/// HTTP statuses of an answer without `code`: the application behind the address never saw the request.
const NOT_BY_THE_APPLICATION: &[Verdict] = &[
    Verdict {
        numbers: 404..=405,
        kind: ErrorKind::Config,
        effect: Effect::None,
        detail: "is not served at this address; check base_url and the path under operations",
    },
    Verdict {
        numbers: 413..=413,
        kind: ErrorKind::TooLarge,
        effect: Effect::None,
        detail: "was refused: the request is too large; send fewer people at once (batch_size)",
    },
];

/// What a refusal means of which no number is known.
const REFUSED: Meaning =
    (ErrorKind::InvalidRequest, Effect::None, "was refused by AI Rudder; its code says why");

/// Throttling has no documented code, only perhaps a text; the word proves no refusal.
const LIMITED: Meaning = (
    ErrorKind::RateLimited,
    Effect::Possible,
    "met a limit and may have been done in part; look before sending it again",
);

const UNCLEAR: Meaning = (
    ErrorKind::UnexpectedResponse,
    Effect::Possible,
    "got an answer that cannot be understood; look before sending it again",
);

type Meaning = (ErrorKind, Effect, &'static str);

/// What an answer means: its `data`, null when it has none, or the error it stands for.
pub(in crate::airudder) fn judge(operation: &str, answer: &Answer) -> Result<Value, ProviderError> {
    said(operation, answer).map(Option::unwrap_or_default)
}

/// What an answer means: its `data`, or the error it stands for. A success without `data` said nothing,
/// which is not the same as saying null.
///
/// HTTP status and `code` are both looked at, because the vendor does not say where errors show. A
/// refusal is only what says so itself; everything else may have happened.
pub(in crate::airudder) fn said(operation: &str, answer: &Answer) -> Result<Option<Value>, ProviderError> {
    let status = i64::from(answer.status.as_u16());
    let envelope = Envelope::read(&answer.body);
    let code = envelope.as_ref().and_then(|envelope| envelope.code);
    if answer.status.is_success() && code == Some(SUCCESS) {
        return Ok(envelope.and_then(|envelope| envelope.data));
    }
    let (kind, effect, detail) = meaning(status, code, || envelope.as_ref().is_some_and(speaks_of_a_limit));
    let mut error = ProviderError::new(kind, effect, format!("{operation} {detail}"))
        .with_vendor(code.filter(|code| *code != SUCCESS).unwrap_or(status).to_string(), None);
    error.retry_after = answer.retry_after();
    Err(error)
}

fn meaning(status: i64, code: Option<i64>, speaks_of_a_limit: impl Fn() -> bool) -> Meaning {
    let known = |verdict: &&Verdict| {
        verdict.numbers.contains(&status) || code.is_some_and(|code| verdict.numbers.contains(&code))
    };
    let bare = |verdict: &&Verdict| code.is_none() && verdict.numbers.contains(&status);
    let verdict = VERDICTS.iter().find(known).or_else(|| NOT_BY_THE_APPLICATION.iter().find(bare));
    if let Some(verdict) = verdict {
        return (verdict.kind, verdict.effect, verdict.detail);
    }
    let is_refusal = match status {
        200..=299 | 400..=499 => code.is_some_and(|code| !sounds_like_success(code)),
        _ => false,
    };
    match is_refusal {
        true if speaks_of_a_limit() => LIMITED,
        true => REFUSED,
        false => UNCLEAR,
    }
}

/// Whether a push is the vendor's own, by the answer to asking. Success says so; a refusal by a `code`
/// says that it is not. The answer's data is not published and not looked at; a refusal by HTTP status
/// alone may come from a gateway or of a wrong path, and says nothing about the push.
pub(in crate::airudder) fn confirmation(
    operation: &str,
    answer: &Answer,
) -> Result<Confirmation, ProviderError> {
    let has_code = || Envelope::read(&answer.body).is_some_and(|envelope| envelope.code.is_some());
    match judge(operation, answer) {
        Ok(_) => Ok(Confirmation::Genuine),
        Err(error) if error.kind == ErrorKind::InvalidRequest && has_code() => Ok(Confirmation::NotGenuine),
        Err(error) => Err(error),
    }
}

/// The vendor's other products say 0 for success, and 201 to 299 read like one: none of them is a refusal.
fn sounds_like_success(code: i64) -> bool {
    matches!(code, 0 | 200..=299)
}

fn speaks_of_a_limit(envelope: &Envelope) -> bool {
    let message = envelope.message.as_deref().unwrap_or_default();
    message.to_ascii_lowercase().contains("limit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_provider::RetryAdvice;
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;
    use serde_json::json;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn success_needs_both_the_status_and_the_code() {
        let data = judge("op", &answer(200, r#"{"code":"200","status":"OK","data":{"token":"t"}}"#));
        assert_eq!(data.unwrap(), json!({"token": "t"}));
    }

    #[test]
    fn an_answer_that_says_null_differs_from_one_that_says_nothing() {
        assert_eq!(said("op", &answer(200, r#"{"code":200,"data":null}"#)), Ok(Some(Value::Null)));
        assert_eq!(said("op", &answer(200, r#"{"code":200}"#)), Ok(None));
        assert_eq!(judge("op", &answer(200, r#"{"code":200}"#)), Ok(Value::Null));
    }

    /// Status, body, kind and effect, code kept.
    const CASES: &[(u16, &str, ErrorKind, Effect, &str)] = &[
        (401, "", ErrorKind::Unauthenticated, Effect::None, "401"),
        (200, r#"{"code":401}"#, ErrorKind::Unauthenticated, Effect::None, "401"),
        (200, r#"{"code":403}"#, ErrorKind::PermissionDenied, Effect::None, "403"),
        (429, "slow down", ErrorKind::RateLimited, Effect::None, "429"),
        (200, r#"{"code":7,"message":"QPS Limit reached"}"#, ErrorKind::RateLimited, Effect::Possible, "7"),
        (200, r#"{"code":429,"message":"limit"}"#, ErrorKind::RateLimited, Effect::None, "429"),
        (200, r#"{"code":10501,"message":"no"}"#, ErrorKind::InvalidRequest, Effect::None, "10501"),
        (400, r#"{"code":400}"#, ErrorKind::InvalidRequest, Effect::None, "400"),
        (404, r#"{"code":404}"#, ErrorKind::InvalidRequest, Effect::None, "404"),
        (404, "no such path", ErrorKind::Config, Effect::None, "404"),
        (405, "{}", ErrorKind::Config, Effect::None, "405"),
        (413, "<html>", ErrorKind::TooLarge, Effect::None, "413"),
        (200, r#"{"code":500}"#, ErrorKind::Unavailable, Effect::Possible, "500"),
        (502, "bad gateway", ErrorKind::Unavailable, Effect::Possible, "502"),
        (500, r#"{"code":401}"#, ErrorKind::Unavailable, Effect::Possible, "401"),
        (408, "", ErrorKind::Unavailable, Effect::Possible, "408"),
        (200, r#"{"code":0,"status":"OK"}"#, ErrorKind::UnexpectedResponse, Effect::Possible, "0"),
        (200, r#"{"code":202}"#, ErrorKind::UnexpectedResponse, Effect::Possible, "202"),
        (200, "<html>", ErrorKind::UnexpectedResponse, Effect::Possible, "200"),
        (200, "[]", ErrorKind::UnexpectedResponse, Effect::Possible, "200"),
        (200, r#"{"status":"OK"}"#, ErrorKind::UnexpectedResponse, Effect::Possible, "200"),
        (302, "", ErrorKind::UnexpectedResponse, Effect::Possible, "302"),
        (404, r#"{"code":200}"#, ErrorKind::UnexpectedResponse, Effect::Possible, "404"),
        (400, "", ErrorKind::UnexpectedResponse, Effect::Possible, "400"),
        (409, "<html>", ErrorKind::UnexpectedResponse, Effect::Possible, "409"),
    ];

    #[test]
    fn only_what_says_no_itself_is_a_refusal() {
        for &(status, body, kind, effect, code) in CASES {
            let error = judge("createinstance", &answer(status, body)).unwrap_err();
            assert_eq!((error.kind, error.effect), (kind, effect), "HTTP {status} {body}");
            assert_eq!(error.code.as_deref(), Some(code), "HTTP {status} {body}");
            assert_eq!(effect == Effect::Possible, error.retry() == RetryAdvice::ReconcileFirst);
        }
    }

    #[test]
    fn only_a_code_of_its_own_disowns_a_push() {
        let verdict = |status, body| confirmation("apinoticeinfo", &answer(status, body)).ok();
        assert_eq!(verdict(200, r#"{"code":200,"data":null}"#), Some(Confirmation::Genuine));
        assert_eq!(verdict(200, r#"{"code":40001}"#), Some(Confirmation::NotGenuine));
        assert_eq!(verdict(400, r#"{"code":"400","message":"no"}"#), Some(Confirmation::NotGenuine));
        let unsaid =
            [(404, "no such path"), (200, "{}"), (200, "<html>"), (502, ""), (404, r#"{"code":200}"#)];
        let unjudged = [r#"{"code":401}"#, r#"{"code":403}"#, r#"{"code":429}"#, r#"{"code":500}"#];
        for (status, body) in unsaid.into_iter().chain(unjudged.map(|body| (200, body))) {
            assert_eq!(verdict(status, body), None, "HTTP {status} {body}");
        }
    }

    #[test]
    fn the_vendors_text_is_never_repeated() {
        let body = r#"{"code":400,"message":"callee +639170000000 of Jane is bad"}"#;
        let error = judge("uploaddetails", &answer(200, body)).unwrap_err();
        assert!(!error.to_string().contains("639170000000") && !format!("{error:?}").contains("Jane"));
    }
}
