//! What is told of a panic: where it was, and nothing of what was in hand.
//!
//! A message that was put together at run time may hold anything: the number that was none, the name that was cut
//! within a letter, a secret that could not be used. Only one that stands in the code as it is told is told.

use crate::terminal::Terminal;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{PanicHookInfo, set_hook};
use std::thread;
use tracing::Level;

/// Tells every panic of this process so from here on.
pub(crate) fn tell_without_values() {
    set_hook(Box::new(tell));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let said =
        panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(what was said may be personal)");
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    if tracing::enabled!(Level::ERROR) {
        let thread = thread::current();
        tracing::error!(place, said, thread = thread.name(), backtrace, "panicked; this is a defect");
    } else {
        let backtrace = backtrace.unwrap_or_default();
        Terminal::Err.line(format_args!("outdial: panicked at {place}: {said}\n{backtrace}"));
    }
}
