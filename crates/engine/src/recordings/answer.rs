//! What a recording's host says of what it is about to send. Pure. Nothing it says is handed on as it is.

use super::RecordingError;
use super::range::{self, ByteRange, Part};
use outdial_outward::{OutwardError, Target};
use outdial_provider::{Effect, ErrorKind, ProviderError};

/// What is said for whatever is not called audio.
const ANYTHING: &str = "application/octet-stream";
/// Longest name of a kind of audio.
const LONGEST_KIND: usize = 40;

/// A recording, or a part of it, before its first byte.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) media_type: String,
    pub(super) length: Option<u64>,
    pub(super) part: Option<Part>,
    pub(super) takes_ranges: bool,
}

/// Why there is no recording.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It cannot be had.
    Recording(RecordingError),
    /// Its host failed.
    Host(ProviderError),
}

impl From<RecordingError> for Failure {
    fn from(why: RecordingError) -> Self {
        Self::Recording(why)
    }
}

impl Failure {
    /// No answer, or one that ended too soon.
    pub(super) fn of(target: &Target, why: &OutwardError) -> Self {
        let host = |kind, effect, detail: &str| Self::Host(ProviderError::new(kind, effect, detail));
        match why {
            OutwardError::Text(_) | OutwardError::Address(_) => RecordingError::refused(target, why).into(),
            OutwardError::Unresolvable | OutwardError::Connect => {
                host(ErrorKind::Unreachable, Effect::NotSent, "the recording's host cannot be reached")
            }
            // The library's words may be the host's.
            OutwardError::Tls(_) => {
                host(ErrorKind::Unreachable, Effect::NotSent, "no secure connection to the recording's host")
            }
            OutwardError::Timeout => {
                host(ErrorKind::Unavailable, Effect::None, "the recording's host did not answer in time")
            }
            OutwardError::Broken | OutwardError::TooLarge => {
                host(ErrorKind::UnexpectedResponse, Effect::None, "the recording's host broke off")
            }
        }
    }

    fn unusable(status: u16, detail: &str) -> Self {
        Self::told(ErrorKind::UnexpectedResponse, status, detail)
    }

    fn told(kind: ErrorKind, status: u16, detail: &str) -> Self {
        let error = ProviderError::new(kind, Effect::None, format!("the recording's host {detail}"));
        Self::Host(error.with_vendor(status.to_string(), None))
    }
}

impl Head {
    /// Reads the answer to a request for `asked`.
    pub(super) fn read<'a>(
        status: u16,
        header: impl Fn(&str) -> Option<&'a str>,
        asked: Option<ByteRange>,
    ) -> Result<Self, Failure> {
        let part = match (status, asked) {
            (200, _) => None,
            (206, Some(asked)) => {
                let part = header("content-range").and_then(Part::read).filter(|part| part.answers(asked));
                Some(part.ok_or_else(|| Failure::unusable(status, "sends another part than was asked for"))?)
            }
            (416, Some(_)) => {
                let total = header("content-range").and_then(range::total_beside);
                return Err(RecordingError::NoSuchPart { total }.into());
            }
            (status, _) => return Err(refusal(status)),
        };
        if header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
            return Err(Failure::unusable(status, "sends it packed, which was not asked for"));
        }
        let told = header("content-length").and_then(|length| length.parse::<u64>().ok());
        let length = part.map(|part| part.length());
        if length.zip(told).is_some_and(|(length, told)| length != told) {
            return Err(Failure::unusable(status, "does not know how long the part is"));
        }
        Ok(Self {
            media_type: media_type(header("content-type")),
            length: length.or(told),
            part,
            takes_ranges: part.is_some() || header("accept-ranges").is_some_and(|unit| unit == "bytes"),
        })
    }
}

/// A status with nothing in it for us.
fn refusal(status: u16) -> Failure {
    match status {
        404 | 410 => RecordingError::Gone.into(),
        401 | 403 => RecordingError::Withheld.into(),
        429 => Failure::told(ErrorKind::RateLimited, status, "wants fewer requests"),
        500.. => Failure::told(ErrorKind::Unavailable, status, "is out of order"),
        300..=399 => Failure::unusable(status, "says it is somewhere else; nobody is redirected"),
        _ => Failure::unusable(status, "gave an answer nobody expects"),
    }
}

