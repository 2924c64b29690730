//! Events: the feed, to be pulled or followed.

use crate::auth::Caller;
use crate::feed::{self, Place, Streams};
use crate::form::Query;
use crate::openapi::{examples, responses};
use crate::problem::Problem;
use crate::wire::event::EventFeed;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use outdial_engine::Engine;

/// Read events
///
/// Everything that happened, oldest first: the same events, in the same envelope, as webhooks deliver. Keep
/// `next_cursor` and go on from there; it is always given, also when nothing is new, and nothing that comes later
/// is ever before it. Without `cursor` the feed begins at the beginning. An answer may have fewer events
/// than `limit`, even none, and go on all the same: `has_more` tells.
///
/// Within a contact (and a task) `sequence` ascends by one: a reader that has seen `previous_sequence` has missed nothing.
#[utoipa::path(
    tag = "Events",
    security(("bearer" = ["events:read"])),
    params(
        ("types" = Option<String>, Query, description = "Only events of these types, separated by commas: `contact.completed,call.ended`."),
        ("task_id" = Option<String>, Query, description = "Only events of this task, its contacts and calls."),
        ("contact_id" = Option<String>, Query, description = "Only events of this contact and its calls."),
        crate::paging::Paging
    ),
    responses(
        (status = 200, description = "Events after the cursor.",
            body = EventFeed, example = json!(examples::feed())),
        responses::Listing
    )
)]
#[get("/events")]
pub(crate) async fn list_events(
    engine: Data<Engine>,
    caller: Caller,
    query: Query,
) -> Result<Json<EventFeed>, Problem> {
    let (filter, paging) = query.list(1..=200, feed::filter)?;
    let after = Place::of(&paging).map_or(0, |place| place.0);
    let found = engine.events(&caller.tenant, after, &filter, paging.limit()).await?;
    Ok(Json(EventFeed {
        data: found.events.into_iter().map(Into::into).collect(),
        next_cursor: paging.cursor(&Place(found.through).to_string()),
        has_more: found.more,
    }))
}

/// Follow events
///
/// Server-sent events (`text/event-stream`), as they happen: `id` is a cursor, `event` the type, `data` the event as in
/// `GET /v1/events`. Connect again with `Last-Event-ID` (browsers do that by themselves) and nothing is missed; a cursor of
/// `GET /v1/events` with the same filters serves as well, here as `cursor`. With neither, the stream begins now.
///
/// A comment comes every few seconds while nothing happens. The stream ends after half an hour, when nothing of it was
/// taken for half a minute, when the key or token is good no more, and when the server shuts down: connect again. A tenant has at most 64 streams at a server.
#[utoipa::path(
    tag = "Events",
    security(("bearer" = ["events:read"])),
    params(
        ("types" = Option<String>, Query, description = "Only events of these types, separated by commas."),
        ("task_id" = Option<String>, Query, description = "Only events of this task, its contacts and calls."),
        ("contact_id" = Option<String>, Query, description = "Only events of this contact and its calls."),
        ("cursor" = Option<String>, Query, min_length = 1, max_length = 2000, description = "Where to begin: `next_cursor` of `GET /v1/events` with the same filters."),
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that was received; counts before `cursor`.")
    ),
    responses(
        (status = 200, description = "Events, without an end.", body = String,
            content_type = "text/event-stream", example = json!(examples::STREAM)),
        responses::Following
    )
)]
#[get("/events/stream")]
pub(crate) async fn follow_events(
    engine: Data<Engine>,
    caller: Caller,
    streams: Data<Streams>,
    last: feed::LastEventId,
    query: Query,
) -> Result<HttpResponse, Problem> {
    let (filter, paging) = query.of("/v1/events").list(1..=200, feed::filter)?;
    let paging = match &last.0 {
        Some(cursor) => paging.from(cursor)?,
        None => paging,
    };
    let turn = streams.enter(&caller.tenant)?;
    let after = match Place::of(&paging) {
        Some(place) => place.0,
        None => engine.end_of_events(&caller.tenant).await?,
    };
    let follower = engine.follow_events(caller.tenant.clone(), after, filter);
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // For proxies that would hold events back.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(feed::stream(engine, (*caller).clone(), follower, after, paging, turn)))
}
