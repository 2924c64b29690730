//! NXTele: everything is signed, answers and webhooks too.

use crate::simulated::{Simulated, factory, settings, task};
use async_trait::async_trait;
use outdial_model::TaskSpec;
use outdial_provider::conformance::{
    ErrorRow, Harness, Outcome, Pace, Pushes, Reply, Request, StatusReply, Vendor, Wire,
};
use outdial_provider::{Effect, ErrorKind, Factory, Operation, SegmentRef};
use outdial_simulator::{NXTELE_SECRET_KEY, NXTELE_UUID};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const KIND: &str = "nxtele";

pub struct Nxtele;

#[async_trait]
impl Harness for Nxtele {
    fn name(&self) -> &'static str {
        KIND
    }

    fn kind(&self) -> &'static str {
        KIND
    }

    async fn start(&self, pace: Pace) -> Outcome<Box<dyn Vendor>> {
        Simulated::start(Arc::new(Self), pace).await
    }

    fn task(&self) -> TaskSpec {
        task("scene-1", Vec::new())
    }

    fn wrong_template(&self) -> &'static str {
        "ivr:8"
    }

    fn phones(&self) -> [&'static str; 4] {
        ["+8613800000100", "+8613800000200", "+8613800000300", "+8613800000400"]
    }

    fn pushes(&self) -> Option<Pushes> {
        Some(Pushes {
            samples: vec![("task", task_push(2)), ("order", order_push("2")), ("call", order_push("3"))],
            unknown_status: Some(("task", task_push(77))),
            proof_header: Some("sign"),
            proof_expires: true,
            headers: |_, body, sent_at| stamped(body, &sent_at.as_second().to_string(), "r-1"),
        })
    }

    fn wire(&self) -> Option<Arc<dyn Wire>> {
        Some(Arc::new(Self))
    }
}

impl Wire for Nxtele {
    fn factory(&self) -> &'static Factory {
        factory(KIND)
    }

    fn settings(&self) -> Map<String, Value> {
        let mut settings = settings(KIND);
        settings.insert("response_signature".to_owned(), json!("enforce"));
        settings
    }

    fn login_path(&self) -> Option<&'static str> {
        None
    }

    fn verify(&self, request: &Request) -> Result<(), String> {
        let header = |name| request.header(name).ok_or(format!("no header `{name}`"));
        let expected = sign(&request.body, header("createTs")?, header("requestID")?);
        if header("sign")? == expected {
            Ok(())
        } else {
            Err("the signature does not fit the body".to_owned())
        }
    }

    fn sign(&self, request: &Request, reply: Reply) -> Reply {
        let now = request.header("createTs").unwrap_or_default();
        let request_id = request.header("requestID").unwrap_or_default();
        let proof = stamped(&reply.body, now, request_id);
        let mut reply = reply;
        reply.headers.retain(|(name, _)| !proof.iter().any(|(new, _)| new.eq_ignore_ascii_case(name)));
        reply.headers.extend(proof);
        reply
    }

    fn error_rows(&self) -> Vec<ErrorRow> {
        use Effect::{None, Possible};
        use ErrorKind::{
            InvalidRequest, PermissionDenied, RateLimited, TooLarge, Unauthenticated, Unavailable,
            UnexpectedResponse,
        };
        let codes = [
            ("1", 1, Unavailable, Possible),
            ("2 parameter missing", 2, InvalidRequest, None),
            ("3 parameter format", 3, InvalidRequest, None),
            ("4 parameter value", 4, InvalidRequest, None),
            ("4001 too many elements", 4001, TooLarge, None),
            ("5 maintenance", 5, Unavailable, None),
            ("5001 internal", 5001, Unavailable, Possible),
            ("6 signature", 6, Unauthenticated, None),
            ("6001 no signature", 6001, Unauthenticated, None),
            ("6002 no account", 6002, PermissionDenied, None),
            ("6003 no permission", 6003, PermissionDenied, None),
            ("7 busy", 7, RateLimited, None),
            ("an undocumented code", 31_337, UnexpectedResponse, Possible),
        ];
        let creating = [Operation::OpenSegment, Operation::AddContacts];
        let row = |(name, code, kind, effect)| {
            let body = json!({"retCode": code, "retMsg": "no", "responseID": "r"}).to_string();
            creating.map(|operation| ErrorRow {
                name,
                operation,
                reply: Reply::json(200, body.clone()),
                kind,
                effect,
            })
        };
        codes.into_iter().flat_map(row).collect()
    }

    fn answer_proof(&self) -> Option<&'static str> {
        Some("sign")
    }

    fn unknown_status(&self) -> Option<StatusReply> {
        Some(strange_status)
    }
}

fn strange_status(segment: &SegmentRef) -> Reply {
    let body = json!({
        "retCode": 0, "retMsg": "success", "responseID": "r", "totalCount": 1,
        "taskData": [{"userTaskID": segment.key, "taskID": "t", "sceneID": "scene-1", "taskStatus": 77}],
    });
    Reply::json(200, body.to_string())
}

fn stamped(body: &[u8], create_ts: &str, request_id: &str) -> Vec<(String, String)> {
    let sign = sign(body, create_ts, request_id);
    [("requestID", request_id), ("uuid", NXTELE_UUID), ("createTs", create_ts), ("sign", &sign)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

/// Written down once more, from the vendor's page: the adapter's own function is what is tested.
fn sign(body: &[u8], create_ts: &str, request_id: &str) -> String {
    let mut text = format!("{NXTELE_SECRET_KEY}&body=").into_bytes();
    text.extend_from_slice(body);
    text.extend(format!("&createTs={create_ts}&requestID={request_id}&uuid={NXTELE_UUID}").into_bytes());
    hex::encode_upper(Sha256::digest(text))
}

fn task_push(status: i64) -> Vec<u8> {
    let body = json!({
        "callbackType": 1, "userTaskID": "seg_00000000000000000000000000", "taskID": "t", "sceneID": "scene-1",
        "taskStatus": status, "createTs": 1_700_000_000,
        "taskStat": {"answerOrderCount": 0, "finishOrderCount": 1, "totalOrderCount": 2, "finishRate": 0.5,
                     "totalAnswerCall": 0, "totalCall": 1, "answerRate": 0},
    });
    body.to_string().into_bytes()
}

fn order_push(callback_type: &str) -> Vec<u8> {
    let body = json!({
        "callbackType": callback_type, "orderID": "con_00000000000000000000000000",
        "userPhone": "8613800000100", "userName": "Zoë Nobody-0", "sceneID": "scene-1",
        "userTaskID": "seg_00000000000000000000000000", "taskID": "t", "finish": true,
        "other": "con_00000000000000000000000000",
        "callInfoDetail": {
            "callID": "c-1", "callStatus": 1, "callStartTs": 1_700_000_000, "callAnswerTs": 1_700_000_005,
            "callEndTs": 1_700_000_025, "callDuration": 20, "callAudioUrl": "https://example.net/c-1.wav",
            "hangupCause": "NORMAL_CLEARING", "termSipCode": "200", "intents": [], "sms": null,
            "params": [{"name": "due", "value": "0 März"}],
        },
    });
    body.to_string().into_bytes()
}
