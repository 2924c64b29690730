//! The application's own numbers and AI agents: a few made-up ones.

use serde::Deserialize;
use serde_json::{Value, json};

use super::tasks::Page;
use super::{Refusal, own_application};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NumbersPage {
    sdk_app_id: u64,
    page_size: Option<usize>,
    page_number: Option<usize>,
}

const NUMBERS: [&str; 2] = ["00862155550000", "00862155550001"];
const AGENTS: [(u64, &str, &[&str]); 2] =
    [(12, "Payment reminder", &["name", "due"]), (13, "Survey", &["name"])];

pub(super) fn numbers(asked: &NumbersPage) -> Result<Value, Refusal> {
    let page = Page {
        sdk_app_id: asked.sdk_app_id,
        page_size: asked.page_size.unwrap_or(20),
        page_number: asked.page_number.unwrap_or(0),
    };
    own_application(page.sdk_app_id, "InvalidParameterValue")?;
    page.check(100)?;
    let numbers = NUMBERS
        .iter()
        .map(|number| json!({"Number": number, "CallOutSkillGroupIds": [], "State": 1, "CostType": 0}));
    Ok(json!({"TotalCount": NUMBERS.len(), "Numbers": page.of(numbers)}))
}

pub(super) fn agents(page: &Page) -> Result<Value, Refusal> {
    own_application(page.sdk_app_id, "InvalidParameterValue.InstanceNotExist")?;
    page.check(100)?;
    let agents = AGENTS.iter().map(
        |(id, name, variables)| json!({"AIAgentId": id, "AIAgentName": name, "VariableNames": variables}),
    );
    Ok(json!({"TotalCount": AGENTS.len(), "AIAgentInfoList": page.of(agents)}))
}
