//! NXTele's JSON, with NXTele's names (dossier 4 and 5). Requests are written whole and explicit;
//! answers are read leniently: only the result code must be there.
//!
//! Not for: what a number or word means; that is `map.rs`.

mod answers;
mod requests;

pub(super) use answers::{
    BatchAnswer, CallDetail, Order, OrderDetails, Pong, StopAnswer, TaskData, TaskPage, TaskStat, TaskState,
};
pub(super) use requests::{
    AddBatchCall, CallInfo, CallInfoList, CreateTask, FuncFlag, ListOptions, ListOrderDetail, ListTask,
    ManualCallSetting, MgrTaskStatus, Param, Ping, QueryConditions, SmsRule, StopOrder, TaskCreateSetting,
    UpdateTask,
};

/// The product every body but ping's names.
pub(super) const PRODUCT: &str = "callbot";
