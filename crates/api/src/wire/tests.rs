//! Forms and their schemas name the same fields.

use super::call_form::CallForm;
use super::cap::{self, CapView};
use super::contact::ContactForm;
use super::preflight::PreflightForm;
use super::route::MoveForm;
use super::schedule::{self, ClosedView, PacingView, RetryView, ScheduleView, ScriptView, WindowView};
use super::task_form::TaskForm;
use crate::form::{self, Fields, Read};
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::PartialSchema;

/// The fields a reader knows: it names them all to one who asks for something quite different.
fn known<T>(reader: impl FnOnce(&mut Fields<'_>) -> Read<T>) -> BTreeSet<String> {
    let found = form::read(&json!({"0": 0}), |at| at.object(reader)).err().unwrap();
    let refusal = found.iter().find(|problem| problem.code == "unknown_field").unwrap();
    let (_, names) = refusal.detail.split_once("there are: ").unwrap();
    names.split(", ").map(str::to_owned).collect()
}

fn documented<S: PartialSchema>() -> BTreeSet<String> {
    let schema = serde_json::to_value(S::schema()).unwrap();
    schema["properties"].as_object().into_iter().flat_map(|all| all.keys().cloned()).collect()
}

#[test]
fn what_is_read_is_what_is_documented() {
    assert_eq!(known(TaskForm::read), documented::<TaskForm>());
    assert_eq!(known(ContactForm::read), documented::<ContactForm>());
    assert_eq!(known(CallForm::read), documented::<CallForm>());
    assert_eq!(known(MoveForm::read), documented::<MoveForm>());
    assert_eq!(known(PreflightForm::read), documented::<PreflightForm>());
    assert_eq!(known(schedule::schedule), documented::<ScheduleView>());
    assert_eq!(known(schedule::window), documented::<WindowView>());
    assert_eq!(known(schedule::closed_period), documented::<ClosedView>());
    assert_eq!(known(cap::cap), documented::<CapView>());
    assert_eq!(known(schedule::retry), documented::<RetryView>());
    assert_eq!(known(schedule::pacing), documented::<PacingView>());
    assert_eq!(known(schedule::script), documented::<ScriptView>());
}

#[test]
fn instants_have_three_digits_of_a_second() {
    let at = "2026-03-02T09:00:00.5+08:00".parse().unwrap();
    assert_eq!(super::instant(at), "2026-03-02T01:00:00.500Z");
}

#[test]
fn a_window_until_midnight_is_read_as_it_is_written() {
    let window = json!({"days": ["mon"], "from": "09:00", "to": "24:00"});
    let read = form::read(&window, |at| at.object(schedule::window)).unwrap();
    assert_eq!(serde_json::to_value(WindowView::from(&read)).unwrap(), window);
}
