//! The feed of events: its filters and places, and the stream of those who follow it.
//!
//! A stream holds a place in the log and at most one batch of events as text. It is read from the store when the
//! connection takes more, so a client that reads slowly costs nothing but its place.
//!
//! Not for: deciding what is told (the store), the envelope (the engine).

use crate::form::{Fields, Read};
use crate::paging::Paging;
use crate::problem::{Problem, table};
use crate::wire::event::EventView;
use actix_web::dev::Payload;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, StreamExt, stream};
use outdial_engine::{Feed, FeedFilter, Follower};
use outdial_model::EventType;
use std::convert::Infallible;
use std::fmt::{self, Write};
use std::future::{Ready, ready};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Streams of one server at the same time.
const STREAMS: usize = 256;
/// Events of one batch.
const BATCH: u32 = 50;
/// How long a stream says nothing at most. A client that has gone is noticed by the second time.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long a stream lasts at most: its key is looked at again when the client comes back.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// What every stream begins with: how soon to come back.
const GREETING: &str = "retry: 2000\n";

/// Reads the filters of the feed.
pub(crate) fn filter(query: &mut Fields<'_>) -> Read<FeedFilter> {
    let kinds = query.optional("types", |at| at.words(EventType::ALL));
    let task = query.optional("task_id", |at| at.parsed("invalid_id", "a task's id"));
    let contact = query.optional("contact_id", |at| at.parsed("invalid_id", "a contact's id"));
    Ok(FeedFilter { kinds: kinds?.unwrap_or_default(), task: task?, contact: contact? })
}

/// A place in the log, as the key of a cursor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(pub u64);

impl Place {
    /// Where a page begins; `None` for the first one.
    pub(crate) fn of(paging: &Paging) -> Option<Self> {
        paging.after()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The header with which a client comes back to a stream.
pub(crate) struct LastEventId(pub Option<String>);

impl FromRequest for LastEventId {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given = request.headers().get("Last-Event-ID").and_then(|id| id.to_str().ok());
        ready(Ok(Self(given.filter(|id| !id.is_empty()).map(str::to_owned))))
    }
}

/// The streams of a server: so many, and none once it closes.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    places: Arc<Semaphore>,
    closing: CancellationToken,
}

/// A stream's place among them.
#[derive(Debug)]
pub(crate) struct Turn {
    _place: OwnedSemaphorePermit,
    closing: CancellationToken,
}

impl Streams {
    pub(crate) fn until(closing: CancellationToken) -> Self {
        Self { places: Arc::new(Semaphore::new(STREAMS)), closing }
    }

    /// A place, if there is one.
    pub(crate) fn enter(&self) -> Result<Turn, Problem> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| {
            let detail = format!("this server already has {STREAMS} of them");
            Problem::new(&table::TOO_MANY_STREAMS, detail).with_header(RETRY_AFTER, "30")
        })?;
        Ok(Turn { _place: place, closing: self.closing.clone() })
    }
}

/// What a stream goes on with.
struct Following {
    follower: Follower,
    paging: Paging,
    turn: Turn,
    ends: Instant,
}

/// The stream from `after` on.
pub(crate) fn stream(
    follower: Follower,
    after: u64,
    paging: Paging,
    turn: Turn,
) -> impl Stream<Item = Result<Bytes, Infallible>> + 'static {
    // At once, so that the client knows that it is connected, and where.
    let greeting = format!("{GREETING}{}", heartbeat(&paging, after));
    let following = Following { follower, paging, turn, ends: Instant::now() + LIFETIME };
    let events = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((text, following))
    });
    stream::once(async { greeting }).chain(events).map(|text| Ok(Bytes::from(text)))
}

impl Following {
    /// The next piece; `None` when the stream is over. A store that is away ends it: the client comes back.
    async fn next(&mut self) -> Option<String> {
        let found = tokio::select! {
            () = self.turn.closing.cancelled() => return None,
            () = tokio::time::sleep_until(self.ends) => return None,
            found = self.follower.next(BATCH, HEARTBEAT) => found.ok()?,
        };
        Some(written(&self.paging, found))
    }
}

fn heartbeat(paging: &Paging, through: u64) -> String {
    format!(": waiting\nid: {}\n\n", paging.cursor(&Place(through).to_string()))
}

fn written(paging: &Paging, found: Feed) -> String {
    if found.events.is_empty() {
        return heartbeat(paging, found.through);
    }
    let mut text = String::new();
    for event in found.events {
        let (place, kind) = (Place(event.position).to_string(), event.kind);
        // Our own shapes always have a JSON form, of one line.
        let data = serde_json::to_string(&EventView::from(event)).unwrap_or_default();
        let _ = write!(text, "id: {}\nevent: {kind}\ndata: {data}\n\n", paging.cursor(&place));
    }
    text
}
