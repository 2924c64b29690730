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
