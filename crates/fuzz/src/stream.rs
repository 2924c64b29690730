//! Streams in pieces.

use outdial_api::fuzzing::Upload;
use std::fmt::Debug;

/// The bytes, cut where they say themselves.
pub fn pieces(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while let Some(first) = bytes.first() {
        let (piece, rest) = bytes.split_at(bytes.len().min(usize::from(first % 32) + 1));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

/// Reads the bytes as a whole, in pieces and one by one; fails when that is not all the same.
pub fn read(bytes: &[u8], reader: impl Fn(Vec<&[u8]>) -> Upload) -> Upload {
    let whole = reader(vec![bytes]);
    let told = told(&whole);
    assert_eq!(told, self::told(&reader(pieces(bytes))), "cut into pieces it is something else");
    assert_eq!(told, self::told(&reader(bytes.chunks(1).collect())), "byte by byte it is something else");
    whole
}

/// All that is told of an upload, contacts' numbers and names included.
fn told(upload: &Upload) -> impl PartialEq + Debug + use<> {
    let lines = upload.lines.iter().map(|(line, contact)| {
        let contact = contact.as_ref().map(|draft| {
            (draft.external_id.clone(), draft.phone.clone(), draft.name.clone(), draft.variables.clone())
        });
        (*line, contact.map_err(Clone::clone))
    });
    (lines.collect::<Vec<_>>(), upload.refused)
}
