//! Bold, dim and coloured text, for those who can see it.

use crate::terminal::Terminal;
use std::fmt::Display;

fn is_on() -> bool {
    Terminal::Out.is_watched() && std::env::var_os("NO_COLOR").is_none()
}

fn paint(code: &str, text: impl Display) -> String {
    if is_on() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

pub(super) fn bold(text: impl Display) -> String {
    paint("1", text)
}

pub(super) fn dim(text: impl Display) -> String {
    paint("2", text)
}

pub(super) fn good(text: impl Display) -> String {
    paint("1;32", text)
}

pub(super) fn bad(text: impl Display) -> String {
    paint("1;31", text)
}
