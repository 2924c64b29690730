//! The readers of uploads, and cursors, for `crates/fuzz`. Nobody else is to use it.

use crate::cursor::{CursorKey, Seal};
use crate::upload::records::{Record, Records};
use crate::upload::{ContactColumns, Csv, Format, Ndjson, item};
use outdial_engine::ContactDraft;
use outdial_model::FieldProblem;

/// What was read of a stream of contacts.
#[derive(Debug, Default)]
pub struct Upload {
    /// Each contact, or why it is none, and the line it begins on.
    pub lines: Vec<(u64, Result<ContactDraft, FieldProblem>)>,
    /// The word for what ended the stream before its end.
    pub refused: Option<&'static str>,
}

/// Reads CSV that comes in these pieces.
pub fn csv<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Upload {
    read(pieces, Csv::<ContactColumns>::default())
}

/// Reads lines of JSON that come in these pieces.
pub fn ndjson<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Upload {
    read(pieces, Ndjson::of_contacts())
}

/// Reads on until the end, or until the format refuses the whole.
fn read<'a, F: Format<Item = ContactDraft>>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    mut format: F,
) -> Upload {
    let mut records = Records::new(F::QUOTES);
    let mut upload = Upload::default();
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

impl Upload {
    fn take(&mut self, format: &mut impl Format<Item = ContactDraft>, record: &Record) {
        if self.refused.is_some() {
            return;
        }
        match item(format, record) {
            Ok(contact) => self.lines.extend(contact.map(|contact| (record.line, contact))),
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
