//! What NXTele says, in answers and webhooks. Anything may be missing, `null`, or a number as text;
//! the result code is read before any of these is (`client.rs`).

use crate::lenient;
use serde::Deserialize;
use serde_json::Value;

/// `ping`, which has an envelope of its own.
#[derive(Deserialize)]
pub(crate) struct Pong {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) data: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) timestamp: Option<i64>,
}

/// `addBatchCall` and `createAndCall`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchAnswer {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) total_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) success_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) err_list: Vec<BatchError>,
}

/// Keyed by telephone number, not by order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchError {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) phone: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) err_msg: Option<String>,
}

/// `stopOrder`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StopAnswer {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) success_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) err_list: Vec<StopError>,
}

/// Keyed by order here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StopError {
    #[serde(default, rename = "orderID", deserialize_with = "lenient::text")]
    pub(crate) order_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) err_msg: Option<String>,
}

/// `mgrTaskStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskState {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) task_status: Option<i64>,
}

/// `listTask`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskPage {
    /// Kept as sent: what is shown to people and what `updateTask` sends back. A list that is missing
    /// is no empty one: absence is proof enough to send again.
    #[serde(deserialize_with = "lenient::list")]
    pub(crate) task_data: Vec<Value>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) total_count: Option<i64>,
}

/// A task, as listed and as pushed by the task webhook.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskData {
    #[serde(default, rename = "userTaskID", deserialize_with = "lenient::text")]
    pub(crate) user_task_id: Option<String>,
    #[serde(default, rename = "sceneID", deserialize_with = "lenient::text")]
    pub(crate) scene_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) task_status: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) create_ts: Option<i64>,
    #[serde(default)]
    pub(crate) task_stat: Option<TaskStat>,
    #[serde(default)]
    pub(crate) task_setting: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskStat {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) answer_order_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) finish_order_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) total_order_count: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) total_answer_call: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) total_call: Option<i64>,
}

/// `listOrderDetail`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderDetails {
    /// Missing is not empty, as with [`TaskPage`].
    #[serde(deserialize_with = "lenient::list")]
    pub(crate) order_detail_list: Vec<Order>,
}

/// An order with its calls, as listed and as pushed by the call and order webhooks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    #[serde(default, rename = "orderID", deserialize_with = "lenient::text")]
    pub(crate) order_id: Option<String>,
    #[serde(default, rename = "userTaskID", deserialize_with = "lenient::text")]
    pub(crate) user_task_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub(crate) finish: Option<bool>,
    /// Listed.
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) call_info_detail_list: Vec<CallDetail>,
    /// Pushed.
    #[serde(default)]
    pub(crate) call_info_detail: Option<CallDetail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallDetail {
    #[serde(default, rename = "callID", deserialize_with = "lenient::text")]
    pub(crate) call_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) call_status: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) call_start_ts: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) call_answer_ts: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) call_end_ts: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) call_duration: Option<i64>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) call_audio_url: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) hangup_cause: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) term_sip_code: Option<String>,
    #[serde(default, deserialize_with = "lenient::each")]
    pub(crate) intents: Vec<Intent>,
    #[serde(default, deserialize_with = "lenient::object")]
    pub(crate) agent: Option<Agent>,
}

/// A class of the script the call fell into.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Intent {
    #[serde(default, rename = "intentID", alias = "intentId", deserialize_with = "lenient::text")]
    pub(crate) intent_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) intent_tag: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) intent_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(crate) intent_level: Option<i64>,
}

/// The agent a call was handed to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agent {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) agent_label: Option<String>,
}
