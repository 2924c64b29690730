//! AI Rudder's JSON under AI Rudder's names.
//!
//! What we send is strict. What we read is tolerant: every field may be missing, numbers may be text
//! and text may be a number. Structures with a person's data have no `Debug`.

use crate::lenient;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `createinstance`.
#[derive(Serialize)]
pub(super) struct CreateInstance<'a> {
    pub(super) workflow_template_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) workflow_template_name: Option<&'a str>,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) workflow_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auto_finish: Option<i64>,
    pub(super) end_time: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) details: Vec<Row<'a>>,
}

/// `uploaddetails`.
#[derive(Serialize)]
pub(super) struct UploadDetails<'a> {
    pub(super) workflow_id: &'a str,
    pub(super) details: Vec<Row<'a>>,
}

/// One person.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    pub(super) callee: &'a str,
    pub(super) case_id: &'a str,
    pub(super) variables: BTreeMap<&'a str, &'a str>,
}

/// `detailinstances`: which instances have this person, by case or by number.
#[derive(Serialize)]
pub(super) struct DetailInstances<'a> {
    #[serde(flatten)]
    pub(super) person: Person<'a>,
    pub(super) start_time: &'a str,
    pub(super) end_time: &'a str,
}

/// By what a person is looked for.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Person<'a> {
    CaseId(&'a str),
    Callee(&'a str),
}

/// `apinoticeinfo`: was this pushed by a custom API node?
#[derive(Serialize)]
pub(super) struct NoticeInfo<'a> {
    pub(super) workflow_id: &'a str,
    pub(super) node_id: &'a str,
    /// The number as text; the push has an object under this name.
    pub(super) callee: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) case_id: Option<&'a str>,
}

/// What every answer is wrapped in.
#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(super) code: Option<i64>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) message: Option<String>,
    /// `Some` of null when it is there and null.
    #[serde(default, deserialize_with = "present")]
    pub(super) data: Option<Value>,
}

fn present<'de, D: serde::Deserializer<'de>>(member: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(member).map(Some)
}

impl Envelope {
    /// Reads an answer; `None` when it is not a JSON object.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        read(body)
    }
}

/// A workflow instance as lists show it.
#[derive(Deserialize)]
pub(super) struct Instance {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) workflow_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) workflow_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) status: Option<String>,
    /// Unix milliseconds; an assumed name.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(super) create_time: Option<i64>,
}

impl Instance {
    /// Which of the two names is the one it was created with is not published.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.name.as_deref().into_iter().chain(self.workflow_name.as_deref())
    }
}

/// A template as lists show it, under the names creating uses or under short ones.
#[derive(Deserialize)]
pub(super) struct Template {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) workflow_template_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) workflow_template_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) name: Option<String>,
}

/// One call, in pushes and in call information alike.
#[derive(Default, Deserialize)]
pub(super) struct Call {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) callid: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) state: Option<String>,
    /// Pushes about agents write it with a capital.
    #[serde(default, rename = "State", deserialize_with = "lenient::text")]
    pub(super) agent_state: Option<String>,
    #[serde(default, rename = "hangupReason", deserialize_with = "lenient::integer")]
    pub(super) hangup_reason: Option<i64>,
    /// Unix milliseconds of the last change.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub(super) timestamp: Option<i64>,
    /// The next three are assumed names; call information is not published.
    #[serde(default, rename = "startTimestamp", deserialize_with = "lenient::integer")]
    pub(super) start_timestamp: Option<i64>,
    #[serde(default, rename = "answeredTimestamp", deserialize_with = "lenient::integer")]
    pub(super) answered_timestamp: Option<i64>,
    #[serde(default, rename = "endedTimestamp", deserialize_with = "lenient::integer")]
    pub(super) ended_timestamp: Option<i64>,
    #[serde(default, rename = "phoneNumber", deserialize_with = "lenient::text")]
    pub(super) phone_number: Option<String>,
    #[serde(default, rename = "recLink", deserialize_with = "lenient::text")]
    pub(super) rec_link: Option<String>,
    #[serde(default, rename = "nthCall", deserialize_with = "lenient::integer")]
    pub(super) nth_call: Option<i64>,
    /// A letter of the robot's own scale.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) intention: Option<String>,
    #[serde(default, rename = "phoneTag", deserialize_with = "lenient::text")]
    pub(super) phone_tag: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) talkremarks: Option<String>,
    /// Answers of the agent's form: an object of them, or a list of titles and values.
    #[serde(default, rename = "customizeResults")]
    pub(super) customize_results: Value,
}

