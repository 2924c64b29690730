//! The vendor's JSON, with the vendor's names (dossier sections 7 and 10).
//!
//! Requests are written exactly as documented, unset fields left out. Answers are read leniently:
//! `null` lists, numbers as text, members we do not know. Ids are 64-bit and stay text or integers.

use crate::lenient;
use serde::{Deserialize, Serialize};

/// A task by its id: describe, stop, pause, resume.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskById {
    pub sdk_app_id: u64,
    pub task_id: u64,
}

/// A page of one of the application's lists: tasks, numbers, agents. Pages count from 0.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Page {
    pub sdk_app_id: u64,
    pub page_size: u32,
    pub page_number: u32,
}

/// `DescribeTelCdr`: call records by session or by number, within a range of time.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CdrQuery<'a> {
    pub sdk_app_id: u64,
    pub start_time_stamp: i64,
    pub end_time_stamp: i64,
    pub page_size: u32,
    pub page_number: u32,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub session_ids: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub phones: &'a [String],
}

/// `CreateAutoCalloutTask`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTask<'a> {
    pub sdk_app_id: u64,
    pub name: String,
    pub not_before: i64,
    pub callees: Vec<String>,
    pub callers: &'a [String],
    pub callee_attributes: Vec<CalleeAttribute<'a>>,
    #[serde(flatten)]
    pub terms: &'a Terms,
}

/// What a task is created with beside its people: the same for every segment of a task.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Terms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ivr_id: Option<u64>,
    #[serde(rename = "AIAgentId", skip_serializing_if = "Option::is_none")]
    pub ai_agent_id: Option<i64>,
    pub tries: u32,
    pub retry_interval: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<i64>,
    #[serde(flatten)]
    pub hours: Hours,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ring_timeout_second: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retry_hangup_types: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retry_tags: Vec<RetryTag>,
}

/// When the vendor itself may dial; nothing of it is sent for any hour.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Hours {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub available_time: Vec<TimeRange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub available_work_time_config: Vec<WorkTime>,
}

/// Hours of a day, `HH:MM:SS`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimeRange {
    pub start_time: String,
    pub end_time: String,
}

/// Hours of some days of the week.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkTime {
    pub day_type: &'static str,
    pub days_of_week: Vec<&'static str>,
    pub time_ranges: Vec<TimeRange>,
}

/// Dial again when the call was given this label.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RetryTag {
    #[serde(rename(deserialize = "name", serialize = "TagName"))]
    pub name: String,
    #[serde(rename(deserialize = "value", serialize = "TagValue"))]
    pub value: String,
}

/// What one callee brings along.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CalleeAttribute<'a> {
    pub callee: String,
    #[serde(rename = "UUI")]
    pub uui: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable<'a>>,
}

/// A value for the script.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Variable<'a> {
    pub key: &'a str,
    pub value: &'a str,
}

/// `CreateIVRSession`, `CreateAIAgentCall`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PlaceSession<'a> {
    pub sdk_app_id: u64,
    pub callee: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<String>,
    #[serde(rename = "IVRId", skip_serializing_if = "Option::is_none")]
    pub ivr_id: Option<u64>,
    #[serde(rename = "AIAgentId", skip_serializing_if = "Option::is_none")]
    pub ai_agent_id: Option<i64>,
    #[serde(rename = "UUI", skip_serializing_if = "Option::is_none")]
    pub uui: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ring_timeout_second: Option<u32>,
}

/// The answer to both.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Session {
    #[serde(default, deserialize_with = "lenient::text")]
    pub session_id: Option<String>,
}

/// Answer of `CreateAutoCalloutTask`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    #[serde(default, deserialize_with = "lenient::text")]
    pub task_id: Option<String>,
}

/// A task, as a member of the list (with `TaskId`) or described alone (with `Callees`). Names and numbers
/// are in it, so it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Task {
    #[serde(default, deserialize_with = "lenient::text")]
    pub task_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub not_before: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub state: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub callee_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub callees: Vec<Callee>,
}

/// One person of a described task: a telephone number, so no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Callee {
    #[serde(default, deserialize_with = "lenient::text")]
    pub callee: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub state: Option<i64>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub sessions: Vec<String>,
}

/// Answer of `DescribeAutoCalloutTasks`; the tasks stay JSON, for those who show them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskPage {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub total_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub tasks: Vec<serde_json::Value>,
}

/// Answer of `DescribeTelCdr`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CdrPage {
    #[serde(default, deserialize_with = "lenient::list")]
    pub tel_cdr_list: Vec<Cdr>,
}

