//! NXTele: its account and task for the gateway, its answer, and a bare handler's way to read one.

use crate::Failure;
use crate::people::now;
use outdial_model::{ContactId, SegmentId, Timestamp};
use reqwest::Client;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::time::Duration;

/// The account's name.
pub(crate) const ACCOUNT: &str = "bench";
/// The vendor's task that is read.
pub(crate) const REFERENCE: &str = "seg_01h0000000000000000000000a";

/// Last secret part of the account's ingress URL.
const INGRESS_SECRET: &str = "bench-ingress";

const UUID: &str = "bench-uuid";
const SECRET: &str = "bench-secret";

/// The account's table in the gateway's configuration: a budget that is not what is measured.
pub(crate) fn account(base_url: &str) -> String {
    format!(
        "provider = \"nxtele\"\nbase_url = \"{base_url}\"\nrate = 1000000\n\
         ingress_secret = \"{INGRESS_SECRET}\"\n\
         uuid = \"{UUID}\"\nsecret_key = \"{SECRET}\"\nalgorithm = \"SHA256\"\n"
    )
}

/// A task that waits for its start.
pub(crate) fn task() -> Value {
    json!({
        "name": "March reminders",
        "account": ACCOUNT,
        "script": {"template_id": "scene-1"},
        "default_country": "CN",
        "schedule": {"start": "manual"},
    })
}

/// What the vendor answers to everything: a list of one task.
pub(crate) fn answer() -> Value {
    json!({
        "retCode": 0, "retMsg": "success", "responseID": "r-1", "totalCount": 1,
        "taskData": [{
            "userTaskID": REFERENCE, "taskID": "t-9001", "sceneID": "scene-1",
            "taskStatus": 2, "createTs": 1_700_000_000,
            "taskStat": {
                "answerOrderCount": 1, "finishOrderCount": 1, "totalOrderCount": 3, "finishRate": 0.33,
                "totalAnswerCall": 1, "totalCall": 1, "answerRate": 1.0,
            },
            "taskSetting": {
                "taskCreateSetting": {
                    "strategyName": "evening", "startupType": 1, "startupAt": 0, "zoneSecond": 28_800,
                    "dialAtWeekDay": "1,2", "dialAtUpHour": "9", "dialAtDownHour": "9", "maxCall": 5,
                    "taskName": "March reminders", "taskCallbackUrl": "", "manualCallSetting": {},
                },
                "funcFlag": {
                    "taskKeep": false, "roundRedial": true, "wholeTTS": false, "smsEnable": false,
                    "smsFuncFlag": [], "phoneEncrypt": true,
                },
            },
        }],
    })
}

/// What a plain handler does: sign, ask, read, answer. One client for all of its threads.
#[derive(Debug, Clone)]
pub(crate) struct Bare {
    client: Client,
    url: String,
}

/// The task, in the gateway's words.
#[derive(Serialize)]
pub(crate) struct View {
    #[serde(rename = "ref")]
    reference: String,
    name: Option<String>,
    status: Option<&'static str>,
    raw_status: Option<String>,
    contacts: Option<u64>,
    finished: Option<u64>,
    created_at: Option<String>,
    raw: Value,
}

impl Bare {
    pub(crate) fn at(base_url: &str) -> Result<Self, Failure> {
        let client = Client::builder().timeout(Duration::from_secs(15)).build()?;
        Ok(Self { client, url: format!("{base_url}/callcentre/api/v3/listTask") })
    }

    /// Reads the task live.
    pub(crate) async fn vendor_task(&self, reference: &str) -> Result<View, Failure> {
        let conditions = json!({"userTaskID": [reference]});
        let body = json!({"productID": "callbot", "page": 1, "size": 100, "queryConditions": conditions});
        let body = serde_json::to_vec(&body)?;
        let create_ts = now().as_second().to_string();
        let request_id = uuid::Uuid::new_v4().simple().to_string();
        let sign = sign(&body, &create_ts, &request_id);
        let response = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("requestid", request_id)
            .header("uuid", UUID)
            .header("createts", create_ts)
            .header("sign", sign)
            .header("algorithm", "SHA256")
            .body(body)
            .send()
            .await?;
        let mut answer: Value = serde_json::from_slice(&response.bytes().await?)?;
        let tasks = answer["taskData"].as_array_mut().ok_or("no list")?;
        let is_it = |task: &Value| task["userTaskID"] == reference;
        let found = tasks.iter().position(is_it).ok_or("no such task")?;
        view(tasks.swap_remove(found)).ok_or_else(|| "the task is none".into())
    }
}

fn view(raw: Value) -> Option<View> {
    let status = raw["taskStatus"].as_i64();
    Some(View {
        reference: raw["userTaskID"].as_str()?.to_owned(),
        name: raw["taskSetting"]["taskCreateSetting"]["taskName"].as_str().map(str::to_owned),
        status: match status? {
            1 => Some("ready"),
            2 => Some("running"),
            _ => None,
        },
        raw_status: status.map(|status| status.to_string()),
        contacts: raw["taskStat"]["totalOrderCount"].as_u64(),
        finished: raw["taskStat"]["finishOrderCount"].as_u64(),
        created_at: raw["createTs"].as_i64().and_then(instant),
        raw,
    })
}

fn instant(seconds: i64) -> Option<String> {
    let at = Timestamp::from_second(seconds).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// How calls end: in the gateway's word, and as the vendor tells it.
pub(crate) const ENDINGS: [(&str, &str); 4] = [
    ("answered", "NORMAL_CLEARING"),
    ("busy", "USER_BUSY"),
    ("no_answer", "NO_ANSWER"),
    ("declined", "CALL_REJECTED"),
];

/// What a push says of the `n`th person, whose call is over.
pub(crate) fn told(contact: &ContactId, segment: &SegmentId, n: usize, at: i64) -> String {
    let (word, cause) = ENDINGS[n % ENDINGS.len()];
    let answered = if word == "answered" { at + 5 } else { 0 };
    let call = json!({
        "callID": format!("call-{n}"), "callStatus": 1, "callStartTs": at, "callAnswerTs": answered,
        "callEndTs": at + 20, "callDuration": 20, "callAudioUrl": "", "hangupCause": cause, "termSipCode": "",
        "intents": [{"intentID": "i-7", "intentTag": "", "intentName": "Promise to pay", "intentLevel": 1}],
    });
    json!({
        "callbackType": 1, "orderID": contact, "userPhone": "+8613800000000", "userName": "", "sceneID": "scene-1",
        "userTaskID": segment, "taskID": "t-1", "finish": true, "other": "", "callInfoDetail": call,
    })
    .to_string()
}

/// A push, signed now, as a whole request.
pub(crate) fn push(address: SocketAddr, kind: &str, body: &str) -> Vec<u8> {
    let create_ts = now().as_second().to_string();
    let request_id = uuid::Uuid::new_v4().simple().to_string();
    let sign = sign(body.as_bytes(), &create_ts, &request_id);
    format!(
        "POST /ingress/{ACCOUNT}/{INGRESS_SECRET}/{kind} HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: application/json\r\nrequestID: {request_id}\r\nuuid: {UUID}\r\ncreateTs: {create_ts}\r\n\
         sign: {sign}\r\nalgorithm: SHA256\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn sign(body: &[u8], create_ts: &str, request_id: &str) -> String {
    let digest = Sha256::new()
        .chain_update(SECRET)
        .chain_update("&body=")
        .chain_update(body)
        .chain_update(format!("&createTs={create_ts}&requestID={request_id}&uuid={UUID}"))
        .finalize();
    hex::encode_upper(digest)
}
