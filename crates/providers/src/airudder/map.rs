//! Outdial's words and AI Rudder's. Pure; the tables are data: answers in [`verdict`], states and
//! hang-up reasons in [`call`], the rest here.

mod call;
mod verdict;

pub(super) use call::{call_report, ending, lacks_recording, moment, progress};
pub(super) use verdict::{confirmation, judge, said};

use super::config::Statuses;
use super::wire::{Instance, Row};
use crate::redact;
use outdial_model::{SegmentId, TaskSpec};
use outdial_provider::{DialContact, SegmentReport, SegmentState};

/// Digits a number may have (dossier 7.2).
pub(super) const MOST_DIGITS: usize = 14;

/// Longest instance name sent; the vendor's own limit is not published.
const NAME_LENGTH: usize = 64;

/// An instance of a list as a segment.
pub(super) fn segment_report(instance: &Instance, statuses: &Statuses) -> SegmentReport {
    SegmentReport {
        vendor_ref: instance.workflow_id.clone(),
        ..segment_status(instance.status.as_deref(), statuses)
    }
}

/// An instance's status word as a segment's state. No such word is published: only those the account
/// configures are understood, and for any other the last known state stands.
pub(super) fn segment_status(word: Option<&str>, statuses: &Statuses) -> SegmentReport {
    let known = word.and_then(|word| statuses.get(word));
    if let (Some(word), None) = (word, known) {
        tracing::warn!(status = %redact::word(word), "an instance status of AI Rudder is not in `statuses`");
    }
    SegmentReport {
        raw: word.map(redact::word),
        ..SegmentReport::of(known.map_or(SegmentState::Unrecognized, SegmentState::Known))
    }
}

/// The task's `script.template_id` as the vendor wants it: a positive whole number.
pub(super) fn template_id(spec: &TaskSpec) -> Option<i64> {
    let text = spec.script.template_id.as_str();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id > 0)
}

/// The instance's name: our key first, so that it can be found by it, then the task's for people.
pub(super) fn instance_name(key: &SegmentId, task: &str) -> String {
    let room = NAME_LENGTH.saturating_sub(key.as_str().len() + 1);
    let title: String = task.chars().filter(|c| !c.is_control()).take(room).collect();
    format!("{} {title}", key.as_str()).trim_end().to_owned()
}

/// Whether an instance of that name is ours.
pub(super) fn is_named(name: &str, key: &SegmentId) -> bool {
    name.split_whitespace().next() == Some(key.as_str())
}

/// A person as a list row; the name travels as the variable `name` unless the task sets its own.
pub(super) fn row(contact: &DialContact) -> Row<'_> {
    let named = contact.name.iter().map(|name| ("name", name.expose()));
    let variables = contact.variables.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    Row {
        callee: contact.phone.e164(),
        case_id: contact.key.as_str(),
        variables: named.chain(variables).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::{ContactId, PersonName, Timestamp};
    use std::collections::BTreeMap;

    #[test]
    fn an_instance_is_found_by_the_first_word_of_its_name() {
        let key = SegmentId::generate(Timestamp::UNIX_EPOCH);
        let name = instance_name(&key, "März\n mit sehr langem Titel, der nirgends mehr hineinpasst");
        assert!(is_named(&name, &key) && name.chars().count() <= NAME_LENGTH, "{name}");
        assert!(is_named(&instance_name(&key, ""), &key));
        assert!(!is_named("March reminders", &key));
    }

    #[test]
    fn a_row_has_number_case_and_variables_and_the_tasks_own_name_wins() {
        let mut contact = DialContact {
            key: ContactId::generate(Timestamp::UNIX_EPOCH),
            phone: "+639170000000".parse().unwrap(),
            name: PersonName::new("Ana"),
            variables: BTreeMap::from([("due".to_owned(), "12 March".to_owned())]),
        };
        let json = serde_json::to_value(row(&contact)).unwrap();
        assert_eq!(json["callee"], "+639170000000");
        assert_eq!(json["case_id"], contact.key.as_str());
        assert_eq!(json["variables"], serde_json::json!({"name": "Ana", "due": "12 March"}));
        contact.variables.insert("name".to_owned(), "Ms Ana".to_owned());
        assert_eq!(serde_json::to_value(row(&contact)).unwrap()["variables"]["name"], "Ms Ana");
    }
}