/// A call record: read by `DescribeTelCdr` or pushed. Times are in seconds, 0 when the stage was not
/// reached. Numbers and recordings are in it, so it has no `Debug`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Cdr {
    #[serde(deserialize_with = "lenient::integer")]
    pub sdk_app_id: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    pub session_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub callee: Option<String>,
    #[serde(deserialize_with = "lenient::integer")]
    pub direction: Option<i64>,
    #[serde(deserialize_with = "lenient::integer")]
    pub time: Option<i64>,
    #[serde(deserialize_with = "lenient::integer")]
    pub start_timestamp: Option<i64>,
    #[serde(deserialize_with = "lenient::integer")]
    pub accept_timestamp: Option<i64>,
    #[serde(deserialize_with = "lenient::integer")]
    pub ended_timestamp: Option<i64>,
    #[serde(deserialize_with = "lenient::integer")]
    pub duration: Option<i64>,
    #[serde(deserialize_with = "lenient::integer")]
    pub end_status: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    pub end_status_string: Option<String>,
    #[serde(rename = "RecordURL", deserialize_with = "lenient::text")]
    pub record_url: Option<String>,
    #[serde(rename = "CustomRecordURL", deserialize_with = "lenient::text")]
    pub custom_record_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub asr_status: Option<String>,
    #[serde(rename = "AIAgentId", deserialize_with = "lenient::integer")]
    pub ai_agent_id: Option<i64>,
    #[serde(rename = "UUI", deserialize_with = "lenient::text")]
    pub uui: Option<String>,
    #[serde(rename = "IVRKeyPressedEx", deserialize_with = "lenient::each")]
    pub keys: Vec<KeyPressed>,
    #[serde(rename = "PostIVRKeyPressedEx", deserialize_with = "lenient::each")]
    pub verdict_keys: Vec<KeyPressed>,
    /// The name in the call record push; elsewhere an older form, which is not read.
    #[serde(rename = "PostIVRKeyPressed", deserialize_with = "lenient::each")]
    pub pushed_verdict_keys: Vec<KeyPressed>,
    #[serde(deserialize_with = "lenient::text")]
    pub remark: Option<String>,
    /// The name in the call record push.
    #[serde(deserialize_with = "lenient::text")]
    pub user_remark: Option<String>,
    /// The spelling of the call record push; elsewhere switched off.
    #[serde(rename = "Uui", deserialize_with = "lenient::text")]
    pub pushed_uui: Option<String>,
}

/// A key the person pressed. A published sample writes the names small.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct KeyPressed {
    #[serde(alias = "key", deserialize_with = "lenient::text")]
    pub key: Option<String>,
    #[serde(alias = "label", deserialize_with = "lenient::text")]
    pub label: Option<String>,
    #[serde(alias = "nodeLabel", deserialize_with = "lenient::text")]
    pub node_label: Option<String>,
}

/// `DescribeTelRecordAsr`: what was said in a call.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AsrQuery<'a> {
    pub sdk_app_id: u64,
    pub session_id: &'a str,
}

/// Answer of `DescribeTelRecordAsr`. What people said is in it, so it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Asr {
    #[serde(default, deserialize_with = "lenient::each")]
    pub asr_data_list: Vec<Said>,
}

/// What one side said at a time.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Said {
    #[serde(deserialize_with = "lenient::text")]
    pub user: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub message: Option<String>,
    /// Milliseconds.
    #[serde(deserialize_with = "lenient::integer")]
    pub start: Option<i64>,
}

/// A pushed recording, of a call or of a voice mail.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PushedRecording {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub sdk_app_id: Option<i64>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub session_id: Option<String>,
    #[serde(default, rename = "RecordURL", deserialize_with = "lenient::text")]
    pub record_url: Option<String>,
    #[serde(default, rename = "CustomRecordURL", deserialize_with = "lenient::text")]
    pub custom_record_url: Option<String>,
}

/// Answer of `DescribeNumbers`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NumberPage {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub total_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub numbers: Vec<Number>,
}

/// A number of the application's.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Number {
    #[serde(default, deserialize_with = "lenient::text")]
    pub number: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub state: Option<i64>,
}

/// Answer of `DescribeAIAgentInfoList`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AgentPage {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub total_count: Option<i64>,
    #[serde(default, rename = "AIAgentInfoList", deserialize_with = "lenient::list")]
    pub agents: Vec<Agent>,
}

/// An AI agent.
#[derive(Deserialize)]
pub struct Agent {
    #[serde(default, rename = "AIAgentId", deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(default, rename = "AIAgentName", deserialize_with = "lenient::text")]
    pub name: Option<String>,
    #[serde(default, rename = "VariableNames", deserialize_with = "lenient::list")]
    pub variables: Vec<String>,
}
