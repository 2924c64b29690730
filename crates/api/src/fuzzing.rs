//! The readers of uploads, and cursors, for `crates/fuzz`. Nobody else is to use it.

use crate::cursor::{CursorKey, Seal};
use crate::export::rows;
use crate::upload::records::{Record, Records};
use crate::upload::{ContactColumns, Csv, Format, Ndjson, SuppressionColumns, item};
use outdial_engine::ContactDraft;
use outdial_model::{FieldProblem, NewSuppression, Suppression, Timestamp};

/// What was read of a stream.
#[derive(Debug)]
pub struct Upload<T> {
    /// Each item, or why it is none, and the line it begins on.
    pub lines: Vec<(u64, Result<T, FieldProblem>)>,
    /// The word for what ended the stream before its end.
    pub refused: Option<&'static str>,
}

/// Reads CSV of contacts that comes in these pieces.
pub fn csv<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Upload<ContactDraft> {
    read(pieces, Csv::<ContactColumns>::default())
}

/// Reads lines of JSON, a contact each, that come in these pieces.
pub fn ndjson<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Upload<ContactDraft> {
    read(pieces, Ndjson::of_contacts())
}

/// Reads CSV of numbers that are not to be called, which comes in these pieces; it is always the beginning of time.
pub fn suppressions<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Upload<NewSuppression> {
    let Upload { lines, refused } = read(pieces, Csv::<SuppressionColumns>::default());
    let judged = lines
        .into_iter()
        .map(|(line, entry)| (line, entry.and_then(|entry| entry.judged(Timestamp::UNIX_EPOCH))));
    Upload { lines: judged.collect(), refused }
}

/// What an export tells of them, as CSV.
pub fn exported(numbers: &[Suppression]) -> Vec<u8> {
    rows(numbers, true).unwrap_or_default()
}

/// Reads on until the end, or until the format refuses the whole.
fn read<'a, F: Format>(pieces: impl IntoIterator<Item = &'a [u8]>, mut format: F) -> Upload<F::Item> {
    let mut records = Records::new(F::QUOTES);
    let mut upload = Upload { lines: Vec::new(), refused: None };
    for piece in pieces {
        records.push(piece);
        while let Some(record) = records.next() {
            upload.take(&mut format, &record);
        }
    }
    if let Some(record) = records.last() {
        upload.take(&mut format, &record);
    }
    upload
}

impl<T> Upload<T> {
    fn take(&mut self, format: &mut impl Format<Item = T>, record: &Record) {
        if self.refused.is_some() {
            return;
        }
        match item(format, record) {
            Ok(found) => self.lines.extend(found.map(|found| (record.line, found))),
            Err(problem) => self.refused = Some(problem.code().slug),
        }
    }
}

/// The cursors of one list.
#[derive(Debug)]
pub struct Cursors(Seal);

impl Cursors {
    /// Cursors of `list`, under the installation's `secret`.
    pub fn new(secret: &[u8], list: &str) -> Self {
        Self(CursorKey::new(secret.to_vec()).seal(list.to_owned()))
    }

    /// The cursor of the page after the item with `key`.
    pub fn close(&self, key: &str) -> String {
        self.0.close(key)
    }

    /// The key in a cursor of this list; `None` for anything else.
    pub fn open(&self, cursor: &str) -> Option<String> {
        self.0.open(cursor).ok()
    }
}