impl Call {
    /// Its state, whoever it is told of.
    pub(super) fn word(&self) -> Option<&str> {
        self.state.as_deref().or(self.agent_state.as_deref())
    }
}

/// A push about the predictive dialer.
#[derive(Deserialize)]
pub(super) struct PdsFrame {
    pub(super) workflow_id: String,
    pub(super) pds: Pds,
}

/// The part of the frame that differs by type.
#[derive(Deserialize)]
pub(super) struct Pds {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) body: Value,
}

/// A push about a person's call or whole flow; beyond the two keys its fields are not published.
#[derive(Deserialize)]
pub(super) struct Completion {
    pub(super) workflow_id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) case_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) callee: Option<String>,
    #[serde(flatten)]
    pub(super) call: Call,
}

/// A push about the instance's status.
#[derive(Deserialize)]
pub(super) struct StatusChange {
    pub(super) workflow_id: String,
    pub(super) status: String,
}

/// A push of a custom API node.
#[derive(Deserialize)]
pub(super) struct NodePush {
    pub(super) workflow_id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) node_id: Option<String>,
    pub(super) callee: NodeCallee,
}

/// The person in it: an object here, text everywhere else.
#[derive(Deserialize)]
pub(super) struct NodeCallee {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) case_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(super) callee_number: Option<String>,
}

/// Reads JSON that may repeat a key: the last one counts.
pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Option<T> {
    let value: Value = lenient::document(body).ok()?;
    serde_json::from_value(value).ok()
}

/// The elements of a list, be it the data itself or the only list in it; `None` when there is none.
pub(super) fn rows(data: &Value) -> Option<&[Value]> {
    match data {
        Value::Null => Some(&[]),
        Value::Array(rows) => Some(rows),
        Value::Object(fields) => fields.values().find_map(Value::as_array).map(Vec::as_slice),
        _ => None,
    }
}

/// The readable ones of `rows`.
pub(super) fn each<T: serde::de::DeserializeOwned>(rows: &[Value]) -> impl Iterator<Item = T> {
    rows.iter().filter_map(|row| T::deserialize(row).ok())
}

/// Every `workflow_id` in an answer whose shape is not published; `None` when the answer holds
/// something, but no `workflow_id`: then it cannot be read and proves nothing.
pub(super) fn workflow_ids(data: &Value) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    collect(data, &mut found);
    (!found.is_empty() || is_void(data)).then_some(found)
}

fn collect<'a>(data: &'a Value, found: &mut Vec<&'a str>) {
    match data {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(id) if name == "workflow_id" => found.push(id),
                    Value::Array(ids) if name == "workflow_id" => {
                        found.extend(ids.iter().filter_map(Value::as_str));
                    }
                    nested => collect(nested, found),
                }
            }
        }
        _ => {}
    }
}

/// Nothing, and said to be: null, or lists and objects of nothing. Beside an empty list an object may
/// count zero and leave texts empty; without one that says nothing about people.
fn is_void(data: &Value) -> bool {
    match data {
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::Array(items) => items.iter().all(is_void),
        Value::Object(fields) => {
            let adds_nothing = |value: &Value| match value {
                Value::Number(number) => number.as_f64() == Some(0.0),
                Value::String(text) => text.is_empty(),
                nested => is_void(nested),
            };
            fields.is_empty() || (fields.values().any(is_void) && fields.values().all(adds_nothing))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_repeated_key_does_no_harm() {
        let envelope = Envelope::read(br#"{"code": 1, "code": "200", "data": {"a": 1}}"#).unwrap();
        assert_eq!((envelope.code, envelope.data), (Some(200), Some(json!({"a": 1}))));
    }

    #[test]
    fn workflow_ids_are_found_wherever_they_are() {
        for data in [
            json!({"workflow_id": "w1"}),
            json!([{"workflow_id": "w1", "x": 3}]),
            json!({"list": [{"workflow": {"workflow_id": ["w1"]}}], "total": 1}),
        ] {
            assert_eq!(workflow_ids(&data), Some(vec!["w1"]), "{data}");
        }
    }

    #[test]
    fn an_empty_answer_is_no_one_and_an_unreadable_one_is_nothing() {
        for data in [json!(null), json!([]), json!({}), json!({"list": [], "total": 0})] {
            assert_eq!(workflow_ids(&data), Some(vec![]), "{data}");
        }
        for data in [
            json!(["w1"]),
            json!({"ids": ["w1"]}),
            json!({"total": 2}),
            json!({"total": 0}),
            json!({"exists": false}),
            json!(false),
            json!(""),
        ] {
            assert_eq!(workflow_ids(&data), None, "{data}");
        }
    }
}
