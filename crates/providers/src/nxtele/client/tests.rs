use super::*;
use proptest::prelude::*;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer { status: StatusCode::from_u16(status).unwrap(), headers: HeaderMap::new(), body: body.into() }
}

fn outcome(status: u16, body: &str) -> Result<(), ProviderError> {
    outcome_of("addBatchCall", status, body)
}

fn outcome_of(action: &str, status: u16, body: &str) -> Result<(), ProviderError> {
    let reply = reply(action, &answer(status, body))?;
    reply.refusal().map_or(Ok(()), Err)
}

#[test]
fn the_result_code_counts_whatever_the_status_says() {
    assert_eq!(outcome(200, r#"{"retCode":0,"retMsg":"","responseID":"r"}"#), Ok(()));
    let pong = r#"{"code":0,"msg":"success","reqId":"r-0001"}"#;
    assert_eq!(outcome_of("ping", 200, pong), Ok(()), "ping's own envelope");
    assert_eq!(outcome(200, pong).unwrap_err().effect, Effect::Possible, "and nobody else's");
    assert_eq!(outcome(200, r#"{"retCode":"0"}"#), Ok(()));
    let refused = outcome(503, r#"{"retCode":5,"responseID":"r-9"}"#).unwrap_err();
    assert_eq!((refused.effect, refused.code.as_deref()), (Effect::None, Some("5")));
    assert_eq!(refused.request_id.as_deref(), Some("r-9"));
}

#[test]
fn a_repeated_member_does_not_make_an_answer_unreadable() {
    assert_eq!(outcome(200, r#"{"retCode":0,"taskID":"a","taskID":"b"}"#), Ok(()));
}

#[test]
fn what_is_no_answer_of_nxtele_proves_nothing() {
    for body in
        ["", "<html>", "[]", "null", "{}", r#"{"retCode":"zero"}"#, r#"{"retCode":null}"#, "\"retCode\""]
    {
        let error = outcome(200, body).unwrap_err();
        assert_eq!((error.kind, error.effect), (ErrorKind::UnexpectedResponse, Effect::Possible), "{body}");
    }
    let success_beside_failure = outcome(500, r#"{"retCode":0}"#).unwrap_err();
    assert_eq!(success_beside_failure.effect, Effect::Possible);
}

#[test]
fn a_gateways_retry_after_is_kept() {
    let mut limited = answer(429, "slow down");
    limited.headers.insert("retry-after", "7".parse().unwrap());
    let error = reply("listTask", &limited).err().unwrap();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(error.retry_after, Some(std::time::Duration::from_secs(7)));
}

proptest! {
    #[test]
    fn odd_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200), status in 100u16..600) {
        let _ = reply("ping", &answer(status, body));
    }
}
