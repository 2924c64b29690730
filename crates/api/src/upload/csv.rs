//! CSV (RFC 4180): the first row names the columns.

use super::Format;
use crate::problem::{Problem, table};
use csv::{ReaderBuilder, StringRecord};
use outdial_engine::ContactDraft;
use outdial_model::FieldProblem;
use std::io::Read;

/// Reads rows of CSV.
#[derive(Debug, Default)]
pub(crate) struct Csv {
    columns: Option<Vec<Column>>,
}

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

impl Format for Csv {
    const QUOTES: bool = true;

    fn contact(&mut self, record: &[u8]) -> Result<Option<Result<ContactDraft, FieldProblem>>, Problem> {
        if record.trim_ascii().is_empty() {
            return Ok(None);
        }
        match (&self.columns, row(record)) {
            // As empty as a line of nothing, whatever it is quoted with.
            (Some(columns), Ok(row)) if columns.len() > 1 && is_blank(&row) => Ok(None),
            (Some(columns), row) => Ok(Some(row.and_then(|row| contact(columns, &row)))),
            (None, Ok(header)) => {
                self.columns = Some(columns(&header)?);
                Ok(None)
            }
            (None, Err(problem)) => Err(Problem::invalid_fields(vec![problem])),
        }
    }
}

fn is_blank(row: &StringRecord) -> bool {
    row.len() == 1 && row.iter().all(|cell| cell.trim_ascii().is_empty())
}

fn row(record: &[u8]) -> Result<StringRecord, FieldProblem> {
    // Where it begins to read, the library leaves out a byte order mark; a row is not where a file begins.
    let after_another = b"\n".chain(record);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(record.len())
        .from_reader(after_another);
    let mut row = StringRecord::new();
    match reader.read_record(&mut row) {
        Ok(_) => Ok(row),
        Err(_) => Err(FieldProblem::new("", "not_utf8", "expected UTF-8 text")),
    }
}

/// What the header's cells mean. A header that cannot be used refuses the whole upload.
fn columns(header: &StringRecord) -> Result<Vec<Column>, Problem> {
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
    let mut problems = Vec::new();
    if !columns.contains(&Column::Phone) {
        let detail = "the first row names the columns; one of them must be `phone`";
        problems.push(FieldProblem::new("/phone", "missing_column", detail));
    }
    for (index, column) in columns.iter().enumerate() {
        let pointer = format!("/{index}");
        if columns[..index].contains(column) {
            problems.push(FieldProblem::new(&pointer, "duplicate_column", "this column is named twice"));
        }
        if *column == Column::Variable(String::new()) {
            problems.push(FieldProblem::new(&pointer, "unnamed_column", "this column has no name"));
        }
    }
    if problems.is_empty() {
        return Ok(columns);
    }
    let detail = "the first row does not name the columns as it should; nothing was stored";
    Err(Problem::new(&table::VALIDATION_FAILED, detail).with_errors(problems))
}

fn contact(columns: &[Column], row: &StringRecord) -> Result<ContactDraft, FieldProblem> {
    if row.len() != columns.len() {
        let detail = format!("expected {} cells, found {}", columns.len(), row.len());
        return Err(FieldProblem::new("", "wrong_columns", detail));
    }
    let mut contact = ContactDraft::default();
    for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_the_columns_and_the_rest_are_variables() {
        let mut csv = Csv::default();
        assert!(csv.contact(b"phone,external_id,var.due,city").unwrap().is_none());
        let draft = csv.contact(b"+8613800000000,c-1,\"12, March\",").unwrap().unwrap().unwrap();
        assert_eq!(draft.external_id.as_deref(), Some("c-1"));
        assert_eq!(draft.variables.into_iter().collect::<Vec<_>>(), [("due".into(), "12, March".into())]);
    }

    #[test]
    fn a_row_of_nothing_but_quotes_is_a_blank_line() {
        let mut csv = Csv::default();
        csv.contact(b"phone,name").unwrap();
        for blank in [b"\"\"".as_slice(), b"\"\r\n", b"  "] {
            assert!(csv.contact(blank).unwrap().is_none());
        }
    }

    #[test]
    fn a_byte_order_mark_in_a_row_is_a_letter() {
        let mut csv = Csv::default();
        csv.contact(b"name,phone").unwrap();
        let draft = csv.contact("\u{feff}Ada,+8613800000000".as_bytes()).unwrap().unwrap().unwrap();
        assert_eq!(draft.name.as_deref(), Some("\u{feff}Ada"));
    }

    #[test]
    fn a_row_of_another_length_is_refused_alone() {
        let mut csv = Csv::default();
        csv.contact(b"phone,name").unwrap();
        let refused = csv.contact(b"+8613800000000").unwrap().unwrap().unwrap_err();
        assert_eq!(refused.detail, "expected 2 cells, found 1");
        assert!(csv.contact(b"+8613800000000,x").unwrap().unwrap().is_ok());
    }

    #[test]
    fn a_header_without_phone_refuses_everything() {
        let problem = Csv::default().contact(b"number,name,name").unwrap_err();
        assert_eq!(problem.code().slug, "validation_failed");
    }
}
