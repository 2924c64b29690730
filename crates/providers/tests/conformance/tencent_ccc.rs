//! Tencent Cloud CCC: requests are signed, answers are not; pushes carry what the console agreed on.

use crate::simulated::{Simulated, factory, settings, task};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use outdial_model::{ExposeSecret, TaskSpec, Timestamp};
use outdial_provider::conformance::{
    ErrorRow, Harness, Outcome, Pace, PushHeaders, Pushes, Reply, Request, StatusReply, Vendor, Wire,
};
use outdial_provider::{Effect, ErrorKind, Factory, Operation, PushClient, SegmentRef};
use outdial_simulator::{TENCENT_SDK_APP_ID, TENCENT_SECRET_KEY};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const KIND: &str = "tencent_ccc";

/// An account, by the proof its pushes carry.
#[derive(Clone, Copy)]
pub struct TencentCcc {
    name: &'static str,
    push_auth: &'static str,
    headers: PushHeaders,
}

impl TencentCcc {
    pub const WITHOUT_PROOF: Self =
        Self { name: KIND, push_auth: "none", headers: |_, _, _| vec![push_id()] };
    pub const WITH_BASIC: Self = Self {
        name: "tencent_ccc_basic",
        push_auth: "basic",
        // tencent:push-pass-word
        headers: |_, _, _| vec![push_id(), authorization("Basic dGVuY2VudDpwdXNoLXBhc3Mtd29yZA==")],
    };
    pub const WITH_BEARER: Self = Self {
        name: "tencent_ccc_bearer",
        push_auth: "bearer",
        headers: |_, _, _| vec![push_id(), authorization("Bearer push-to-ken")],
    };
    pub const WITH_TOKENS: Self = Self {
        name: "tencent_ccc_oauth2",
        push_auth: "oauth2",
        headers: |_, _, at| vec![push_id(), authorization(&format!("Bearer {}", granted(at)))],
    };
}

/// What the vendor was given in the console, where it is granted tokens.
const CLIENT: (&str, &str) = ("outdial", "push-client-secret");

/// A token of an account of the suite's, granted at that instant.
fn granted(at: Timestamp) -> String {
    let account = "conformance".parse().ok();
    let client =
        account.map(|account| PushClient::new(account, CLIENT.0.to_owned(), CLIENT.1.to_owned().into()));
    let token = client.and_then(|client| client.grant(CLIENT.0, CLIENT.1, at));
    token.map(|token| token.expose_secret().to_owned()).unwrap_or_default()
}

fn push_id() -> (String, String) {
    ("X-TCCC-PUSH-UUID".to_owned(), "p-1".to_owned())
}

fn authorization(proof: &str) -> (String, String) {
    ("Authorization".to_owned(), proof.to_owned())
}

#[async_trait]
impl Harness for TencentCcc {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> &'static str {
        KIND
    }

    async fn start(&self, pace: Pace) -> Outcome<Box<dyn Vendor>> {
        Simulated::start(Arc::new(*self), pace).await
    }

    fn task(&self) -> TaskSpec {
        task("ivr:8", "+862155550000".parse().into_iter().collect())
    }

    fn wrong_template(&self) -> &'static str {
        "scene-1"
    }

    fn phones(&self) -> [&'static str; 4] {
        ["+8613800000100", "+8613800000200", "+8613800000300", "+8613800000400"]
    }

    fn pushes(&self) -> Option<Pushes> {
        Some(Pushes {
            samples: vec![("cdr", record("ok")), ("record", recording()), ("voicemail", recording())],
            unknown_status: Some(("cdr", record("somethingNew"))),
            proof_header: (self.push_auth != "none").then_some("Authorization"),
            proof_expires: self.push_auth == "oauth2",
            headers: self.headers,
        })
    }

    fn wire(&self) -> Option<Arc<dyn Wire>> {
        Some(Arc::new(*self))
    }
}

