//! `provider_options.tencent_ccc`: what this vendor can do beyond the common fields of a task.
//!
//! `TriggerStrategy` (the vendor calls a URL per call) is left out: results come from call records.

use super::KIND;
use super::wire::RetryTag;
use crate::provider_options::ProviderOptions;
use outdial_model::{FieldProblem, TaskSpec};
use serde_json::{Value, json};

/// Hang-up codes the vendor lets an AI agent's task be tried again on (dossier section 7.1).
const RETRYABLE_HANGUPS: &[u16] =
    &[202, 203, 204, 205, 206, 207, 208, 210, 212, 213, 215, 216, 217, 218, 219, 221, 222, 234];

const FIELDS: &[&str] = &["description", "max_ring_seconds", "retry_hangup_types", "retry_tags"];

/// A task's options, checked.
#[derive(Debug, Default)]
pub struct Options {
    pub description: Option<String>,
    pub max_ring_seconds: Option<u32>,
    pub retry_hangup_types: Vec<u16>,
    pub retry_tags: Vec<RetryTag>,
}

impl Options {
    /// The options and everything that is wrong with them. `agent` tells whether an AI agent speaks.
    pub fn read(spec: &TaskSpec, agent: bool) -> (Self, Vec<FieldProblem>) {
        let mut given = ProviderOptions::open(spec, KIND, FIELDS);
        let options = Self {
            description: given.get("description"),
            max_ring_seconds: given.get("max_ring_seconds"),
            retry_hangup_types: given.get("retry_hangup_types").unwrap_or_default(),
            retry_tags: given.get("retry_tags").unwrap_or_default(),
        };
        if options.max_ring_seconds == Some(0) {
            given.refuse("max_ring_seconds", "out_of_range", "expected at least 1 second");
        }
        if options.retry_hangup_types.iter().any(|code| !RETRYABLE_HANGUPS.contains(code)) {
            let codes: Vec<_> = RETRYABLE_HANGUPS.iter().map(u16::to_string).collect();
            let detail = format!("expected codes out of {}", codes.join(", "));
            given.refuse("retry_hangup_types", "out_of_range", detail);
        }
        let only_agents = [
            ("retry_hangup_types", options.retry_hangup_types.is_empty()),
            ("retry_tags", options.retry_tags.is_empty()),
        ];
        for (field, _) in only_agents.into_iter().filter(|(_, empty)| !empty && !agent) {
            let detail = "only tasks of an AI agent (template_id `agent:<id>`) take it";
            given.refuse(field, "needs_agent", detail);
        }
        (options, given.into_problems())
    }

    /// What means something for tasks only, in the options of a single call.
    pub fn unfit_for_one(&self, spec: &TaskSpec) -> Vec<FieldProblem> {
        let of_tasks = [
            ("description", self.description.is_some()),
            ("retry_hangup_types", !self.retry_hangup_types.is_empty()),
            ("retry_tags", !self.retry_tags.is_empty()),
        ];
        let unfit = of_tasks.into_iter().filter(|(_, is_given)| *is_given && spec.single_call);
        unfit
            .map(|(field, _)| {
                let pointer = format!("/provider_options/{KIND}/{field}");
                FieldProblem::new(&pointer, "unsupported", "a single call does not take it; leave it out")
            })
            .collect()
    }
}

/// JSON schema of the options.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "description": {
                "type": "string",
                "description": "Text shown with the task in the vendor's console.",
            },
            "max_ring_seconds": {
                "type": "integer",
                "minimum": 1,
                "description": "Longest ringing. The vendor honours it only for numbers the customer brought along.",
            },
            "retry_hangup_types": {
                "type": "array",
                "items": {"type": "integer", "enum": RETRYABLE_HANGUPS},
                "description": "Try again only after calls that ended with one of these codes. AI agents only.",
            },
            "retry_tags": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["name", "value"],
                    "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
                },
                "description": "Try again after calls labelled so. AI agents with a dialogue model only.",
            },
        },
    })
}
