//! What people read on their screen; logs go another way.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// Standard output or standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Terminal {
    /// Results.
    Out,
    /// Complaints.
    Err,
}

impl Terminal {
    /// Writes one line. A reader that went away misses it, and that is no error of ours.
    pub(crate) fn line(self, text: impl Display) {
        let _ = match self {
            Self::Out => writeln!(io::stdout().lock(), "{text}"),
            Self::Err => writeln!(io::stderr().lock(), "{text}"),
        };
    }

    /// Someone is looking at it, rather than a file or a pipe.
    pub(crate) fn is_watched(self) -> bool {
        match self {
            Self::Out => io::stdout().is_terminal(),
            Self::Err => io::stderr().is_terminal(),
        }
    }
}
