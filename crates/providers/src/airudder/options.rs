//! `provider_options.airudder`: what an instance takes beyond the common fields.

use super::KIND;
use crate::provider_options::ProviderOptions;
use outdial_model::{FieldProblem, TaskSpec};
use serde_json::{Value, json};

const TEMPLATE_NAME: &str = "workflow_template_name";
const NAME: &str = "workflow_name";
const AUTO_FINISH: &str = "auto_finish";

/// Sent as they are; nothing is sent for what is absent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) workflow_template_name: Option<String>,
    pub(super) workflow_name: Option<String>,
    /// The vendor's default is 2; what its values mean is not published.
    pub(super) auto_finish: Option<i64>,
}

impl Options {
    /// The options of a task, and what is wrong with them.
    pub(super) fn read(spec: &TaskSpec) -> (Self, Vec<FieldProblem>) {
        let mut given = ProviderOptions::open(spec, KIND, &[TEMPLATE_NAME, NAME, AUTO_FINISH]);
        let options = Self {
            workflow_template_name: given.get(TEMPLATE_NAME),
            workflow_name: given.get(NAME),
            auto_finish: given.get(AUTO_FINISH),
        };
        (options, given.into_problems())
    }
}

/// JSON schema of the options.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            TEMPLATE_NAME: {
                "type": "string",
                "description": "Name of the workflow template, beside its id in `script.template_id`.",
            },
            NAME: {
                "type": "string",
                "description": "AI Rudder's `workflow_name`. The instance's `name` is always Outdial's own key.",
            },
            AUTO_FINISH: {
                "type": "integer",
                "description": "AI Rudder's `auto_finish`; left out, the vendor's default acts.",
            },
        },
        "example": {},
    })
}
