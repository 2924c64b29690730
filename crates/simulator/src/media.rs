//! Recordings, as a vendor's storage hands them out: whole, or one range of bytes.
//!
//! A recording is one second of a tone, whose pitch follows from the call: the same each time, and not the same as
//! others'. Where vendors' storage is and what it wants to know is not in their papers; this one wants nothing.

use actix_web::http::Method;

use crate::vendors::Provider;
use crate::wire::{Inbound, Reply};

/// What faults and the journal call a request for a recording.
pub(crate) const OPERATION: &str = "recording";
const PREFIX: &str = "/_media/";
const SAMPLES_PER_SECOND: u32 = 8000;

/// Where a call's recording is below `base`.
pub(crate) fn url(base: &str, provider: Provider, call: &str) -> String {
    format!("{base}{PREFIX}{}/{call}.wav", provider.name())
}

/// Whose storage a request is for.
pub(crate) fn addressed_by(request: &Inbound) -> Option<Provider> {
    let (name, _) = request.path.strip_prefix(PREFIX)?.split_once('/')?;
    Provider::ALL.into_iter().find(|provider| provider.name() == name)
}

/// Hands out the recording the path names.
pub(crate) fn answer(request: &Inbound) -> Reply {
    let file = request.path.rsplit('/').next().and_then(|name| name.strip_suffix(".wav"));
    let Some(call) = file.filter(|_| request.method == Method::GET) else { return Reply::not_found() };
    let whole = tone(call);
    let length = whole.len();
    let reply = |status: u16, body| Reply {
        status,
        headers: vec![("content-type", "audio/wav".to_owned()), ("accept-ranges", "bytes".to_owned())],
        body,
        code: String::new(),
    };
    match request.header("range").and_then(|range| wanted(range, length)) {
        None => reply(200, whole),
        Some((first, last)) if first <= last && first < length => {
            let content_range = format!("bytes {first}-{last}/{length}");
            reply(206, whole[first..=last].to_vec()).header("content-range", content_range)
        }
        Some(_) => reply(416, Vec::new()).header("content-range", format!("bytes */{length}")),
    }
}

/// First and last byte of a range; of one that does not exist, bytes that do not either.
fn wanted(range: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = length - 1;
    if first.is_empty() {
        let count: usize = last.parse().ok()?;
        return Some((length - count.min(length), end));
    }
    let last = if last.is_empty() { end } else { last.parse::<usize>().ok()?.min(end) };
    Some((first.parse().ok()?, last))
}

fn tone(call: &str) -> Vec<u8> {
    let pitch = call.bytes().fold(0, |sum, byte| sum + u32::from(byte)) % 32;
    let half_wave = 8 + pitch;
    let mut wave = Vec::with_capacity(44 + SAMPLES_PER_SECOND as usize);
    wave.extend_from_slice(b"RIFF");
    wave.extend_from_slice(&(36 + SAMPLES_PER_SECOND).to_le_bytes());
    wave.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wave.extend_from_slice(&SAMPLES_PER_SECOND.to_le_bytes());
    wave.extend_from_slice(&SAMPLES_PER_SECOND.to_le_bytes());
    wave.extend_from_slice(b"\x01\0\x08\0data");
    wave.extend_from_slice(&SAMPLES_PER_SECOND.to_le_bytes());
    wave.extend((0..SAMPLES_PER_SECOND).map(|at| if at / half_wave % 2 == 0 { 0x70 } else { 0x90 }));
    wave
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_standard() {
        assert_eq!(wanted("bytes=0-9", 100), Some((0, 9)));
        assert_eq!(wanted("bytes=90-200", 100), Some((90, 99)));
        assert_eq!(wanted("bytes=90-", 100), Some((90, 99)));
        assert_eq!(wanted("bytes=-10", 100), Some((90, 99)));
        assert_eq!(wanted("bytes=-200", 100), Some((0, 99)));
        assert_eq!(wanted("bytes=100-", 100), Some((100, 99)), "which is no range");
        assert_eq!(wanted("bytes=-0", 100), Some((100, 99)));
        assert_eq!(wanted("lines=1-2", 100), None);
    }

    #[test]
    fn a_recording_is_its_calls_own() {
        assert_eq!(tone("a1"), tone("a1"));
        assert_ne!(tone("a1"), tone("a2"));
    }
}
