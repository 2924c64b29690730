//! Where a value stands, as a JSON pointer (RFC 6901); written out only when there is something to say.

use std::fmt::{self, Write};

/// A path from the root of a request, each step on the stack of the reader that took it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// The whole request.
    Root,
    /// A field of an object.
    Field(&'a Place<'a>, &'a str),
    /// An item of an array.
    Item(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    /// In the URI fragment form (RFC 6901 section 6) without the leading `#`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Item(parent, index) => write!(f, "{parent}/{index}"),
            Self::Field(parent, name) => {
                write!(f, "{parent}/")?;
                name.bytes().try_for_each(|byte| match byte {
                    b'~' => f.write_str("~0"),
                    b'/' => f.write_str("~1"),
                    b'-' | b'.' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                        f.write_char(char::from(byte))
                    }
                    other => write!(f, "%{other:02X}"),
                })
            }
        }
    }
}
