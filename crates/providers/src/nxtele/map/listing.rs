//! What people see of the account's own tasks, with nothing personal or secret in it.

use super::instant;
use super::tasks::segment_state;
use crate::nxtele::wire::{TaskData, TaskPage};
use crate::redact;
use outdial_provider::{Effect, ErrorKind, PageRequest, ProviderError, SegmentState, VendorTask};
use serde::Deserialize;
use serde_json::Value;

/// A listed task, unless it is in no form we know.
pub(in crate::nxtele) fn task_data(raw: &Value) -> Option<TaskData> {
    TaskData::deserialize(raw).ok()
}

/// The tasks of a page that stands after `before` others; an error when there should be some and there
/// are none.
pub(in crate::nxtele) fn tasks(page: TaskPage, before: i64) -> Result<Vec<Value>, ProviderError> {
    if page.task_data.is_empty() && page.total_count.is_some_and(|total| total > before) {
        return Err(ProviderError::unexpected("NXTele counts tasks that it does not list; read them again"));
    }
    Ok(page.task_data)
}

/// A listed task for people to look at; `None` when its maker gave it no id, for it cannot be asked for
/// by any other.
pub(in crate::nxtele) fn vendor_task(raw: Value) -> Option<VendorTask> {
    let task = task_data(&raw)?;
    let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let stat = task.task_stat.as_ref();
    let name = task.task_setting.pointer("/taskCreateSetting/taskName").and_then(Value::as_str);
    Some(VendorTask {
        vendor_ref: task.user_task_id.filter(|id| !id.is_empty())?,
        name: name.map(redact::text),
        state: task.task_status.map_or(SegmentState::Unrecognized, segment_state),
        raw_state: task.task_status.map(|status| status.to_string()),
        contacts: stat.and_then(|stat| count(stat.total_order_count)),
        finished: stat.and_then(|stat| count(stat.finish_order_count)),
        created_at: instant(task.create_ts),
        raw: redact::record(raw),
    })
}

/// Where a list stands. Page and size go together: the second page of another size is another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::nxtele) struct Cursor {
    /// From 1.
    pub(in crate::nxtele) page: u32,
    pub(in crate::nxtele) size: u32,
}

impl Cursor {
    /// The place a page is asked for at.
    pub(in crate::nxtele) fn of(request: &PageRequest) -> Result<Self, ProviderError> {
        let Some(text) = &request.cursor else {
            return Ok(Self { page: 1, size: request.limit.max(1) });
        };
        let parts =
            text.split_once('x').and_then(|(page, size)| Some((page.parse().ok()?, size.parse().ok()?)));
        match parts {
            Some((page @ 1.., size @ 1..=100)) => Ok(Self { page, size }),
            _ => Err(ProviderError::new(
                ErrorKind::InvalidRequest,
                Effect::NotSent,
                "this cursor is not one of NXTele's task list; begin without a cursor",
            )),
        }
    }

    /// How many tasks come before this page.
    pub(in crate::nxtele) fn before(self) -> i64 {
        (i64::from(self.page) - 1) * i64::from(self.size)
    }

    /// The cursor of the next page, after one with so many tasks of so many in all.
    pub(in crate::nxtele) fn after(self, received: usize, total: Option<i64>) -> Option<String> {
        let size = i64::from(self.size);
        let received = i64::try_from(received).unwrap_or(i64::MAX);
        let is_last = match total {
            Some(total) => self.before() + received >= total,
            None => received < size,
        };
        (received > 0 && !is_last).then(|| format!("{}x{}", self.page.saturating_add(1), self.size))
    }
}

/// An answer of unknown form with only what cannot be personal: ids, causes, codes, instants, small
/// numbers and flags.
pub(in crate::nxtele) fn impersonal(value: Value) -> Value {
    sifted("", value)
}

