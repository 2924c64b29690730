//! What a task may ask of NXTele beyond the common fields: `provider_options.nxtele`.

use super::KIND;
use crate::provider_options::ProviderOptions;
use outdial_model::{FieldProblem, TaskSpec};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::num::NonZeroU32;

const FIELDS: &[&str] = &[
    "strategy_name",
    "max_ring_time_seconds",
    "route_id",
    "whole_tts",
    "phone_encrypt",
    "sms",
    "manual_call",
];

/// The options of one task, defaults where it says nothing.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) strategy_name: Option<String>,
    pub(super) max_ring_time_seconds: Option<NonZeroU32>,
    /// The line to call through; NXTele has no caller numbers per task.
    pub(super) route_id: Option<String>,
    pub(super) whole_tts: Option<bool>,
    pub(super) phone_encrypt: Option<bool>,
    pub(super) sms: Option<Sms>,
    pub(super) manual_call: Option<ManualCall>,
}

/// Text messages sent after a call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sms {
    pub(super) rules: Vec<SmsRule>,
}

/// Which message for which intents of the script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmsRule {
    pub(super) sms_id: String,
    #[serde(default)]
    pub(super) intent_ids: Vec<String>,
    #[serde(default)]
    pub(super) intent_names: Vec<String>,
}

/// Transfer to people, for scripts that need an agent group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManualCall {
    pub(super) agent_group: String,
    #[serde(default)]
    pub(super) dispatch_type: DispatchType,
    #[serde(default)]
    pub(super) ratio_call_rate: f64,
    #[serde(default)]
    pub(super) predict_call_rate: f64,
}

/// How calls are paced to the agents.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DispatchType {
    #[default]
    None,
    Ratio,
    Predictive,
}

impl DispatchType {
    /// NXTele's number; 2 belongs to another of its products and is never sent.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Ratio => 1,
            Self::Predictive => 3,
        }
    }
}

impl Options {
    /// Reads a task's options, or tells everything that is wrong with them.
    pub(super) fn read(spec: &TaskSpec) -> Result<Self, Vec<FieldProblem>> {
        let mut given = ProviderOptions::open(spec, KIND, FIELDS);
        let options = Self {
            strategy_name: given.get("strategy_name"),
            max_ring_time_seconds: given.get("max_ring_time_seconds"),
            route_id: given.get("route_id"),
            whole_tts: given.get("whole_tts"),
            phone_encrypt: given.get("phone_encrypt"),
            sms: given.get("sms"),
            manual_call: given.get("manual_call"),
        };
        if options.sms.as_ref().is_some_and(Sms::repeats_an_intent) {
            let detail = "an intent has two messages; NXTele would keep only the last, so name it once";
            given.refuse("sms", "invalid_value", detail);
        }
        let problems = given.into_problems();
        if problems.is_empty() { Ok(options) } else { Err(problems) }
    }
}

impl Sms {
    fn repeats_an_intent(&self) -> bool {
        let mut seen = BTreeSet::new();
        let mut intents = self.rules.iter().flat_map(|rule| {
            let ids = rule.intent_ids.iter().map(|id| ("id", id));
            ids.chain(rule.intent_names.iter().map(|name| ("name", name)))
        });
        !intents.all(|intent| seen.insert(intent))
    }
}

/// JSON schema of `provider_options.nxtele`.
pub(super) fn schema() -> Value {
    let texts = json!({"type": "array", "items": {"type": "string"}, "default": []});
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": "What NXTele offers beyond the common fields. NXTele has no caller numbers per task: `callers` is not sent, the line is chosen by `route_id` or by the account. The pause between two attempts is the strategy's; `retry.interval_seconds` is not sent.",
        "properties": {
            "strategy_name": {"type": "string", "description": "Dialing strategy configured for the script in NXTele's back office; the account's `strategy_name` when absent."},
            "max_ring_time_seconds": {"type": "integer", "minimum": 1, "description": "How long a telephone may ring (NXTele does not print the unit; seconds are assumed)."},
            "route_id": {"type": "string", "description": "The line to call through."},
            "whole_tts": {"type": "boolean", "default": true, "description": "Speak sentences with variables in one piece; NXTele demands it for scripts with variables."},
            "phone_encrypt": {"type": "boolean", "default": false, "description": "Show numbers encrypted in NXTele's back office."},
            "sms": {
                "type": "object", "additionalProperties": false, "required": ["rules"],
                "description": "Text messages after a call, by intent. The service must be activated at NXTele.",
                "properties": {"rules": {"type": "array", "items": {
                    "type": "object", "additionalProperties": false, "required": ["sms_id"],
                    "properties": {
                        "sms_id": {"type": "string", "description": "Template of the message."},
                        "intent_ids": texts, "intent_names": texts,
                    },
                }}},
            },
            "manual_call": {
                "type": "object", "additionalProperties": false, "required": ["agent_group"],
                "description": "Transfer to people; only for scripts made for it.",
                "properties": {
                    "agent_group": {"type": "string"},
                    "dispatch_type": {"type": "string", "enum": ["none", "ratio", "predictive"], "default": "none"},
                    "ratio_call_rate": {"type": "number", "default": 0, "description": "Calls per agent, for `ratio`."},
                    "predict_call_rate": {"type": "number", "default": 0, "description": "For `predictive`."},
                },
            },
        },
        "example": {"strategy_name": "default", "max_ring_time_seconds": 30},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nxtele::testing::spec;

    fn read(options: Value) -> Result<Options, Vec<FieldProblem>> {
        let mut spec = spec();
        spec.provider_options = [(KIND.to_owned(), options)].into();
        Options::read(&spec)
    }

    #[test]
    fn every_option_of_the_schema_is_one_that_is_read() {
        let schema = schema();
        let mut documented: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        let mut known = FIELDS.to_vec();
        documented.sort();
        known.sort_unstable();
        assert_eq!(documented, known);
    }

    #[test]
    fn a_stranger_is_answered_with_a_pointer() {
        let problems = read(json!({"strategy": "x"})).unwrap_err();
        assert_eq!(problems[0].pointer, "#/provider_options/nxtele/strategy");
        assert_eq!(problems[0].code, "unknown_field");
    }

    #[test]
    fn the_options_of_another_vendor_are_refused() {
        let mut spec = spec();
        spec.provider_options = [("other".to_owned(), json!({}))].into();
        let problems = Options::read(&spec).unwrap_err();
        assert_eq!(problems[0].pointer, "#/provider_options/other");
        assert_eq!(problems[0].code, "wrong_provider_options");
    }

    #[test]
    fn an_intent_with_two_messages_is_refused() {
        let rule = |id: &str| json!({"sms_id": id, "intent_ids": ["a"]});
        assert!(read(json!({"sms": {"rules": [rule("1")]}})).is_ok());
        let problems = read(json!({"sms": {"rules": [rule("1"), rule("2")]}})).unwrap_err();
        assert_eq!(problems[0].pointer, "#/provider_options/nxtele/sms");
    }

    #[test]
    fn agents_are_dispatched_by_words() {
        let manual_call = json!({"agent_group": "g-1", "dispatch_type": "predictive"});
        let options = read(json!({"manual_call": manual_call})).unwrap();
        assert_eq!(options.manual_call.unwrap().dispatch_type.number(), 3);
        assert!(read(json!({"manual_call": {"agent_group": "g-1", "dispatch_type": 2}})).is_err());
    }
}
