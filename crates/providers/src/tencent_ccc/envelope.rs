//! What an HTTP answer means: the vendor answers 200 to whatever it has processed, and says
//! `Response.Error` inside when it refused (dossier section 4).

use super::error_codes;
use crate::lenient;
use outdial_provider::{Answer, Effect, ErrorKind, ProviderError};
use serde_json::Value;

/// The `Response` object of a success. Errors are classed as those of a creating request.
pub fn open(answer: &Answer) -> Result<Value, ProviderError> {
    if answer.status != reqwest::StatusCode::OK {
        // Only gateways and networks answer so; whether the vendor saw the request is unknown.
        let detail = format!("the vendor's gateway answered {}", answer.status.as_u16());
        let mut error = ProviderError::new(ErrorKind::Unavailable, Effect::Possible, detail);
        error.retry_after = answer.retry_after();
        return Err(error);
    }
    // Read as plain JSON first: of repeated members the last wins, where a struct would refuse them.
    let mut body: Value = lenient::document(&answer.body)
        .map_err(|_| ProviderError::unexpected("the vendor's answer is not JSON"))?;
    let response = match body.get_mut("Response").map(Value::take) {
        Some(response @ Value::Object(_)) => response,
        _ => return Err(ProviderError::unexpected("the vendor's answer has no `Response`")),
    };
    let Some(error) = response.get("Error").filter(|error| !error.is_null()) else {
        return Ok(response);
    };
    let request_id = response.get("RequestId").and_then(Value::as_str).map(str::to_owned);
    Err(match error.get("Code").and_then(Value::as_str) {
        Some(code) => error_codes::error(code, request_id),
        None => ProviderError::unexpected("the vendor's answer is an error without a code"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(status: u16, body: &[u8]) -> Answer {
        Answer {
            status: reqwest::StatusCode::from_u16(status).unwrap(),
            headers: reqwest::header::HeaderMap::new(),
            body: body.to_vec(),
        }
    }

    fn refused(status: u16, body: &str) -> ProviderError {
        open(&answer(status, body.as_bytes())).unwrap_err()
    }

    #[test]
    fn success_is_the_absence_of_an_error() {
        let body =
            br#"{"Response":{"TaskId":18446744073709551615,"Error":null,"RequestId":"r","RequestId":"s"}}"#;
        let response = open(&answer(200, body)).unwrap();
        assert_eq!(response["TaskId"].as_u64(), Some(u64::MAX), "64 bits, not a float's 53");
        assert_eq!(response["RequestId"], "s");
    }

    #[test]
    fn a_refusal_hides_inside_http_200() {
        let error = refused(
            200,
            r#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"+8613900000001 is wrong"},"RequestId":"ed93f3cb"}}"#,
        );
        assert_eq!(error.kind, ErrorKind::Unauthenticated);
        assert_eq!(error.request_id.as_deref(), Some("ed93f3cb"));
        assert!(!format!("{error:?}").contains("13900000001"), "the vendor's words are not passed on");
    }

    #[test]
    fn anything_else_may_have_worked() {
        for (status, body) in [
            (502, r#"{"Response":{"Error":{"Code":"InvalidParameter"}}}"#),
            (302, ""),
            (200, "<html>"),
            (200, r#"{"Response":[]}"#),
            (200, r#"{"Response":{"Error":{}}}"#),
            (200, r#"{"TaskId":1}"#),
        ] {
            assert_eq!(refused(status, body).effect, Effect::Possible, "{status} {body}");
        }
    }

    proptest! {
        #[test]
        fn odd_bytes_are_an_error_and_not_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = open(&answer(200, &body));
        }
    }
}
