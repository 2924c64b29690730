//! Operations whose path AI Rudder's papers do not tell.
//!
//! They are unsupported until the account says where they are: `operations.<name> = "/path"`. No path
//! is ever guessed against production.

use crate::settings::nearest;
use outdial_provider::ConfigProblem;
use reqwest::Method;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An operation known by its title and verb only (dossier 3.7). Changing a row is not among them: nothing
/// in Outdial changes a person the vendor already has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unlisted {
    ListTemplates,
    CancelRow,
    Stop,
    ListInstances,
    ListNodeTasks,
    ListCallTasks,
    CallsByPerson,
    CallById,
    Recordings,
}

impl Unlisted {
    const ALL: [Self; 9] = [
        Self::ListTemplates,
        Self::CancelRow,
        Self::Stop,
        Self::ListInstances,
        Self::ListNodeTasks,
        Self::ListCallTasks,
        Self::CallsByPerson,
        Self::CallById,
        Self::Recordings,
    ];

    /// Its key under `operations`; also the key of its request budget.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ListTemplates => "list_templates",
            Self::CancelRow => "cancel_row",
            Self::Stop => "stop",
            Self::ListInstances => "list_instances",
            Self::ListNodeTasks => "list_node_tasks",
            Self::ListCallTasks => "list_call_tasks",
            Self::CallsByPerson => "calls_by_person",
            Self::CallById => "call_by_id",
            Self::Recordings => "recordings",
        }
    }

    /// What the person who asks for it is told while it is not configured.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::ListTemplates => {
                "AI Rudder's list of templates has no published path; set operations.list_templates"
            }
            Self::CancelRow => {
                "AI Rudder's cancelling of a row has no published path; set operations.cancel_row"
            }
            Self::Stop => {
                "AI Rudder's stopping of an instance has no published path; set operations.stop. Until then \
                 Outdial sends nobody new and waits for those the vendor already has, who are still dialed; \
                 the instance ends at its end_time"
            }
            Self::ListInstances => {
                "AI Rudder's list of instances has no published path; set operations.list_instances"
            }
            Self::CallsByPerson => {
                "results come by webhook only: AI Rudder's call information has no published path; \
                 set operations.calls_by_person"
            }
            Self::ListNodeTasks | Self::ListCallTasks | Self::CallById | Self::Recordings => {
                "AI Rudder publishes no path for this; set it under operations"
            }
        }
    }

    /// The verb the vendor's index gives it: parameters of a GET are the query, of a POST the body.
    pub(super) const fn method(self) -> Method {
        match self {
            Self::CancelRow | Self::Stop | Self::ListCallTasks => Method::POST,
            Self::ListTemplates
            | Self::ListInstances
            | Self::ListNodeTasks
            | Self::CallsByPerson
            | Self::CallById
            | Self::Recordings => Method::GET,
        }
    }
}

/// The paths an account configures.
#[derive(Debug, Clone, Default)]
pub(super) struct Paths(BTreeMap<Unlisted, String>);

impl Paths {
    /// Reads the table `operations`.
    pub(super) fn read(table: &Map<String, Value>) -> Result<Self, ConfigProblem> {
        table
            .iter()
            .map(|(name, path)| Ok((known(name)?, usable(name, path)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Where `operation` is, when configured.
    pub(super) fn get(&self, operation: Unlisted) -> Option<&str> {
        self.0.get(&operation).map(String::as_str)
    }

    /// Whether `operation` can be used.
    pub(super) fn has(&self, operation: Unlisted) -> bool {
        self.0.contains_key(&operation)
    }
}

fn known(name: &str) -> Result<Unlisted, ConfigProblem> {
    let names = || Unlisted::ALL.into_iter().map(Unlisted::name);
    Unlisted::ALL.into_iter().find(|operation| operation.name() == name).ok_or_else(|| {
        let help = match nearest(name, names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        ConfigProblem::new(format!("operations.{name}"), format!("no such operation; {help}"))
    })
}

fn usable(name: &str, path: &Value) -> Result<String, ConfigProblem> {
    path.as_str()
        .filter(|path| {
            path.starts_with('/') && !path.contains(['?', '#']) && !path.contains(char::is_whitespace)
        })
        .map(str::to_owned)
        .ok_or_else(|| {
            let detail = "expected a path on the vendor's host such as \"/service/…\", without query";
            ConfigProblem::new(format!("operations.{name}"), detail)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(table: Value) -> Result<Paths, ConfigProblem> {
        Paths::read(table.as_object().unwrap())
    }

    #[test]
    fn a_configured_path_makes_the_operation_usable() {
        let paths = read(json!({"stop": "/service/halt"})).unwrap();
        assert_eq!(paths.get(Unlisted::Stop), Some("/service/halt"));
        assert!(!paths.has(Unlisted::ListInstances));
    }

    #[test]
    fn a_misspelled_operation_is_answered_with_the_nearest_one() {
        assert_eq!(read(json!({"update_row": "/x"})).unwrap_err().key, "operations.update_row");
        let problem = read(json!({"call_by_person": "/x"})).unwrap_err();
        assert_eq!(problem.key, "operations.call_by_person");
        assert!(problem.detail.contains("`calls_by_person`"), "{problem}");
    }

    #[test]
    fn only_a_path_on_the_same_host_is_a_path() {
        for odd in [json!("https://elsewhere/x"), json!("stop"), json!("/a b"), json!("/a?b=1"), json!(3)] {
            assert_eq!(read(json!({"stop": odd})).unwrap_err().key, "operations.stop");
        }
    }
}
