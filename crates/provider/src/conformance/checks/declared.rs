//! What a provider says about itself and about a task before anything is sent.

use crate::conformance::{Bench, Outcome, ensure};
use crate::{Operation, Support};
use outdial_model::FieldProblem;
use serde_json::json;

pub(super) async fn every_operation(bench: &Bench) -> Outcome {
    let capabilities = bench.provider.capabilities();
    for operation in Operation::ALL {
        let name = operation.as_str();
        let support = capabilities.operations.get(operation);
        ensure(support.is_some(), format!("`{name}` is not declared"))?;
        let note = support.and_then(|support| support.note());
        ensure(note.is_none_or(|note| !note.trim().is_empty()), format!("`{name}` has an empty note"))?;
    }
    let opening = capabilities.support(Operation::OpenSegment);
    ensure(
        !matches!(opening, Support::Unsupported(_)),
        "a vendor without segments cannot be dialed through",
    )?;
    let limits = capabilities.limits;
    ensure(limits.contacts_per_request > 0 && limits.contacts_per_read > 0, "a limit of nobody")
}

pub(super) async fn the_example(bench: &Bench) -> Outcome {
    let problems = bench.provider.refuse_task(&bench.task);
    ensure(problems.is_empty(), format!("the harness's task is refused: {problems:?}"))?;
    for person in &bench.people {
        let problem = bench.provider.refuse_phone(&person.phone);
        ensure(problem.is_none(), format!("a number of the harness is refused: {problem:?}"))?;
    }
    Ok(())
}

pub(super) async fn a_wrong_template(bench: &Bench) -> Outcome {
    let mut task = bench.task.clone();
    task.script.template_id = bench.harness.wrong_template().to_owned();
    let problems = bench.provider.refuse_task(&task);
    points_at(&problems, "#/script/template_id", "invalid_template_id")
}

pub(super) async fn foreign_options(bench: &Bench) -> Outcome {
    let kind = bench.harness.kind();
    let mut task = bench.task.clone();
    let options = task.provider_options.entry(kind.to_owned()).or_insert_with(|| json!({}));
    if let Some(options) = options.as_object_mut() {
        options.insert("no_such_field".to_owned(), json!(1));
    }
    task.provider_options.insert("another".to_owned(), json!({}));
    let problems = bench.provider.refuse_task(&task);
    points_at(&problems, &format!("#/provider_options/{kind}/no_such_field"), "unknown_field")?;
    points_at(&problems, "#/provider_options/another", "wrong_provider_options")
}

fn points_at(problems: &[FieldProblem], pointer: &str, code: &str) -> Outcome {
    let found = problems.iter().any(|problem| {
        problem.pointer == pointer && problem.code == code && !problem.detail.trim().is_empty()
    });
    ensure(found, format!("no problem `{code}` at `{pointer}` with a detail: {problems:?}"))
}
