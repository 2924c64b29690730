//! AI Rudder: a token instead of signatures; much of it only where a path is configured.

use crate::simulated::{Simulated, factory, settings, task};
use async_trait::async_trait;
use outdial_model::TaskSpec;
use outdial_provider::conformance::{
    ErrorRow, Harness, Outcome, Pace, Pushes, Reply, Request, StatusReply, Vendor, Wire,
};
use outdial_provider::{Effect, ErrorKind, Factory, Operation, SegmentRef};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const KIND: &str = "airudder";
const LOGIN: &str = "/service/cloud/auth";

/// An account, with or without the paths the vendor does not publish.
#[derive(Clone, Copy)]
pub struct AiRudder {
    name: &'static str,
    has_paths: bool,
}

impl AiRudder {
    pub const WITH_EVERY_PATH: Self = Self { name: KIND, has_paths: true };
    pub const WITHOUT_PATHS: Self = Self { name: "airudder_bare", has_paths: false };
}

#[async_trait]
impl Harness for AiRudder {
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
        task("1001", Vec::new())
    }

    fn wrong_template(&self) -> &'static str {
        "scene-1"
    }

    fn phones(&self) -> [&'static str; 4] {
        ["+639171000100", "+639171000200", "+639171000300", "+639171000400"]
    }

    fn pushes(&self) -> Option<Pushes> {
        Some(Pushes {
            samples: vec![
                ("pds", contact_status("HANGUP")),
                ("call_completion", completion()),
                ("list_completion", completion()),
                ("workflow_status", workflow_status("Running")),
                ("custom_api", custom_api()),
            ],
            unknown_status: Some(("pds", contact_status("SOMETHING_NEW"))),
            proof_header: None,
            proof_expires: false,
            headers: |_, _, _| vec![("User-Agent".to_owned(), "Airudder".to_owned())],
        })
    }

    fn wire(&self) -> Option<Arc<dyn Wire>> {
        Some(Arc::new(*self))
    }
}

impl Wire for AiRudder {
    fn factory(&self) -> &'static Factory {
        factory(KIND)
    }

    fn settings(&self) -> Map<String, Value> {
        let mut settings = settings(KIND);
        if !self.has_paths {
            settings.remove("operations");
        }
        settings
    }

    fn login_path(&self) -> Option<&'static str> {
        Some(LOGIN)
    }

    /// Nothing is signed: the token is there, the secret is not, and a body is the JSON it claims to be.
    fn verify(&self, request: &Request) -> Result<(), String> {
        let is_login = request.path() == LOGIN;
        let token = request.header("authorization").and_then(|value| value.strip_prefix("Token "));
        let has_json = request.body.is_empty() || serde_json::from_slice::<Value>(&request.body).is_ok();
        match (is_login, token) {
            (_, _) if !has_json => Err("the body is not JSON".to_owned()),
            (true, None) => Ok(()),
            (false, Some(token)) if !token.is_empty() => Ok(()),
            _ => Err("a token where none belongs, or none where one does".to_owned()),
        }
    }

    fn sign(&self, _: &Request, reply: Reply) -> Reply {
        reply
    }

    fn error_rows(&self) -> Vec<ErrorRow> {
        use Effect::{None, Possible};
        use ErrorKind::{
            Config, InvalidRequest, PermissionDenied, RateLimited, TooLarge, Unauthenticated, Unavailable,
            UnexpectedResponse,
        };
        let answer = |code: i64| json!({"code": code, "status": "no", "message": "no"}).to_string();
        let limit = json!({"code": 40_002, "message": "over the limit"});
        let answers = [
            ("code 401", Reply::json(200, answer(401)), Unauthenticated, None),
            ("HTTP 401", Reply::json(401, answer(401)), Unauthenticated, None),
            ("code 403", Reply::json(200, answer(403)), PermissionDenied, None),
            ("HTTP 403", Reply::json(403, answer(403)), PermissionDenied, None),
            ("HTTP 429", Reply::html(429, "slow down"), RateLimited, None),
            ("code 429", Reply::json(200, answer(429)), RateLimited, None),
            ("a limit", Reply::json(200, limit.to_string()), RateLimited, Possible),
            ("no such path", Reply::html(404, "not here"), Config, None),
            ("too large", Reply::html(413, "too large"), TooLarge, None),
            ("code 0", Reply::json(200, answer(0)), UnexpectedResponse, Possible),
            ("code 500", Reply::json(200, answer(500)), Unavailable, Possible),
            ("HTTP 500", Reply::json(500, answer(500)), Unavailable, Possible),
            ("another code", Reply::json(200, answer(40_001)), InvalidRequest, None),
            ("no code at all", Reply::json(200, "{}"), UnexpectedResponse, Possible),
        ];
        let creating = [Operation::OpenSegment, Operation::AddContacts];
        let row = |(name, reply, kind, effect): (_, Reply, _, _)| {
            creating.map(|operation| ErrorRow { name, operation, reply: reply.clone(), kind, effect })
        };
        answers.into_iter().flat_map(row).collect()
    }

    fn answer_proof(&self) -> Option<&'static str> {
        None
    }

    /// Without a path of the list nothing tells an instance's status.
    fn unknown_status(&self) -> Option<StatusReply> {
        self.has_paths.then_some(strange_status)
    }
}

fn strange_status(segment: &SegmentRef) -> Reply {
    let instance = json!({
        "workflow_id": segment.vendor_ref, "name": segment.key, "status": "SomethingNew",
        "workflow_template_id": 1001,
    });
    Reply::json(200, json!({"code": 200, "status": "OK", "data": [instance]}).to_string())
}

fn frame(body: Value) -> Vec<u8> {
    let mut frame = json!({
        "workflow_id": "0123456789abcdef0123456789abcdef", "workflow_name": "demo",
        "nodetask_id": "n-1", "nodetask_name": "PDS1_ab12cd",
    });
    if let (Some(frame), Value::Object(body)) = (frame.as_object_mut(), body) {
        frame.extend(body);
    }
    frame.to_string().into_bytes()
}

fn contact_status(state: &str) -> Vec<u8> {
    frame(json!({"pds": {"type": "ContactStatus", "body": {
        "taskId": "t-1", "taskName": "wf_pds_task_1", "groupName": "group1", "state": state,
        "phoneNumber": "+639171000100", "callid": "c-1", "contactName": "", "address": "", "info1": "",
        "info2": "", "info3": "", "remark": "", "hangupReason": 3, "timestamp": "1668998317236",
        "privateData": "p-1", "recLink": "",
    }}}))
}

fn completion() -> Vec<u8> {
    frame(json!({
        "case_id": "con_00000000000000000000000000", "callee": "+639171000100", "callid": "c-1", "hangupReason": 3,
    }))
}

fn workflow_status(status: &str) -> Vec<u8> {
    frame(json!({"status": status, "actions": []}))
}

fn custom_api() -> Vec<u8> {
    let callee = json!({"case_id": "con_00000000000000000000000000", "callee_number": "+639171000100"});
    frame(json!({"node_id": "0123456789abcdef", "node_name": "Notify", "callee": callee}))
}
