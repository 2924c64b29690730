//! The actions served and the parameters each of them takes (sections 7, 9 and 10).

use super::schema::Kind::{Any, Int, Objects, Text, Texts, Uint};
use super::schema::{Field, optional, required};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Action {
    CreateAutoCalloutTask,
    CreateIVRSession,
    CreateAIAgentCall,
    DescribeAutoCalloutTask,
    DescribeAutoCalloutTasks,
    StopAutoCalloutTask,
    PauseAutoCalloutTask,
    ResumeAutoCalloutTask,
    DescribeTelCdr,
    DescribeTelRecordAsr,
    DescribeNumbers,
    DescribeAIAgentInfoList,
}

impl Action {
    /// Exact and case-sensitive.
    pub(super) fn named(name: &str) -> Option<Action> {
        Some(match name {
            "CreateAutoCalloutTask" => Action::CreateAutoCalloutTask,
            "CreateIVRSession" => Action::CreateIVRSession,
            "CreateAIAgentCall" => Action::CreateAIAgentCall,
            "DescribeAutoCalloutTask" => Action::DescribeAutoCalloutTask,
            "DescribeAutoCalloutTasks" => Action::DescribeAutoCalloutTasks,
            "StopAutoCalloutTask" => Action::StopAutoCalloutTask,
            "PauseAutoCalloutTask" => Action::PauseAutoCalloutTask,
            "ResumeAutoCalloutTask" => Action::ResumeAutoCalloutTask,
            "DescribeTelCdr" => Action::DescribeTelCdr,
            "DescribeTelRecordAsr" => Action::DescribeTelRecordAsr,
            "DescribeNumbers" => Action::DescribeNumbers,
            "DescribeAIAgentInfoList" => Action::DescribeAIAgentInfoList,
            _ => return None,
        })
    }

    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Action::CreateAutoCalloutTask => CREATE,
            Action::CreateIVRSession => IVR_SESSION,
            Action::CreateAIAgentCall => AGENT_CALL,
            Action::DescribeAutoCalloutTask
            | Action::StopAutoCalloutTask
            | Action::PauseAutoCalloutTask
            | Action::ResumeAutoCalloutTask => ONE_TASK,
            Action::DescribeAutoCalloutTasks | Action::DescribeAIAgentInfoList => PAGE,
            Action::DescribeTelCdr => CDR,
            Action::DescribeTelRecordAsr => ASR,
            Action::DescribeNumbers => NUMBERS,
        }
    }
}

const VARIABLE: &[Field] = &[required("Key", Text), required("Value", Text)];
const CALLEE_ATTRIBUTE: &[Field] =
    &[required("Callee", Text), optional("UUI", Text), optional("Variables", Objects(VARIABLE))];
const TIME_RANGE: &[Field] = &[required("StartTime", Text), required("EndTime", Text)];
const AVAILABLE_TIME: &[Field] =
    &[optional("DayType", Text), optional("DaysOfWeek", Texts), optional("TimeRanges", Objects(TIME_RANGE))];
const RETRY_TAG: &[Field] = &[optional("TagName", Text), optional("TagValue", Text)];

const CREATE: &[Field] = &[
    required("SdkAppId", Uint),
    required("NotBefore", Int),
    required("Callees", Texts),
    required("Callers", Texts),
    optional("IvrId", Uint),
    optional("AIAgentId", Int),
    optional("Name", Text),
    optional("Description", Text),
    optional("NotAfter", Int),
    optional("Tries", Uint),
    optional("RetryInterval", Int),
    optional("Variables", Objects(VARIABLE)),
    optional("UUI", Text),
    optional("CalleeAttributes", Objects(CALLEE_ATTRIBUTE)),
    optional("TimeZone", Text),
    optional("AvailableTime", Objects(TIME_RANGE)),
    optional("AvailableWorkTimeConfig", Objects(AVAILABLE_TIME)),
    optional("MaxRingTimeoutSecond", Int),
    optional("RetryHangupTypes", Texts),
    optional("RetryTags", Objects(RETRY_TAG)),
    optional("TriggerStrategy", Any),
    optional("ConcurrencyLimit", Int),
];
const IVR_SESSION: &[Field] = &[
    required("SdkAppId", Int),
    required("Callee", Text),
    required("IVRId", Int),
    optional("Callers", Texts),
    optional("Variables", Objects(VARIABLE)),
    optional("UUI", Text),
    optional("MaxRingTimeoutSecond", Int),
];
const AGENT_CALL: &[Field] = &[
    required("SdkAppId", Int),
    required("AIAgentId", Uint),
    required("Callee", Text),
    optional("Callers", Texts),
    optional("Variables", Objects(VARIABLE)),
    optional("MaxRingTimeoutSecond", Int),
    optional("AcquireTimeoutSecond", Uint),
];
const ONE_TASK: &[Field] = &[required("SdkAppId", Uint), required("TaskId", Uint)];
const PAGE: &[Field] =
    &[required("SdkAppId", Uint), required("PageSize", Uint), required("PageNumber", Uint)];
const NUMBERS: &[Field] =
    &[required("SdkAppId", Uint), optional("PageSize", Uint), optional("PageNumber", Uint)];
const ASR: &[Field] = &[required("SdkAppId", Uint), required("SessionId", Text)];
const CDR: &[Field] = &[
    required("StartTimeStamp", Int),
    required("EndTimeStamp", Int),
    required("SdkAppId", Uint),
    required("PageSize", Uint),
    required("PageNumber", Uint),
    optional("Phones", Texts),
    optional("SessionIds", Texts),
    optional("InstanceId", Int),
    optional("Limit", Int),
    optional("Offset", Int),
];
