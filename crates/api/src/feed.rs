//! The feed of events: its filters and places, and the stream of those who follow it.
//!
//! A stream holds a place in the log and at most one batch of events as text. It is read from the store when the
//! connection has taken what was there, so a client that reads slowly costs nothing but its place; one that reads
//! nothing at all loses that, too. No tenant can have all places.
//!
//! Not for: deciding what is told (the store), the envelope (the engine).

use crate::form::{Fields, Read};
use crate::paging::Paging;
use crate::places::{Places, Turn};
use crate::problem::{Problem, table};
use crate::wire::event::EventView;
use actix_web::dev::Payload;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, StreamExt, stream};
use outdial_engine::{Engine, Feed, FeedFilter, Follower, Principal};
use outdial_model::{EventType, TenantId};
use std::convert::Infallible;
use std::fmt::{self, Write};
use std::future::{Ready, ready};
use std::pin::pin;
use std::str::FromStr;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// Streams of one server at the same time, and those of one tenant among them.
const STREAMS: usize = 256;
const SHARE: usize = 64;
/// Events of one batch.
const BATCH: u32 = 50;
/// How long a stream says nothing at most. A client that has gone is noticed by the second time.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long a stream lasts at most. It ends before when its key or token is good no more.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long a stream waits for a client that takes nothing of what there is.
const STALL: Duration = Duration::from_secs(30);
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

/// The streams of a server.
#[derive(Debug, Clone)]
pub(crate) struct Streams(Places);

impl Streams {
    pub(crate) fn until(closing: CancellationToken) -> Self {
        Self(Places::new(STREAMS, SHARE, &table::TOO_MANY_STREAMS, closing))
    }

    /// A place, if there is one for the tenant.
    pub(crate) fn enter(&self, tenant: &TenantId) -> Result<Turn, Problem> {
        self.0.enter(tenant)
    }
}

/// What a stream goes on with.
struct Following {
    engine: Data<Engine>,
    principal: Principal,
    follower: Follower,
    paging: Paging,
    closing: CancellationToken,
    ends: Instant,
}

/// The stream from `after` on.
pub(crate) fn stream(
    engine: Data<Engine>,
    principal: Principal,
    follower: Follower,
    after: u64,
    paging: Paging,
    turn: Turn,
) -> impl Stream<Item = Result<Bytes, Infallible>> + 'static {
    // At once, so that the client knows that it is connected, and where.
    let greeting = format!("{GREETING}{}", heartbeat(&paging, after));
    let (closing, ends) = (turn.closing.clone(), Instant::now() + LIFETIME);
    let following = Following { engine, principal, follower, paging, closing, ends };
    let events = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((text, following))
    });
    handed_over(stream::once(async { greeting }).chain(events), turn).map(Ok)
}

/// Hands over pieces as they are taken, each made when the one before it was. The turn is held by a task of its own, for
/// the connection of a client that takes nothing asks for nothing either: the turn would end only with the client.
fn handed_over(pieces: impl Stream<Item = String> + Send + 'static, turn: Turn) -> impl Stream<Item = Bytes> {
    let (give, take) = mpsc::channel(1);
    tokio::spawn(async move {
        let _turn = turn;
        let mut pieces = pin!(pieces);
        while let Ok(Ok(place)) = timeout(STALL, give.reserve()).await {
            let piece = tokio::select! {
                piece = pieces.next() => piece,
                () = give.closed() => return,
            };
            let Some(piece) = piece else { return };
            place.send(Bytes::from(piece));
        }
    });
    stream::unfold(take, |mut take| async move { Some((take.recv().await?, take)) })
}

impl Following {
    /// The next piece; `None` when the stream is over. A store that is away ends it: the client comes back.
    async fn next(&mut self) -> Option<String> {
        let found = tokio::select! {
            () = self.closing.cancelled() => return None,
            () = tokio::time::sleep_until(self.ends) => return None,
            found = self.follower.next(BATCH, HEARTBEAT) => found.ok()?,
        };
        // Looked at after waiting: what is handed over is for somebody who may still see it.
        let may_see = self.engine.still_admits(&self.principal).await.ok()?;
        if !may_see {
            return None;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        name.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_loses_its_place() {
        let (streams, its) = (Streams::until(CancellationToken::new()), tenant("acme"));
        let _others: Vec<_> = (1..SHARE).map(|_| streams.enter(&its).unwrap()).collect();
        let begin = Instant::now();
        let turn = streams.enter(&its).unwrap();
        let mut body = pin!(handed_over(stream::repeat("x".to_owned()), turn));
        while begin.elapsed() < 2 * STALL {
            body.next().await.unwrap();
            tokio::time::advance(STALL / 2).await;
        }
        assert!(streams.enter(&its).is_err(), "slow is not still");
        while streams.enter(&its).is_err() {
            tokio::time::advance(Duration::from_secs(1)).await;
            assert!(begin.elapsed() < 4 * STALL, "it keeps it for ever");
        }
        assert!(body.next().await.is_some(), "what was there for it");
        assert!(body.next().await.is_none(), "and the end");
    }

    #[tokio::test]
    async fn the_place_of_a_client_that_is_gone_is_free() {
        let (streams, its) = (Streams::until(CancellationToken::new()), tenant("acme"));
        let body = handed_over(stream::pending(), streams.enter(&its).unwrap());
        assert!(!streams.0.are_free());
        drop(body);
        while !streams.0.are_free() {
            tokio::task::yield_now().await;
        }
    }
}
