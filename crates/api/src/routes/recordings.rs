//! Recordings: handed on while they come.

use crate::auth::Caller;
use crate::download::{self, Downloads};
use crate::openapi::responses;
use crate::path::Id;
use crate::problem::Problem;
use actix_web::body::SizedStream;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest, HttpResponse, get};
use outdial_engine::{ByteRange, Engine};
use outdial_model::CallId;
use std::convert::Infallible;
use std::future::{Ready, ready};
use utoipa::ToSchema;

/// Read a call's recording
///
/// Streams it from wherever the vendor keeps it; nothing of it is kept here, and the vendor's URL is never shown.
/// With `Range`, the part that is asked for, from hosts that give parts (`206`); others give the whole (`200`). A
/// connection that ends before `Content-Length` bytes have come means that the rest did not come from the vendor.
/// `has_recording` of the call, and the event `recording.available`, tell when there is one.
#[utoipa::path(
    tag = "Calls",
    security(("bearer" = ["recordings:read"])),
    params(
        ("id" = String, Path, description = "The call's id."),
        ("Range" = Option<String>, Header, description = "One range of bytes, such as `bytes=0-65535`; any other is ignored. Without, the whole.")
    ),
    responses(
        (status = 200, description = "The recording: `audio/…`, or `application/octet-stream` where the vendor does not call it audio.",
            content(
                (Sound = "audio/*", example = json!("(bytes)")),
                (Sound = "application/octet-stream", example = json!("(bytes)"))
            ),
            headers(
                ("Content-Disposition" = String, description = "`attachment`, with the call's id as the file's name."),
                ("Accept-Ranges" = String, description = "`bytes` where parts can be had, as far as the vendor says.")
            )),
        (status = 206, description = "The part that was asked for.",
            content(
                (Sound = "audio/*", example = json!("(bytes)")),
                (Sound = "application/octet-stream", example = json!("(bytes)"))
            ),
            headers(("Content-Range" = String, description = "Which bytes, of how many: `bytes 0-65535/480044`."))),
        responses::Recorded
    )
)]
#[get("/calls/{id}/recording")]
pub(crate) async fn get_recording(
    engine: Data<Engine>,
    caller: Caller,
    downloads: Data<Downloads>,
    id: Id<CallId>,
    range: Wanted,
) -> Result<HttpResponse, Problem> {
    let turn = downloads.enter(&caller.tenant)?;
    let recording = engine.recording(&caller.tenant, &id.0, range.0).await?;
    let name = format!("attachment; filename=\"{}.{}\"", id.0, extension(&recording.media_type));
    let status = if recording.part.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response
        .content_type(recording.media_type.as_str())
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, "private, no-store"));
    if recording.takes_ranges {
        response.insert_header((ACCEPT_RANGES, "bytes"));
    }
    if let Some(part) = recording.part {
        response.insert_header((CONTENT_RANGE, part.to_string()));
    }
    Ok(match recording.length {
        Some(length) => response.body(SizedStream::new(length, Box::pin(download::body(recording, turn)))),
        None => response.streaming(Box::pin(download::body(recording, turn))),
    })
}

/// The bytes of a recording.
#[derive(ToSchema)]
#[schema(as = Recording, value_type = String, format = Binary)]
#[expect(dead_code, reason = "it stands for a stream")]
struct Sound(Bytes);

/// The part a client wants; `None` for the whole.
pub(crate) struct Wanted(Option<ByteRange>);

impl FromRequest for Wanted {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let mut ranges = headers.get_all(RANGE);
        let only = ranges.next().filter(|_| ranges.next().is_none());
        // There are no validators, so none a client has is that of what there is now.
        let only = only.filter(|_| !headers.contains_key(IF_RANGE));
        ready(Ok(Self(only.and_then(|range| range.to_str().ok()?.parse().ok()))))
    }
}

/// What files of that type are usually called.
fn extension(media_type: &str) -> &'static str {
    match media_type.strip_prefix("audio/") {
        Some("wav" | "x-wav" | "wave" | "vnd.wave") => "wav",
        Some("mpeg" | "mp3") => "mp3",
        Some("ogg" | "opus") => "ogg",
        Some("mp4" | "x-m4a" | "m4a") => "m4a",
        Some("aac") => "aac",
        Some("amr") => "amr",
        Some("flac" | "x-flac") => "flac",
        Some("webm") => "weba",
        _ => "bin",
    }
}
