//! Cuts a stream of bytes into records: lines, with or without quoted line breaks in them.

use std::collections::VecDeque;

/// Most bytes of a record; a longer one is skipped to its next line break.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A record and the line it begins on (from 1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub line: u64,
    /// Without its line break; `None` when it was too long.
    pub bytes: Option<Vec<u8>>,
}

/// Cuts what is pushed into records.
#[derive(Debug)]
pub(crate) struct Records {
    quotes: bool,
    within_quotes: bool,
    line: u64,
    /// Line breaks within quotes of the record at hand.
    breaks: u64,
    record: Vec<u8>,
    is_too_long: bool,
    ready: VecDeque<Record>,
}

impl Records {
    pub(crate) fn new(quotes: bool) -> Self {
        Self {
            quotes,
            within_quotes: false,
            line: 1,
            breaks: 0,
            record: Vec::new(),
            is_too_long: false,
            ready: VecDeque::new(),
        }
    }

    /// The line the record at hand begins on.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'\n' if !self.within_quotes || self.is_too_long => self.end(),
                b'\n' => {
                    self.breaks += 1;
                    self.keep(byte);
                }
                b'"' if self.quotes => {
                    self.within_quotes = !self.within_quotes;
                    self.keep(byte);
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
        if self.record.len() < MOST_BYTES {
            self.record.push(byte);
        } else {
            self.is_too_long = true;
        }
    }

    fn end(&mut self) {
        let mut bytes = std::mem::take(&mut self.record);
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if self.line == 1 && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        let line = self.line;
        self.line += 1 + std::mem::take(&mut self.breaks);
        self.within_quotes = false;
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
}
