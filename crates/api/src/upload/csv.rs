//! CSV (RFC 4180): the first row names the columns.

use super::Format;
use crate::problem::{Problem, table};
use csv::{ReaderBuilder, StringRecord};
use outdial_model::FieldProblem;
use std::io::Read;

/// Reads rows of CSV.
#[derive(Debug)]
pub(crate) struct Csv<C> {
    columns: Option<C>,
}

impl<C> Default for Csv<C> {
    fn default() -> Self {
        Self { columns: None }
    }
}

/// What the cells of a row mean.
pub(crate) trait Columns: Sized {
    /// What is in a row.
    type Item;

    /// Columns of these names. A first row that cannot be used refuses the whole stream.
    fn named(header: &StringRecord) -> Result<Self, Vec<FieldProblem>>;
    /// How many cells a row has.
    fn count(&self) -> usize;
    /// What is in a row of so many cells.
    fn item(&self, row: &StringRecord) -> Result<Self::Item, FieldProblem>;
}

impl<C: Columns> Format for Csv<C> {
    type Item = C::Item;
    const QUOTES: bool = true;

    fn item(&mut self, record: &[u8]) -> Result<Option<Result<C::Item, FieldProblem>>, Problem> {
        if record.trim_ascii().is_empty() {
            return Ok(None);
        }
        match (&self.columns, row(record)) {
            // As empty as a line of nothing, whatever it is quoted with.
            (Some(columns), Ok(row)) if columns.count() > 1 && is_blank(&row) => Ok(None),
            (Some(columns), row) => Ok(Some(row.and_then(|row| read(columns, &row)))),
            (None, Ok(header)) => {
                self.columns = Some(C::named(&header).map_err(useless)?);
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

fn read<C: Columns>(columns: &C, row: &StringRecord) -> Result<C::Item, FieldProblem> {
    if row.len() != columns.count() {
        let detail = format!("expected {} cells, found {}", columns.count(), row.len());
        return Err(FieldProblem::new("", "wrong_columns", detail));
    }
    columns.item(row)
}

fn useless(problems: Vec<FieldProblem>) -> Problem {
    let detail = "the first row does not name the columns as it should; nothing was stored";
    Problem::new(&table::VALIDATION_FAILED, detail).with_errors(problems)
}

/// What is wrong with a first row that names no number.
pub(super) fn missing_phone(is_there: bool) -> Option<FieldProblem> {
    let detail = "the first row names the columns; one of them must be `phone`";
    (!is_there).then(|| FieldProblem::new("/phone", "missing_column", detail))
}

/// What is wrong with a first row that names a column twice.
pub(super) fn named_twice<C: PartialEq>(columns: &[C]) -> impl Iterator<Item = FieldProblem> {
    let again = columns.iter().enumerate().filter(|(index, column)| columns[..*index].contains(column));
    again.map(|(index, _)| {
        FieldProblem::new(&format!("/{index}"), "duplicate_column", "this column is named twice")
    })
}
