//! A digest over secret, body and three headers, in hex; good for five minutes.

use super::{Headers, Way, header, text};
use md5::Md5;
use outdial_provider::{Inbound, Table};
use serde_json::json;
use sha2::{Digest, Sha256};

const TOLERANCE_SECONDS: u64 = 300;

pub(super) fn ways() -> Vec<Way> {
    let way = |algorithm: &str| Way {
        settings: Table::from_iter([("algorithm".to_owned(), json!(algorithm))]),
        demands_proof: true,
        headers: |settings, body, sent_at| headers(settings, body, &sent_at.as_second().to_string()),
        is_right,
    };
    vec![way("MD5"), way("SHA256")]
}

fn headers(settings: &Table, body: &[u8], create_ts: &str) -> Headers {
    let (uuid, algorithm) = (text(settings, "uuid"), text(settings, "algorithm"));
    let sign = sign(settings, body, create_ts, "r-1");
    let headers = [
        ("sign", sign.as_str()),
        ("uuid", uuid),
        ("createTs", create_ts),
        ("requestID", "r-1"),
        ("algorithm", algorithm),
    ];
    headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn sign(settings: &Table, body: &[u8], create_ts: &str, request_id: &str) -> String {
    let (secret, uuid) = (text(settings, "secret_key"), text(settings, "uuid"));
    let mut signed = format!("{secret}&body=").into_bytes();
    signed.extend_from_slice(body);
    signed.extend(format!("&createTs={create_ts}&requestID={request_id}&uuid={uuid}").bytes());
    match text(settings, "algorithm") {
        "SHA256" => hex::encode_upper(Sha256::digest(&signed)),
        _ => hex::encode_upper(Md5::digest(&signed)),
    }
}

fn is_right(settings: &Table, push: &Inbound<'_>) -> bool {
    let given = |name| header(push, name).filter(|value| !value.is_empty());
    let (Some(sign_given), Some(uuid), Some(create_ts), Some(request_id)) =
        (given("sign"), given("uuid"), given("createTs"), given("requestID"))
    else {
        return false;
    };
    let algorithm = text(settings, "algorithm");
    let is_fresh = create_ts
        .parse::<i64>()
        .is_ok_and(|sent_at| push.received_at.as_second().abs_diff(sent_at) <= TOLERANCE_SECONDS);
    uuid == text(settings, "uuid")
        && header(push, "algorithm").is_none_or(|named| named.eq_ignore_ascii_case(algorithm))
        && sign_given.eq_ignore_ascii_case(&sign(settings, push.body, create_ts, request_id))
        && is_fresh
}
