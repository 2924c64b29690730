//! What a refusal means, whether anything can have happened, and what to do next.

use outdial_provider::{Effect, ErrorKind, ProviderError};
use reqwest::StatusCode;

type Row = (i64, ErrorKind, Effect, &'static str);

/// NXTele's result codes (dossier 3.3). A code that is not here may mean anything.
const RESULT_CODES: &[Row] = &[
    (
        1,
        ErrorKind::Unavailable,
        Effect::Possible,
        "NXTele failed without saying why; what was asked may have happened and is looked up",
    ),
    (
        2,
        ErrorKind::InvalidRequest,
        Effect::None,
        "NXTele misses a parameter; check the script's variables and the task's nxtele options",
    ),
    (
        3,
        ErrorKind::InvalidRequest,
        Effect::None,
        "NXTele cannot read a parameter; check the task's nxtele options",
    ),
    (
        4,
        ErrorKind::InvalidRequest,
        Effect::None,
        "NXTele refuses a value; check the template id, the strategy name and the task's state",
    ),
    (
        4001,
        ErrorKind::TooLarge,
        Effect::None,
        "NXTele takes fewer contacts at once; they are sent in smaller requests, and `batch_size` can be lowered",
    ),
    (5, ErrorKind::Unavailable, Effect::None, "NXTele is under maintenance; it is tried again later"),
    (
        5001,
        ErrorKind::Unavailable,
        Effect::Possible,
        "NXTele failed inside; what was asked may have happened and is looked up",
    ),
    (
        6,
        ErrorKind::Unauthenticated,
        Effect::None,
        "NXTele refuses the signature; check `secret_key`, `algorithm` and this machine's clock",
    ),
    (
        6001,
        ErrorKind::Unauthenticated,
        Effect::None,
        "NXTele found no signature; check whatever stands between this machine and NXTele",
    ),
    (
        6002,
        ErrorKind::PermissionDenied,
        Effect::None,
        "NXTele knows no such account; check `uuid` and `base_url`",
    ),
    (
        6003,
        ErrorKind::PermissionDenied,
        Effect::None,
        "the NXTele account may not do this; ask NXTele to allow it",
    ),
    (7, ErrorKind::RateLimited, Effect::None, "NXTele is busy; it is asked again more slowly"),
    (1001, ErrorKind::Unavailable, Effect::None, "an import is running at NXTele; it is tried again later"),
];

/// The error for a result code other than 0. `response_id` is what NXTele's support asks for.
pub(in crate::nxtele) fn refusal(code: i64, response_id: Option<String>) -> ProviderError {
    let known = RESULT_CODES.iter().find(|(listed, ..)| *listed == code);
    let error = match known {
        Some((_, kind, effect, detail)) => ProviderError::new(*kind, *effect, *detail),
        None => ProviderError::unexpected(
            "NXTele answered with a result code it does not document; look it up with the response id",
        ),
    };
    error.with_vendor(code.to_string(), response_id)
}

/// The error for an answer without a result code: something before NXTele's application spoke.
pub(in crate::nxtele) fn http_error(status: StatusCode) -> ProviderError {
    let (kind, effect, detail) = match status.as_u16() {
        401 => (
            ErrorKind::Unauthenticated,
            Effect::None,
            "NXTele's gateway asks for credentials; check `base_url`",
        ),
        403 => (
            ErrorKind::PermissionDenied,
            Effect::None,
            "NXTele's gateway lets nobody in from here; check `base_url` and allowed addresses",
        ),
        404 | 405 => {
            (ErrorKind::Config, Effect::None, "there is no NXTele Callbot at this address; check `base_url`")
        }
        413 => (
            ErrorKind::TooLarge,
            Effect::None,
            "the request is too large for NXTele's gateway; smaller ones are sent",
        ),
        429 => (
            ErrorKind::RateLimited,
            Effect::None,
            "NXTele's gateway limits the rate; it is asked again more slowly",
        ),
        500..=599 => (
            ErrorKind::Unavailable,
            Effect::Possible,
            "NXTele's gateway failed; what was asked may have happened and is looked up",
        ),
        _ => (
            ErrorKind::UnexpectedResponse,
            Effect::Possible,
            "NXTele's answer cannot be read; what was asked may have happened and is looked up",
        ),
    };
    ProviderError::new(kind, effect, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_provider::RetryAdvice;

    #[test]
    fn only_documented_refusals_are_proof_that_nothing_happened() {
        for (code, kind, effect, _) in RESULT_CODES {
            let error = refusal(*code, Some("r-1".to_owned()));
            assert_eq!((error.kind, error.effect), (*kind, *effect));
            assert_eq!(error.code, Some(code.to_string()));
            assert_eq!(error.request_id.as_deref(), Some("r-1"));
        }
        for code in [1, 5001, -1, 6004, 99999] {
            assert_eq!(refusal(code, None).retry(), RetryAdvice::ReconcileFirst, "{code}");
        }
        for code in [5, 7, 1001] {
            assert!(matches!(refusal(code, None).retry(), RetryAdvice::After(_)), "{code}");
        }
    }

    #[test]
    fn every_documented_code_has_its_row() {
        let mut codes: Vec<_> = RESULT_CODES.iter().map(|(code, ..)| *code).collect();
        codes.sort_unstable();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 1001, 4001, 5001, 6001, 6002, 6003]);
    }

    #[test]
    fn a_code_stands_in_the_table_once() {
        for (index, (code, ..)) in RESULT_CODES.iter().enumerate() {
            let first = RESULT_CODES.iter().position(|(other, ..)| other == code);
            assert_eq!(first, Some(index));
        }
    }

    #[test]
    fn a_gateway_that_fails_proves_nothing() {
        for status in [200, 302, 408, 500, 502, 503, 504] {
            let error = http_error(StatusCode::from_u16(status).unwrap());
            assert_eq!(error.effect, Effect::Possible, "{status}");
        }
        for status in [401, 403, 404, 413, 429] {
            let error = http_error(StatusCode::from_u16(status).unwrap());
            assert_eq!(error.effect, Effect::None, "{status}");
        }
    }
}
