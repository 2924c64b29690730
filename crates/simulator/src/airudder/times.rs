//! Times as AI Rudder writes them: `YYYY-MM-DD HH:mm:ss+08:00`.

use jiff::Timestamp;

use super::Refusal;
use crate::clock::Wall;

/// The blank may be a `T`; an explicit offset is needed.
pub(super) fn parse(name: &str, text: &str) -> Result<Wall, Refusal> {
    let timestamp: Result<Timestamp, _> = text.parse();
    timestamp
        .map(|timestamp| Wall::from_millis(timestamp.as_millisecond()))
        .map_err(|_| Refusal::bad(format!("{name}: YYYY-MM-DD HH:mm:ss+08:00")))
}
