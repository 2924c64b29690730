//! Who may come in: the checks before any operation, in the order of section 10.1.

use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::sign::{Algorithm, sign};
use super::{Refusal, SECRET_KEY, UUID};
use crate::exchange::Exchange;
use crate::wire::Inbound;

pub(super) struct Admitted {
    pub(super) algorithm: Algorithm,
    pub(super) body: Map<String, Value>,
}

pub(super) fn admit(request: &Inbound, exchange: &Exchange<'_>) -> Result<Admitted, Refusal> {
    let settings = &exchange.settings.nxtele;
    let body: Map<String, Value> = serde_json::from_slice(&request.body)
        .map_err(|_| Refusal::new(Refusal::FORMAT, "the body is not a JSON object"))?;
    let given = request.header("sign").ok_or_else(|| Refusal::new(6001, "the signature is missing"))?;
    let uuid = request.header("uuid").unwrap_or_default();
    if uuid != UUID {
        return Err(Refusal::new(6002, "no account has this uuid"));
    }
    let created = header(request, "createTs")?;
    let request_id = header(request, "requestID")?;
    let seconds: i64 =
        created.parse().map_err(|_| Refusal::new(Refusal::FORMAT, "createTs: Unix seconds as a decimal"))?;
    if exchange.wall().seconds().abs_diff(seconds) > settings.timestamp_tolerance_seconds {
        return Err(Refusal::new(Refusal::SIGNATURE, "createTs is too far from the server's time"));
    }
    let algorithm = match request.header("algorithm") {
        None => Algorithm::default(),
        Some(name) => Algorithm::named(name).ok_or_else(|| Refusal::value("algorithm: MD5 or SHA256"))?,
    };
    let expected = sign(algorithm, SECRET_KEY, &request.body, created, request_id, uuid);
    let given = if settings.accept_lowercase_sign { given.to_ascii_uppercase() } else { given.to_owned() };
    if !bool::from(expected.as_bytes().ct_eq(given.as_bytes())) {
        return Err(Refusal::new(Refusal::SIGNATURE, "the signature is incorrect"));
    }
    Ok(Admitted { algorithm, body })
}

fn header<'a>(request: &'a Inbound, name: &str) -> Result<&'a str, Refusal> {
    request
        .header(name)
        .ok_or_else(|| Refusal::new(Refusal::MISSING, format!("the header {name} is missing")))
}