fn sifted(name: &str, value: Value) -> Value {
    const LARGEST: f64 = 1e6;
    let is_word = ["ID", "Cause", "Code"].iter().any(|end| name.ends_with(end));
    let hidden = || Value::String("***".to_owned());
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (name.clone(), sifted(&name, value))).collect(),
        ),
        Value::Array(items) => items.into_iter().map(|item| sifted(name, item)).collect(),
        Value::String(text) if !text.is_empty() && !is_word => hidden(),
        Value::Number(number)
            if !name.ends_with("Ts") && number.as_f64().is_none_or(|size| size >= LARGEST) =>
        {
            hidden()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cursor(text: &str) -> Result<Cursor, ProviderError> {
        Cursor::of(&PageRequest { cursor: Some(text.to_owned()), limit: 50 })
    }

    #[test]
    fn a_listed_task_is_shown_without_numbers_and_secrets() {
        let raw: Value = serde_json::from_str(include_str!("../fixtures/list_task.json")).unwrap();
        let task = vendor_task(raw["taskData"][0].clone()).unwrap();
        assert_eq!(task.vendor_ref, "seg_01h0000000000000000000000a");
        assert_eq!(task.name.as_deref(), Some("March reminders"));
        assert_eq!(task.state, SegmentState::Known(outdial_model::SegmentStatus::Running));
        assert_eq!((task.contacts, task.finished), (Some(3), Some(1)));
        assert_eq!(task.created_at.map(|at| at.as_second()), Some(1_700_000_000));
        let shown = task.raw.to_string();
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("gateway.example"), "{shown}");
    }

    #[test]
    fn a_task_is_asked_for_by_its_makers_id_or_not_at_all() {
        let task = vendor_task(json!({"userTaskID": "theirs", "taskID": "t-9", "taskStatus": "6"})).unwrap();
        assert_eq!(task.vendor_ref, "theirs");
        assert_eq!(vendor_task(json!({"userTaskID": "", "taskID": "t-9", "taskStatus": 2})), None);
        assert_eq!(task.state, SegmentState::Unrecognized);
        assert_eq!(task.raw_state.as_deref(), Some("6"));
    }

    #[test]
    fn a_list_that_is_missing_or_shorter_than_it_says_is_no_empty_one() {
        let read = |body: Value| {
            let page: TaskPage = serde_json::from_value(body).ok()?;
            tasks(page, 0).ok().map(|tasks| tasks.len())
        };
        assert_eq!(read(json!({"taskData": [], "totalCount": 0})), Some(0));
        assert_eq!(read(json!({"taskData": null})), Some(0));
        assert_eq!(read(json!({"totalCount": 0})), None);
        assert_eq!(read(json!({"taskData": [], "totalCount": 1})), None);
        let beyond: TaskPage = serde_json::from_value(json!({"taskData": [], "totalCount": 50})).unwrap();
        assert!(tasks(beyond, 50).is_ok(), "a page after the last one");
    }

    #[test]
    fn a_list_ends_where_its_total_says_or_with_a_short_page() {
        let first = Cursor::of(&PageRequest { cursor: None, limit: 50 }).unwrap();
        let next = first.after(50, Some(51)).unwrap();
        let second = cursor(&next).unwrap();
        assert_eq!(second, Cursor { page: 2, size: 50 });
        assert_eq!(second.after(1, Some(51)), None);
        assert_eq!(first.after(0, Some(51)), None);
        assert_eq!(first.after(49, None), None);
        assert!(first.after(50, None).is_some());
        for odd in ["", "2", "0x50", "2x0", "2x1000", "x", "-1x5"] {
            assert_eq!(cursor(odd).unwrap_err().effect, Effect::NotSent, "{odd}");
        }
    }

    #[test]
    fn of_an_answer_in_unknown_form_nothing_personal_is_shown() {
        let answer = json!({"retCode": 0, "orders": [{
            "orderID": "con_1", "userPhone": "8613800000000", "userName": "Some Body", "phone": 8_613_800_000_000i64,
            "hangupCause": "USER_BUSY", "callStartTs": 1_700_000_000, "finish": true, "params": [{"value": "x"}],
        }]});
        let expected = json!({"retCode": 0, "orders": [{
            "orderID": "con_1", "userPhone": "***", "userName": "***", "phone": "***",
            "hangupCause": "USER_BUSY", "callStartTs": 1_700_000_000, "finish": true, "params": [{"value": "***"}],
        }]});
        assert_eq!(impersonal(answer), expected);
    }
}
