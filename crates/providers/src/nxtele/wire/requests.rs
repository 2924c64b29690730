//! What we say. No type here has `Debug`: numbers, names and the secret part of callback URLs are in them.

use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
pub(crate) struct Ping<'a> {
    pub(crate) data: &'a str,
}

/// `createTask`, and with `callInfoList` `createAndCall`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateTask<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    #[serde(rename = "userTaskID")]
    pub(crate) user_task_id: &'a str,
    #[serde(rename = "sceneID")]
    pub(crate) scene_id: &'a str,
    pub(crate) task_create_setting: TaskCreateSetting<'a>,
    pub(crate) func_flag: FuncFlag<'a>,
    /// Beside the nested one, because the vendor's example has it here.
    pub(crate) task_callback_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call_info_list: Option<CallInfoList<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskCreateSetting<'a> {
    pub(crate) strategy_name: &'a str,
    pub(crate) startup_type: u8,
    pub(crate) startup_at: i64,
    /// Seconds east of UTC.
    pub(crate) zone_second: i32,
    pub(crate) dial_at_week_day: String,
    pub(crate) dial_at_up_hour: String,
    pub(crate) dial_at_down_hour: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_call: Option<u32>,
    /// 0 leaves it to NXTele.
    pub(crate) max_ring_time: u32,
    /// Empty leaves it to NXTele.
    #[serde(rename = "routeID")]
    pub(crate) route_id: &'a str,
    pub(crate) task_name: &'a str,
    pub(crate) task_callback_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manual_call_setting: Option<ManualCallSetting<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManualCallSetting<'a> {
    pub(crate) agent_group: &'a str,
    pub(crate) dispatch_type: u8,
    pub(crate) ratio_call_rate: f64,
    pub(crate) predict_call_rate: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FuncFlag<'a> {
    pub(crate) task_keep: bool,
    pub(crate) round_redial: bool,
    #[serde(rename = "wholeTTS")]
    pub(crate) whole_tts: bool,
    pub(crate) sms_enable: bool,
    pub(crate) sms_func_flag: Vec<SmsRule<'a>>,
    pub(crate) phone_encrypt: bool,
}

#[derive(Serialize)]
pub(crate) struct SmsRule<'a> {
    #[serde(rename = "smsID")]
    pub(crate) sms_id: &'a str,
    #[serde(rename = "intentID")]
    pub(crate) intent_id: &'a [String],
    #[serde(rename = "intentName")]
    pub(crate) intent_name: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallInfoList<'a> {
    pub(crate) order_callback_url: String,
    pub(crate) call_callback_url: String,
    pub(crate) call_list: Vec<CallInfo<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallInfo<'a> {
    #[serde(rename = "orderID")]
    pub(crate) order_id: &'a str,
    /// Digits only, country code first.
    pub(crate) user_phone: &'a str,
    pub(crate) other: &'a str,
    pub(crate) user_name: &'a str,
    pub(crate) customer_name: &'a str,
    pub(crate) params: Vec<Param<'a>>,
}

#[derive(Serialize)]
pub(crate) struct Param<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddBatchCall<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    #[serde(rename = "userTaskID")]
    pub(crate) user_task_id: &'a str,
    pub(crate) call_info_list: CallInfoList<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MgrTaskStatus<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    #[serde(rename = "userTaskID")]
    pub(crate) user_task_id: &'a str,
    pub(crate) task_operate: u8,
    pub(crate) del_call: u8,
}

/// `updateTask`: both objects whole, as listed and then changed, so that nothing is reset by leaving it out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateTask<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    #[serde(rename = "userTaskID")]
    pub(crate) user_task_id: &'a str,
    #[serde(rename = "sceneID")]
    pub(crate) scene_id: &'a str,
    pub(crate) task_create_setting: Value,
    pub(crate) func_flag: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListTask<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    /// From 1.
    pub(crate) page: u32,
    pub(crate) size: u32,
    pub(crate) query_conditions: QueryConditions<'a>,
}

#[derive(Serialize, Default)]
pub(crate) struct QueryConditions<'a> {
    #[serde(rename = "userTaskID", skip_serializing_if = "Option::is_none")]
    pub(crate) user_task_id: Option<[&'a str; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListOrderDetail<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    #[serde(rename = "userTaskID")]
    pub(crate) user_task_id: &'a str,
    pub(crate) order_list: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StopOrder<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    #[serde(rename = "userTaskID")]
    pub(crate) user_task_id: &'a str,
    #[serde(rename = "orderIDs")]
    pub(crate) order_ids: Vec<&'a str>,
    pub(crate) del_call: u8,
}

/// `listCall` and `listOrder`, unfiltered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListOptions<'a> {
    #[serde(rename = "productID")]
    pub(crate) product_id: &'static str,
    #[serde(rename = "userTaskID")]
    pub(crate) user_task_id: &'a str,
    pub(crate) options: serde_json::Map<String, Value>,
    pub(crate) page: u32,
    pub(crate) size: u32,
}
