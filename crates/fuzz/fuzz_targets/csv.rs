//! Contacts as CSV.
//!
//! However the stream is cut, it is read alike; and it is read as the library reads it as a whole: no row is
//! lost, none is two.

#![no_main]

use csv::{ByteRecord, ReaderBuilder};
use libfuzzer_sys::fuzz_target;
use outdial_api::fuzzing;
use outdial_engine::ContactDraft;
use outdial_fuzz::stream;

/// A longer record is refused, whatever is in it.
const MOST_BYTES: usize = 64 * 1024;
const HEADER: &[u8] = b"phone,external_id,name,note\n";

fuzz_target!(|bytes: &[u8]| {
    stream::read(bytes, |pieces| fuzzing::csv(pieces), stream::contact);
    if bytes.len() >= MOST_BYTES {
        return;
    }
    let upload = fuzzing::csv([HEADER, bytes]);
    assert_eq!(upload.refused, None, "with a good header everything is read");
    let found: Vec<_> = upload.lines.iter().map(|(_, contact)| contact.as_ref().ok().map(cells)).collect();
    assert_eq!(found, rows(bytes).iter().map(expected).collect::<Vec<_>>());
    assert!(upload.lines.is_sorted_by_key(|(line, _)| *line), "lines go on");
});

/// The rows there are, as the library finds them in the whole; blank ones left out.
fn rows(bytes: &[u8]) -> Vec<ByteRecord> {
    let whole = [HEADER, bytes].concat();
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(&*whole);
    let rows = reader.byte_records().map(|row| row.expect("any bytes are rows"));
    rows.filter(|row| !(row.len() == 1 && row[0].trim_ascii().is_empty())).collect()
}

/// The cells of a row that is a contact.
fn expected(row: &ByteRecord) -> Option<Vec<String>> {
    let cells = row.iter().map(|cell| String::from_utf8(cell.to_vec()));
    cells.collect::<Result<Vec<_>, _>>().ok().filter(|cells| cells.len() == 4)
}

fn cells(draft: &ContactDraft) -> Vec<String> {
    let note = draft.variables.get("note").cloned();
    let optional = [draft.external_id.clone(), draft.name.clone(), note];
    [draft.phone.clone()].into_iter().chain(optional.map(Option::unwrap_or_default)).collect()
}
