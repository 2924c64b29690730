//! A redial as clients ask for it, and how far one is.

use super::task_form::{TaskForm, TaskPatch};
use crate::form::{At, Read};
use outdial_model::{Disposition, Redial};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A redial to be created: whose calls had ended how, and what is other than in the task before.
pub(crate) struct RedialForm {
    pub dispositions: BTreeSet<Disposition>,
    pub external_id: Option<String>,
    pub changes: TaskPatch,
}

impl RedialForm {
    pub(crate) fn read(at: At<'_>) -> Read<Self> {
        let (changes, (dispositions, external_id)) = TaskPatch::among(at, |form| {
            let dispositions = form.required("dispositions", dispositions);
            let external_id = form.optional("external_id", |at| at.text(1..=128));
            Ok((dispositions?, external_id?))
        })?;
        Ok(Self { dispositions, external_id, changes })
    }
}

/// The ends after which somebody may be called again.
fn redialable() -> Vec<Disposition> {
    Disposition::ALL.iter().copied().filter(|word| word.may_be_redialed()).collect()
}

fn dispositions(at: At<'_>) -> Read<BTreeSet<Disposition>> {
    let words = redialable();
    let found: BTreeSet<_> = at.list(words.len(), |at| at.word(&words))?.into_iter().collect();
    if found.is_empty() {
        return Err(at.wrong("too_few", "name at least one; nobody else is called again"));
    }
    Ok(found)
}

impl PartialSchema for RedialForm {
    /// A change of a task with what a redial has beside.
    fn schema() -> RefOr<Schema> {
        let mut schema = TaskPatch::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let words = redialable();
            let word = ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(words.iter().map(|word| word.as_str())));
            let about = "How the calls of those ended who are called again. Not `unknown`: whoever nobody can tell anything about may \
                have been rung.";
            let list = ArrayBuilder::new().items(word).min_items(Some(1)).description(Some(about));
            object.properties.insert("dispositions".to_owned(), list.into());
            if let RefOr::T(Schema::Object(task)) = TaskForm::schema()
                && let Some(key) = task.properties.get("external_id")
            {
                object.properties.insert("external_id".to_owned(), key.clone());
            }
            object.required.push("dispositions".to_owned());
            object.description = Some(
                "Whom to call again, and the fields of the new task that are other than in the task before; `null` brings a field back to \
                 its default."
                    .into(),
            );
        }
        schema
    }
}

impl ToSchema for RedialForm {
    fn name() -> std::borrow::Cow<'static, str> {
        "RedialTask".into()
    }
}

/// How far a redial has come that still takes people over. It does not complete before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Filling)]
pub(crate) struct FillingView {
    /// People who are in the task by now.
    taken: u64,
    /// People there were when it was asked for; whoever is erased meanwhile is left out.
    people: u64,
}

impl FillingView {
    pub(crate) fn of(redial: &Redial) -> Option<Self> {
        redial.is_filling.then_some(Self { taken: redial.taken, people: redial.people })
    }
}