/// Kinds of audio by their own name, without parameters; a browser makes nothing but sound of them.
fn media_type(told: Option<&str>) -> String {
    let essence =
        told.and_then(|told| told.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    let is_audio = essence.strip_prefix("audio/").is_some_and(|kind| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte);
        (1..=LONGEST_KIND).contains(&kind.len()) && kind.bytes().all(fits)
    });
    if is_audio { essence } else { ANYTHING.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&str, &'static str)], asked: Option<&str>) -> Result<Head, Failure> {
        let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        Head::read(status, header, asked.map(|asked| asked.parse().unwrap()))
    }

    fn kind(result: Result<Head, Failure>) -> ErrorKind {
        match result {
            Err(Failure::Host(error)) => error.kind,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_whole_recording_and_a_part() {
        let whole =
            read(200, &[("content-type", "Audio/WAV; x=1"), ("content-length", "100")], None).unwrap();
        assert_eq!((whole.media_type.as_str(), whole.length, whole.part), ("audio/wav", Some(100), None));
        let headers = [("content-range", "bytes 5-9/100"), ("content-length", "5")];
        let part = read(206, &headers, Some("bytes=5-9")).unwrap();
        assert_eq!((part.length, part.takes_ranges), (Some(5), true));
        let ignored = read(200, &[("content-length", "100")], Some("bytes=5-9")).unwrap();
        assert_eq!((ignored.length, ignored.takes_ranges), (Some(100), false));
        let unsized_part = read(206, &[("content-range", "bytes 5-9/*")], Some("bytes=5-9")).unwrap();
        assert_eq!(unsized_part.length, Some(5));
    }

    #[test]
    fn what_is_not_called_audio_is_anything() {
        for told in ["text/html", "audio/", "audio/x y", "audio/<b>", "video/mp4", "image/svg+xml", "audio"] {
            assert_eq!(media_type(Some(told)), ANYTHING, "{told}");
        }
        assert_eq!(media_type(None), ANYTHING);
        assert_eq!(media_type(Some("audio/vnd.wave;codec=1")), "audio/vnd.wave");
    }

    #[test]
    fn a_part_nobody_asked_for_is_not_handed_on() {
        let headers = [("content-range", "bytes 0-9/100")];
        assert_eq!(kind(read(206, &headers, Some("bytes=5-9"))), ErrorKind::UnexpectedResponse);
        assert_eq!(kind(read(206, &headers, None)), ErrorKind::UnexpectedResponse);
        assert_eq!(kind(read(206, &[], Some("bytes=5-9"))), ErrorKind::UnexpectedResponse);
        let lying = [("content-range", "bytes 5-9/100"), ("content-length", "50")];
        assert_eq!(kind(read(206, &lying, Some("bytes=5-9"))), ErrorKind::UnexpectedResponse);
        let packed = [("content-encoding", "gzip")];
        assert_eq!(kind(read(200, &packed, None)), ErrorKind::UnexpectedResponse);
    }

    #[test]
    fn refusals_have_their_reasons() {
        for status in [404, 410] {
            assert_eq!(read(status, &[], None), Err(RecordingError::Gone.into()));
        }
        for status in [401, 403] {
            assert_eq!(read(status, &[], None), Err(RecordingError::Withheld.into()));
        }
        let unsatisfiable = read(416, &[("content-range", "bytes */100")], Some("bytes=200-"));
        assert_eq!(unsatisfiable, Err(RecordingError::NoSuchPart { total: Some(100) }.into()));
        assert_eq!(kind(read(416, &[], None)), ErrorKind::UnexpectedResponse);
        assert_eq!(kind(read(302, &[("location", "https://x")], None)), ErrorKind::UnexpectedResponse);
        assert_eq!(kind(read(204, &[], None)), ErrorKind::UnexpectedResponse);
        assert_eq!(kind(read(429, &[], None)), ErrorKind::RateLimited);
        assert_eq!(kind(read(503, &[], None)), ErrorKind::Unavailable);
    }
}
