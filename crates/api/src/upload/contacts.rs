//! Contacts of a stream: they are added to a task.

use super::csv::{Columns, missing_phone, named_twice};
use super::{Line, Load, Ndjson, Target};
use crate::idempotency::json;
use crate::problem::Problem;
use crate::wire::batch::BatchView;
use crate::wire::contact::ContactForm;
use actix_web::http::StatusCode;
use csv::StringRecord;
use outdial_engine::{Answer, ContactDraft, ContactResult, EngineError};
use outdial_model::{ContactId, FieldProblem, TaskId};

/// Contacts on their way into a task, and what became of them.
pub(crate) struct Contacts<'a> {
    task: &'a TaskId,
    batch: BatchView,
}

impl<'a> Contacts<'a> {
    pub(crate) fn of(task: &'a TaskId) -> Self {
        Self { task, batch: BatchView::default() }
    }
}

impl Load for Contacts<'_> {
    type Item = ContactDraft;
    /// Line, external id, and what became of it.
    type Told = Vec<(u64, Option<String>, ContactResult)>;

    async fn begin(&self, Target { engine, caller }: Target<'_>) -> Result<(), EngineError> {
        engine.task(&caller.tenant, self.task).await.map(drop)
    }

    fn known_as(draft: ContactDraft, id: Option<ContactId>) -> ContactDraft {
        ContactDraft { id, ..draft }
    }

    async fn take(
        &self,
        Target { engine, caller }: Target<'_>,
        lines: Vec<Line<ContactDraft>>,
    ) -> Result<Self::Told, EngineError> {
        let mut drafts = Vec::new();
        let read: Vec<_> = lines
            .into_iter()
            .map(|(line, contact)| {
                let external_id = contact.map(|draft| {
                    let external_id = draft.external_id.clone();
                    drafts.push(draft);
                    external_id
                });
                (line, external_id)
            })
            .collect();
        let mut added = engine.add_contacts(&caller.tenant, self.task, &drafts, None).await?.into_iter();
        let told = |(line, external_id)| match external_id {
            Err(problem) => Ok((line, None, ContactResult::Refused(problem))),
            Ok(external_id) => match added.next() {
                Some(result) => Ok((line, external_id, result)),
                // Better that the stream stops at these lines than that one of them is told nothing of.
                None => Err(EngineError::Internal(format!("nothing is told of line {line}"))),
            },
        };
        read.into_iter().map(told).collect()
    }

    fn note(&mut self, told: Self::Told) {
        for (line, external_id, result) in told {
            self.batch.note(line, external_id, result);
        }
    }

    fn stop(&mut self, line: u64, problem: &Problem) {
        self.batch.stop(line, problem);
    }

    fn answer(&self) -> Answer {
        json(StatusCode::ACCEPTED, &self.batch)
    }
}

impl Ndjson<ContactDraft> {
    /// One contact per line.
    pub(crate) fn of_contacts() -> Self {
        Self(|form| ContactForm::read(form).map(Into::into))
    }
}

/// What the columns of contacts mean: whatever is no field is a variable.
#[derive(Debug)]
pub(crate) struct ContactColumns(Vec<Column>);

#[derive(Debug, PartialEq, Eq)]
enum Column {
    ExternalId,
    Phone,
    Name,
    TimeZone,
    ExpiresAt,
    PersonId,
    Variable(String),
}

impl Columns for ContactColumns {
    type Item = ContactDraft;

    fn named(header: &StringRecord) -> Result<Self, Vec<FieldProblem>> {
        let columns: Vec<_> = header
            .iter()
            .map(|name| match name.trim() {
                "external_id" => Column::ExternalId,
                "phone" => Column::Phone,
                "name" => Column::Name,
                "time_zone" => Column::TimeZone,
                "expires_at" => Column::ExpiresAt,
                "person_id" => Column::PersonId,
                other => Column::Variable(other.strip_prefix("var.").unwrap_or(other).to_owned()),
            })
            .collect();
        let mut problems: Vec<_> = missing_phone(columns.contains(&Column::Phone)).into_iter().collect();
        problems.extend(named_twice(&columns));
        for (index, _) in
            columns.iter().enumerate().filter(|(_, column)| **column == Column::Variable(String::new()))
        {
            problems.push(FieldProblem::new(
                &format!("/{index}"),
                "unnamed_column",
                "this column has no name",
            ));
        }
        if problems.is_empty() { Ok(Self(columns)) } else { Err(problems) }
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn item(&self, row: &StringRecord) -> Result<ContactDraft, FieldProblem> {
        let mut contact = ContactDraft::default();
        for (column, cell) in self.0.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let text = cell.to_owned();
            match column {
                Column::ExternalId => contact.external_id = Some(text),
                Column::Phone => contact.phone = text,
                Column::Name => contact.name = Some(text),
                Column::TimeZone => contact.time_zone = Some(text),
                Column::ExpiresAt => contact.expires_at = Some(text),
                Column::PersonId => contact.person_id = Some(text),
                Column::Variable(name) => {
                    contact.variables.insert(name.clone(), text);
                }
            }
        }
        Ok(contact)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Csv, Format};
    use super::*;

    #[test]
    fn the_header_names_the_columns_and_the_rest_are_variables() {
        let mut csv = Csv::<ContactColumns>::default();
        assert!(csv.item(b"phone,external_id,var.due,city").unwrap().is_none());
        let draft = csv.item(b"+8613800000000,c-1,\"12, March\",").unwrap().unwrap().unwrap();
        assert_eq!(draft.external_id.as_deref(), Some("c-1"));
        assert_eq!(draft.variables.into_iter().collect::<Vec<_>>(), [("due".into(), "12, March".into())]);
    }

    #[test]
    fn a_row_of_nothing_but_quotes_is_a_blank_line() {
        let mut csv = Csv::<ContactColumns>::default();
        csv.item(b"phone,name").unwrap();
        for blank in [b"\"\"".as_slice(), b"\"\r\n", b"  "] {
            assert!(csv.item(blank).unwrap().is_none());
        }
    }

    #[test]
    fn a_byte_order_mark_in_a_row_is_a_letter() {
        let mut csv = Csv::<ContactColumns>::default();
        csv.item(b"name,phone").unwrap();
        let draft = csv.item("\u{feff}Ada,+8613800000000".as_bytes()).unwrap().unwrap().unwrap();
        assert_eq!(draft.name.as_deref(), Some("\u{feff}Ada"));
    }

    #[test]
    fn a_row_of_another_length_is_refused_alone() {
        let mut csv = Csv::<ContactColumns>::default();
        csv.item(b"phone,name").unwrap();
        let refused = csv.item(b"+8613800000000").unwrap().unwrap().unwrap_err();
        assert_eq!(refused.detail, "expected 2 cells, found 1");
        assert!(csv.item(b"+8613800000000,x").unwrap().unwrap().is_ok());
    }

    #[test]
    fn a_header_without_phone_refuses_everything() {
        let problem = Csv::<ContactColumns>::default().item(b"number,name,name").unwrap_err();
        assert_eq!(problem.code().slug, "validation_failed");
    }
}