impl Wire for TencentCcc {
    fn factory(&self) -> &'static Factory {
        factory(KIND)
    }

    fn settings(&self) -> Map<String, Value> {
        let proof = match self.push_auth {
            "basic" => json!({"push_user": "tencent", "push_password": "push-pass-word"}),
            "bearer" => json!({"push_token": "push-to-ken"}),
            "oauth2" => json!({"push_client_id": CLIENT.0, "push_client_secret": CLIENT.1}),
            _ => json!({}),
        };
        let mut settings = settings(KIND);
        settings.insert("push_auth".to_owned(), json!(self.push_auth));
        settings.extend(proof.as_object().cloned().unwrap_or_default());
        settings
    }

    fn login_path(&self) -> Option<&'static str> {
        None
    }

    fn verify(&self, request: &Request) -> Result<(), String> {
        let header = |name| request.header(name).ok_or(format!("no header `{name}`"));
        let authorization = header("authorization")?;
        let part = |name| {
            let rest = authorization.split_once(name).map(|(_, rest)| rest);
            rest.and_then(|rest| rest.split(", ").next()).ok_or(format!("no `{name}` in the authorization"))
        };
        let (credential, names, signature) =
            (part("Credential=")?, part("SignedHeaders=")?, part("Signature=")?);
        let (_, scope) = credential.split_once('/').ok_or("a credential without a scope")?;
        let mut block = String::new();
        for name in names.split(';') {
            block.push_str(&format!(
                "{name}:{}\n",
                request.header(name).unwrap_or_default().trim().to_lowercase()
            ));
        }
        let canonical = format!("{}\n/\n\n{block}\n{names}\n{}", request.method, sha256(&request.body));
        let at = header("x-tc-timestamp")?;
        let to_sign = format!("TC3-HMAC-SHA256\n{at}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let key = scope
            .split('/')
            .fold(format!("TC3{TENCENT_SECRET_KEY}").into_bytes(), |key, part| hmac(&key, part.as_bytes()));
        let expected = hex::encode(hmac(&key, to_sign.as_bytes()));
        if signature == expected { Ok(()) } else { Err("the signature does not fit the body".to_owned()) }
    }

    fn sign(&self, _: &Request, reply: Reply) -> Reply {
        reply
    }

    fn error_rows(&self) -> Vec<ErrorRow> {
        use Effect::{None, Possible};
        use ErrorKind::{
            Config, Conflict, InvalidRequest, NotFound, PermissionDenied, QuotaExhausted, RateLimited,
            TooLarge, Unauthenticated, Unavailable, UnexpectedResponse,
        };
        let codes = [
            ("RequestLimitExceeded", RateLimited, None),
            ("RequestLimitExceeded.UinLimitExceeded", RateLimited, None),
            ("InternalError", Unavailable, Possible),
            ("InternalError.DBError", Unavailable, Possible),
            ("ServiceUnavailable", Unavailable, Possible),
            ("ResourceUnavailable", Unavailable, Possible),
            ("FailedOperation", Unavailable, Possible),
            ("AuthFailure.SignatureFailure", Unauthenticated, None),
            ("AuthFailure.SignatureExpire", Unauthenticated, None),
            ("AuthFailure.SecretIdNotFound", Unauthenticated, None),
            ("AuthFailure.UnauthorizedOperation", PermissionDenied, None),
            ("UnauthorizedOperation", PermissionDenied, None),
            ("FailedOperation.PermissionDenied", PermissionDenied, None),
            ("IpNotInWhitelist", PermissionDenied, None),
            ("LimitExceeded.OutOfQuotaMaxCount", QuotaExhausted, None),
            ("FailedOperation.AcquireQuota", QuotaExhausted, None),
            ("LimitExceeded.BasePackageExpired", QuotaExhausted, None),
            ("OperationDenied.NotInWhiteList", PermissionDenied, None),
            ("FailedOperation.CalloutRuleNotWorkTime", InvalidRequest, None),
            ("InvalidParameter", InvalidRequest, None),
            ("InvalidParameterValue", InvalidRequest, None),
            ("InvalidParameterValue.InstanceNotExist", Config, None),
            ("MissingParameter", InvalidRequest, None),
            ("UnknownParameter", InvalidRequest, None),
            ("InvalidAction", InvalidRequest, None),
            ("RequestSizeLimitExceeded", TooLarge, None),
            ("ResourceNotFound", NotFound, None),
            ("UnsupportedOperation", Conflict, None),
            ("SomethingNobodyDocumented", UnexpectedResponse, Possible),
        ];
        let row = |(code, kind, effect)| {
            let body = json!({"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "r"}});
            ErrorRow {
                name: code,
                operation: Operation::OpenSegment,
                reply: Reply::json(200, body.to_string()),
                kind,
                effect,
            }
        };
        codes.into_iter().map(row).collect()
    }

    fn answer_proof(&self) -> Option<&'static str> {
        None
    }

    fn unknown_status(&self) -> Option<StatusReply> {
        Some(strange_status)
    }
}

fn strange_status(segment: &SegmentRef) -> Reply {
    let body = json!({"Response": {
        "Name": segment.key, "State": 77, "Callees": [], "NotBefore": 1_700_000_000, "NotAfter": 1_700_003_600,
        "RequestId": "r",
    }});
    Reply::json(200, body.to_string())
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(message).finalize());
    mac.map(|mac| mac.into_bytes().to_vec()).unwrap_or_default()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn record(end_status: &str) -> Vec<u8> {
    let body = json!({
        "SdkAppId": TENCENT_SDK_APP_ID, "SessionId": "s-1", "Direction": 1, "CallType": 1,
        "StartTimestamp": 1_608_130_636, "RingTimestamp": 1_608_130_639, "AcceptTimestamp": 1_608_130_645,
        "EndedTimestamp": 1_608_130_651, "Duration": 6, "EndStatusString": end_status, "HungUpSide": "user",
        "Caller": "008602155550000", "Callee": "008613800000100", "IVRKeyPressed": null,
        "ServeParticipants": [], "Uui": "con_00000000000000000000000000",
    });
    body.to_string().into_bytes()
}

fn recording() -> Vec<u8> {
    let body = json!({
        "SdkAppId": TENCENT_SDK_APP_ID, "RecordId": "s-1", "SessionId": "s-1", "Timestamp": 1_608_130_651,
        "EndpointUser": "008613800000100", "RecordURL": "https://example.net/s-1.wav",
    });
    body.to_string().into_bytes()
}
