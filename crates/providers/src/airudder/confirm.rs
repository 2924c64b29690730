//! Asking AI Rudder whether a push is its own.
//!
//! It can be asked about custom API nodes only (dossier 3.6), in the words of the push itself. What
//! lacks one of them cannot be asked about.

use super::client::Client;
use super::wire::{self, NodePush, NoticeInfo};
use outdial_provider::{Confirmation, Inbound, ProviderError};

/// Asks about a push of a custom API node; about any other there is nothing to ask.
pub(super) async fn push(client: &Client, inbound: &Inbound<'_>) -> Result<Confirmation, ProviderError> {
    let push = if inbound.kind == "custom_api" { wire::read::<NodePush>(inbound.body) } else { None };
    match push.as_ref().and_then(question) {
        Some(question) => client.api_notice_info(&question).await,
        None => Ok(Confirmation::CannotTell),
    }
}

/// What it is asked, where the push has the words for it.
pub(super) fn question(push: &NodePush) -> Option<NoticeInfo<'_>> {
    fn told(text: &Option<String>) -> Option<&str> {
        text.as_deref().filter(|text| !text.is_empty())
    }
    Some(NoticeInfo {
        workflow_id: &push.workflow_id,
        node_id: told(&push.node_id)?,
        callee: told(&push.callee.callee_number)?,
        case_id: told(&push.callee.case_id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn asked(push: Value) -> Option<Value> {
        let push: NodePush = serde_json::from_value(push).unwrap();
        question(&push).map(|question| serde_json::to_value(question).unwrap())
    }

    #[test]
    fn the_vendor_is_asked_in_its_own_words() {
        let callee = json!({"case_id": "c-7", "callee_number": "+639170000000", "callee_name": "Ana"});
        let push = json!({"workflow_id": "w", "workflow_name": "demo", "node_id": "n", "callee": callee});
        let question =
            json!({"workflow_id": "w", "node_id": "n", "callee": "+639170000000", "case_id": "c-7"});
        assert_eq!(asked(push), Some(question));
    }

    #[test]
    fn a_case_may_be_missing_and_node_and_number_may_not() {
        let push = |node: &str, number: &str| {
            asked(
                json!({"workflow_id": "w", "node_id": node, "callee": {"case_id": "", "callee_number": number}}),
            )
        };
        assert_eq!(push("n", "+1"), Some(json!({"workflow_id": "w", "node_id": "n", "callee": "+1"})));
        assert_eq!((push("", "+1"), push("n", "")), (None, None));
    }
}
