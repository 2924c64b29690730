//! What AI Rudder cannot do or express, told before a task is accepted. Pure.
//!
//! Script, numbers to call from, concurrency and redials belong to the workflow template, which is
//! built in the vendor's console; a task that asks for its own is refused rather than ignored.

use super::map::{MOST_DIGITS, template_id};
use super::options::Options;
use outdial_model::{FieldProblem, Phone, TaskSpec};

const UNSUPPORTED: &str = "unsupported";

/// Everything in `spec` that cannot be done.
pub(super) fn task(spec: &TaskSpec) -> Vec<FieldProblem> {
    let (_, mut problems) = Options::read(spec);
    let mut refuse = |wrong: bool, pointer: &str, code: &'static str, detail: &str| {
        if wrong {
            problems.push(FieldProblem::new(pointer, code, detail));
        }
    };
    refuse(
        template_id(spec).is_none(),
        "/script/template_id",
        "invalid_template_id",
        "expected the workflow_template_id of an AI Rudder template: digits only, such as 1001",
    );
    refuse(
        spec.retry.max_attempts != 1,
        "/retry/max_attempts",
        UNSUPPORTED,
        "AI Rudder's redials are set in the workflow template; use 1 with a template that does not redial",
    );
    refuse(
        spec.pacing.max_concurrent_calls.is_some(),
        "/pacing/max_concurrent_calls",
        UNSUPPORTED,
        "AI Rudder's concurrency is set in the workflow template; leave this out",
    );
    refuse(
        !spec.callers.is_empty(),
        "/callers",
        UNSUPPORTED,
        "AI Rudder's caller numbers are set in the workflow template; leave this out",
    );
    problems
}

/// Why a number cannot be dialed.
pub(super) fn phone(phone: &Phone) -> Option<FieldProblem> {
    (phone.digits().len() > MOST_DIGITS).then(|| {
        let detail = format!("AI Rudder dials numbers of at most {MOST_DIGITS} digits");
        FieldProblem::new("/phone", "invalid_phone", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_model::{Pacing, Retry};
    use serde_json::{Value, json};

    fn spec() -> TaskSpec {
        TaskSpec::new("March reminders", "1001")
    }

    fn pointers(spec: &TaskSpec) -> Vec<String> {
        task(spec).into_iter().map(|problem| problem.pointer).collect()
    }

    fn with_options(options: Value) -> TaskSpec {
        TaskSpec { provider_options: serde_json::from_value(options).unwrap(), ..spec() }
    }

    #[test]
    fn a_plain_task_can_be_dialed() {
        assert_eq!(task(&spec()), []);
        let options = json!({"airudder": {"auto_finish": 1, "workflow_name": "w"}});
        assert_eq!(task(&with_options(options)), []);
    }

    #[test]
    fn what_the_template_decides_is_refused_by_name() {
        let greedy = TaskSpec {
            callers: vec!["+639170000000".parse().unwrap()],
            retry: Retry { max_attempts: 2, interval_seconds: 60 },
            pacing: Pacing { max_concurrent_calls: Some(20) },
            ..spec()
        };
        assert_eq!(pointers(&greedy), ["#/retry/max_attempts", "#/pacing/max_concurrent_calls", "#/callers"]);
    }

    #[test]
    fn a_template_id_is_digits() {
        for id in ["", "ivr:8", "scene-1", "-3", "+3", "0", "99999999999999999999"] {
            let mut spec = spec();
            spec.script.template_id = id.into();
            assert_eq!(pointers(&spec), ["#/script/template_id"], "{id}");
        }
    }

    #[test]
    fn foreign_and_misspelled_options_are_refused() {
        let spec = with_options(json!({
            "airudder": {"auto_finnish": 1, "workflow_name": 3},
            "someone_else": {},
        }));
        let mut found = pointers(&spec);
        found.sort();
        assert_eq!(
            found,
            [
                "#/provider_options/airudder/auto_finnish",
                "#/provider_options/airudder/workflow_name",
                "#/provider_options/someone_else",
            ]
        );
    }

    #[test]
    fn a_number_of_fifteen_digits_is_too_long() {
        assert!(phone(&"+8613800000000".parse().unwrap()).is_none());
        let long = Phone::parse("+883510012345678", None);
        let problem = long.ok().and_then(|long| phone(&long));
        assert!(problem.is_some_and(|problem| problem.pointer == "#/phone"));
    }
}
