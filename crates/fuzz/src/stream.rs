//! Streams in pieces.

use outdial_api::fuzzing::Upload;
use outdial_engine::ContactDraft;
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

/// Reads the bytes as a whole, in pieces and one by one; fails when that is not all the same. `seen` is all there is to see
/// of an item.
pub fn read<T, S: PartialEq + Debug>(
    bytes: &[u8],
    reader: impl Fn(Vec<&[u8]>) -> Upload<T>,
    seen: impl Fn(&T) -> S,
) -> Upload<T> {
    let told = |upload: &Upload<T>| {
        let lines = upload.lines.iter();
        let lines = lines.map(|(line, item)| (*line, item.as_ref().map(&seen).map_err(Clone::clone)));
        (lines.collect::<Vec<_>>(), upload.refused)
    };
    let whole = reader(vec![bytes]);
    let told_of_whole = told(&whole);
    assert_eq!(told_of_whole, told(&reader(pieces(bytes))), "cut into pieces it is something else");
    assert_eq!(told_of_whole, told(&reader(bytes.chunks(1).collect())), "byte by byte it is something else");
    whole
}

/// All there is to see of a contact, its number and name included.
pub fn contact(draft: &ContactDraft) -> impl PartialEq + Debug + use<> {
    (draft.external_id.clone(), draft.phone.clone(), draft.name.clone(), draft.variables.clone())
}
