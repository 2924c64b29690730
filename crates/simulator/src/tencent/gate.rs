//! Who may come in: the checks before parameters are looked at, in the order of section 15.

use actix_web::http::Method;
use subtle::ConstantTimeEq;

use super::action::Action;
use super::tc3::{Claim, SERVICE, canonical_request, signature, utc_date};
use super::{BODY_LIMIT, Refusal, SECRET_ID, SECRET_KEY};
use crate::exchange::Exchange;
use crate::wire::Inbound;

const VERSION: &str = "2020-02-10";

pub(super) fn admit(request: &Inbound, exchange: &Exchange<'_>) -> Result<Action, Refusal> {
    if request.method != Method::POST && request.method != Method::GET {
        return Err(Refusal::new("UnsupportedProtocol", "only GET and POST"));
    }
    if request.body.len() > BODY_LIMIT {
        return Err(Refusal::new("RequestSizeLimitExceeded", "the request is larger than 10 MB"));
    }
    let action = required(request, "X-TC-Action")?;
    let version = required(request, "X-TC-Version")?;
    let timestamp = required(request, "X-TC-Timestamp")?;
    authenticate(request, timestamp, exchange)?;
    if version != VERSION {
        return Err(Refusal::new("NoSuchVersion", format!("the version is {VERSION}")));
    }
    Action::named(action).ok_or_else(|| Refusal::new("InvalidAction", "there is no such action"))
}

fn required<'a>(request: &'a Inbound, name: &str) -> Result<&'a str, Refusal> {
    request
        .header(name)
        .ok_or_else(|| Refusal::new("MissingParameter", format!("the header {name} is missing")))
}

fn authenticate(request: &Inbound, timestamp: &str, exchange: &Exchange<'_>) -> Result<(), Refusal> {
    let settings = &exchange.settings.tencent;
    let claim = request
        .header("Authorization")
        .and_then(|authorization| Claim::parse(authorization, SERVICE))
        .ok_or_else(|| {
            Refusal::new("AuthFailure.InvalidAuthorization", "the Authorization header is malformed")
        })?;
    if claim.secret_id != SECRET_ID {
        return Err(Refusal::new("AuthFailure.SecretIdNotFound", "there is no such SecretId"));
    }
    if request.header("X-TC-Token").is_some() {
        return Err(Refusal::new("AuthFailure.TokenFailure", "the key is permanent and has no token"));
    }
    let seconds: i64 = timestamp
        .parse()
        .map_err(|_| Refusal::new("InvalidParameter", "X-TC-Timestamp: Unix seconds as a decimal"))?;
    if exchange.wall().seconds().abs_diff(seconds) > settings.timestamp_tolerance_seconds {
        return Err(Refusal::new(
            "AuthFailure.SignatureExpire",
            "the timestamp is too far from the server's time",
        ));
    }
    let unsigned =
        settings.accept_unsigned_payload && request.header("X-TC-Content-SHA256") == Some("UNSIGNED-PAYLOAD");
    let payload = if unsigned { b"UNSIGNED-PAYLOAD" } else { request.body.as_slice() };
    let canonical = canonical_request(
        request.method.as_str(),
        &request.query,
        claim.signed_headers,
        |name| request.header(name),
        payload,
    );
    let expected = signature(SECRET_KEY, seconds, claim.date, SERVICE, &canonical);
    let matches = bool::from(expected.as_bytes().ct_eq(claim.signature.as_bytes()));
    if matches && utc_date(seconds).as_deref() == Some(claim.date) {
        Ok(())
    } else {
        Err(Refusal::new(
            "AuthFailure.SignatureFailure",
            "the signature does not match the request as received",
        ))
    }
}
