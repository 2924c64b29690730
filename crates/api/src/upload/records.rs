//! Cuts a stream of bytes into records: lines, with or without quoted line breaks in them.

use std::collections::VecDeque;

/// Most bytes of a record; a longer one is skipped to its next line break.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A record and the line it begins on (from 1).
pub(crate) struct Record {
    pub line: u64,
    /// Without its line break; `None` when it was too long.
    pub bytes: Option<Vec<u8>>,
}

/// Cuts what is pushed into records.
pub(crate) struct Records {
    quotes: bool,
    place: Place,
    line: u64,
    /// Line breaks within quotes of the record at hand.
    breaks: u64,
    record: Vec<u8>,
    is_too_long: bool,
    /// The last byte was a carriage return that ended a record: a line feed after it belongs to it.
    is_after_return: bool,
    ready: VecDeque<Record>,
}

/// Where in a record of cells the next byte stands. A quote means something only where a cell begins, and within a cell
/// that began with one; in any other it is a letter, as an inch sign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// After a quote within a quoted cell: its end, or the first of two that stand for one.
    QuoteInQuoted,
}

impl Place {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::CellStart | Self::QuoteInQuoted, b'"') => Self::Quoted,
            (Self::Quoted, b'"') => Self::QuoteInQuoted,
            (Self::Quoted, _) => Self::Quoted,
            (_, b',') => Self::CellStart,
            _ => Self::Plain,
        }
    }
}

impl Records {
    /// With `quotes`, of cells as in CSV: a record ends with a line feed, a carriage return or both of them, but not within
    /// quotes. Without, of lines.
    pub(crate) fn new(quotes: bool) -> Self {
        Self {
            quotes,
            place: Place::CellStart,
            line: 1,
            breaks: 0,
            record: Vec::new(),
            is_too_long: false,
            is_after_return: false,
            ready: VecDeque::new(),
        }
    }

    /// The line the record at hand begins on.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let is_after_return = std::mem::take(&mut self.is_after_return);
            let is_within = self.place == Place::Quoted && !self.is_too_long;
            match byte {
                b'\n' if is_after_return => {}
                b'\n' if !is_within => self.end(),
                b'\r' if self.quotes && !is_within => {
                    self.end();
                    self.is_after_return = true;
                }
                _ => self.keep(byte),
            }
        }
    }

    /// The next record that is complete.
    pub(crate) fn next(&mut self) -> Option<Record> {
        self.ready.pop_front()
    }

    /// What is left at the end of the stream.
    pub(crate) fn last(&mut self) -> Option<Record> {
        if !self.record.is_empty() || self.is_too_long {
            self.end();
        }
        self.next()
    }

    fn keep(&mut self, byte: u8) {
        if self.quotes {
            self.breaks += u64::from(byte == b'\n');
            self.place = self.place.after(byte);
        }
        if self.record.len() < MOST_BYTES {
            self.record.push(byte);
        } else {
            self.is_too_long = true;
        }
        if self.line == 1 && self.record == BYTE_ORDER_MARK {
            // The first cell begins after it.
            self.place = Place::CellStart;
        }
    }

    fn end(&mut self) {
        let mut bytes = std::mem::take(&mut self.record);
        // Of cells, a carriage return that is kept is within quotes.
        if !self.quotes && bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if self.line == 1 && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        let line = self.line;
        self.line += 1 + std::mem::take(&mut self.breaks);
        self.place = Place::CellStart;
        let bytes = (!std::mem::take(&mut self.is_too_long)).then_some(bytes);
        self.ready.push_back(Record { line, bytes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(quotes: bool, chunks: &[&str]) -> Vec<(u64, Option<String>)> {
        let mut records = Records::new(quotes);
        let mut found = Vec::new();
        for chunk in chunks {
            records.push(chunk.as_bytes());
            found.extend(std::iter::from_fn(|| records.next()));
        }
        found.extend(records.last());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        found.into_iter().map(|record| (record.line, record.bytes.map(text))).collect()
    }

    fn line(number: u64, text: &str) -> (u64, Option<String>) {
        (number, Some(text.to_owned()))
    }

    #[test]
    fn lines_may_arrive_in_pieces() {
        let lines = cut(false, &["\u{feff}on", "e\r", "\ntwo\n", "\nfour"]);
        assert_eq!(lines, [line(1, "one"), line(2, "two"), line(3, ""), line(4, "four")]);
    }

    #[test]
    fn a_quoted_line_break_belongs_to_its_record() {
        let lines = cut(true, &["a,\"b\nc\"\n", "d\n"]);
        assert_eq!(lines, [line(1, "a,\"b\nc\""), line(3, "d")]);
        let lines = cut(false, &["a,\"b\nc\"\n"]);
        assert_eq!(lines, [line(1, "a,\"b"), line(2, "c\"")]);
    }

    #[test]
    fn a_quote_that_never_ends_costs_one_record() {
        let endless = format!("\"{}\ngood\n", "x".repeat(MOST_BYTES + 1));
        assert_eq!(cut(true, &[&endless]), [(1, None), line(2, "good")]);
    }

    #[test]
    fn a_quote_within_a_cell_is_a_letter() {
        let lines = cut(true, &["a,5\" pipe\nb,\"6\"\" pipe\"\nc,\"x\"y\"\nd\n"]);
        let expected =
            [line(1, "a,5\" pipe"), line(2, "b,\"6\"\" pipe\""), line(3, "c,\"x\"y\""), line(4, "d")];
        assert_eq!(lines, expected);
    }

    #[test]
    fn rows_may_end_as_on_any_machine() {
        let rows = [line(1, "a"), line(2, "b"), line(3, "c\"d\"")];
        assert_eq!(cut(true, &["a\r", "b\r", "c\"d\"\r"]), rows);
        assert_eq!(cut(true, &["a\r", "\nb\r\n", "c\"d\"\r\n"]), rows);
        assert_eq!(cut(false, &["{\r}\n"]), [line(1, "{\r}")], "a line of JSON ends with a line feed");
    }

    #[test]
    fn a_carriage_return_within_quotes_that_never_end_is_a_letter() {
        assert_eq!(cut(true, &["a,\"b\r"]), [line(1, "a,\"b\r")]);
        assert_eq!(cut(false, &["a\r"]), [line(1, "a")]);
    }

    #[test]
    fn a_byte_order_mark_begins_a_file_and_nothing_else() {
        let rows = cut(true, &["\u{feff}\"a\nb\"\n\u{feff}c\n"]);
        assert_eq!(rows, [line(1, "\"a\nb\""), line(3, "\u{feff}c")]);
        assert_eq!(cut(false, &["\u{feff}\u{feff}a\n"]), [line(1, "\u{feff}a")]);
    }
}
