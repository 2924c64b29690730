//! TC3-HMAC-SHA256 (section 3), rebuilt from what was received.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

pub(super) const ALGORITHM: &str = "TC3-HMAC-SHA256";
pub(super) const SERVICE: &str = "ccc";

/// What an `Authorization` header claims.
pub(super) struct Claim<'a> {
    pub(super) secret_id: &'a str,
    pub(super) date: &'a str,
    pub(super) signed_headers: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Claim<'a> {
    /// `None` unless it has the shape of section 3.4, this service's scope, and signs `content-type` and
    /// `host`.
    pub(super) fn parse(authorization: &'a str, service: &str) -> Option<Claim<'a>> {
        let mut parts = authorization.strip_prefix(ALGORITHM)?.strip_prefix(' ')?.split(',').map(str::trim);
        let credential = parts.next()?.strip_prefix("Credential=")?;
        let signed_headers = parts.next()?.strip_prefix("SignedHeaders=")?;
        let signature = parts.next()?.strip_prefix("Signature=")?;
        let [secret_id, date, scope_service, "tc3_request"] = credential.split('/').collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let signs = |wanted: &str| signed_headers.split(';').any(|name| name == wanted);
        let complete =
            parts.next().is_none() && scope_service == service && signs("content-type") && signs("host");
        complete.then_some(Claim { secret_id, date, signed_headers, signature })
    }
}

/// Section 3.1; `header` gives the value of a header by its lower-case name.
pub(super) fn canonical_request<'a>(
    method: &str,
    query: &str,
    signed_headers: &str,
    header: impl Fn(&str) -> Option<&'a str>,
    payload: &[u8],
) -> String {
    let block: String = signed_headers
        .split(';')
        .map(|name| format!("{name}:{}\n", header(name).unwrap_or_default().trim().to_lowercase()))
        .collect();
    format!("{method}\n/\n{query}\n{block}\n{signed_headers}\n{}", hex_sha256(payload))
}

/// Sections 3.2 and 3.3: the lower-case hex signature.
pub(super) fn signature(
    secret_key: &str,
    timestamp: i64,
    date: &str,
    service: &str,
    canonical: &str,
) -> String {
    let scope = format!("{date}/{service}/tc3_request");
    let text = format!("{ALGORITHM}\n{timestamp}\n{scope}\n{}", hex_sha256(canonical.as_bytes()));
    let key = ["tc3_request", &text]
        .into_iter()
        .fold(hmac(&hmac(format!("TC3{secret_key}").as_bytes(), date), service), |key, message| {
            hmac(&key, message)
        });
    hex::encode(key)
}

/// The UTC date of a Unix time, `YYYY-MM-DD`.
pub(super) fn utc_date(timestamp: i64) -> Option<String> {
    let timestamp = Timestamp::from_second(timestamp).ok()?;
    Some(timestamp.to_zoned(TimeZone::UTC).date().to_string())
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(message).finalize().into_bytes().to_vec(),
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

fn hex_sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn payload(vector: &Value) -> String {
        if let Some(payload) = vector["payload"].as_str() {
            return payload.to_owned();
        }
        let recipe = &vector["payload_recipe"];
        let text = |name: &str| recipe[name].as_str().unwrap();
        let number = |name: &str| usize::try_from(recipe[name].as_u64().unwrap()).unwrap();
        let items: Vec<String> = (number("first")..=number("last"))
            .map(|i| {
                format!("{}{i:0width$}{}", text("item_prefix"), text("item_suffix"), width = number("width"))
            })
            .collect();
        format!("{}{}{}", text("prefix"), items.join(text("separator")), text("suffix"))
    }

    fn check(vector: &Value, body: &str, expected: &Value) {
        let text = |name: &str| vector[name].as_str().unwrap();
        let authorization = expected["authorization"].as_str().unwrap();
        let claim = Claim::parse(authorization, text("service")).unwrap();
        let header = |name: &str| match name {
            "content-type" => vector["content_type"].as_str(),
            "host" => vector["host"].as_str(),
            "x-tc-action" => vector["action"].as_str(),
            _ => None,
        };
        let canonical =
            canonical_request(text("method"), text("query"), claim.signed_headers, header, body.as_bytes());
        let timestamp = vector["timestamp"].as_i64().unwrap();
        assert_eq!(canonical, expected["canonical_request"].as_str().unwrap(), "{}", text("id"));
        assert_eq!(utc_date(timestamp).unwrap(), claim.date);
        assert_eq!(claim.secret_id, text("secret_id"));
        let signature = signature(text("secret_key"), timestamp, claim.date, text("service"), &canonical);
        assert_eq!(signature, claim.signature, "{}", text("id"));
    }

    #[test]
    fn the_published_vectors_come_out() {
        let file: Value =
            serde_json::from_str(include_str!("../../tests/fixtures/tencent_tc3_vectors.json")).unwrap();
        let mut checked = 0;
        for list in ["vectors", "official_doc_examples"] {
            for vector in file[list].as_array().unwrap() {
                check(vector, &payload(vector), vector);
                checked += 1;
                let escaped = &vector["alternative_escaped_body"];
                if let Some(body) = escaped["payload"].as_str() {
                    check(vector, body, escaped);
                    checked += 1;
                }
            }
        }
        assert_eq!(checked, 13);
    }

    #[test]
    fn another_shape_is_no_claim() {
        for authorization in [
            "SKIP",
            "TC3-HMAC-SHA256 Credential=id/2024-10-26/cvm/tc3_request, SignedHeaders=content-type;host, Signature=00",
            "TC3-HMAC-SHA256 Credential=id/2024-10-26/ccc/tc3_request, SignedHeaders=host, Signature=00",
            "TC3-HMAC-SHA256 Credential=id/ccc/tc3_request, SignedHeaders=content-type;host, Signature=00",
        ] {
            assert!(Claim::parse(authorization, SERVICE).is_none(), "{authorization}");
        }
    }
}
