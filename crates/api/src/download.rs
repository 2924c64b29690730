//! Downloads: answers that are fetched, from elsewhere or page by page, while they are handed over.
//!
//! A task of its own fetches, one piece when the one before it was taken. The connection of a client that takes nothing asks
//! for nothing either, so whoever is asked by it alone would notice neither its own deadline nor that the server
//! closes, and hold what it fetches from for as long as such a client likes. Whatever ends the task before the last piece
//! breaks the answer off: nobody takes it for the whole.
//!
//! A download has its place until its body is gone, for what was fetched last waits in it.

use crate::places::{Places, Turn};
use crate::problem::{Problem, table};
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt, stream};
use outdial_engine::Recording;
use outdial_engine::outward::OutwardError;
use outdial_model::TenantId;
use std::fmt::{self, Display};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Downloads of one server at the same time, and those of one tenant among them.
const DOWNLOADS: usize = 128;
const SHARE: usize = 32;
/// How long a download waits for a client that takes nothing of it.
const STALL: Duration = Duration::from_secs(30);

/// The downloads of a server.
#[derive(Debug, Clone)]
pub(crate) struct Downloads(Places);

impl Downloads {
    pub(crate) fn until(closing: CancellationToken) -> Self {
        Self(Places::new(DOWNLOADS, SHARE, &table::TOO_MANY_DOWNLOADS, closing))
    }

    /// A place, if there is one for the tenant.
    pub(crate) fn enter(&self, tenant: &TenantId) -> Result<Turn, Problem> {
        self.0.enter(tenant)
    }
}

/// What the connection is told when it ends before the answer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenOff;

impl Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer broke off on its way")
    }
}

impl std::error::Error for BrokenOff {}

/// A recording as a body.
pub(crate) fn body(
    recording: Recording,
    turn: Turn,
) -> impl Stream<Item = Result<Bytes, BrokenOff>> + 'static {
    let left = recording.left();
    let pieces = stream::try_unfold(recording, |mut recording| async {
        let piece = recording.piece().await?;
        Ok::<_, OutwardError>(piece.map(|piece| (piece, recording)))
    });
    handed_over(pieces, left, turn)
}

/// Hands over pieces as they are taken, for no longer than `left`.
pub(crate) fn handed_over<E: Display + Send + 'static>(
    pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    left: Duration,
    turn: Turn,
) -> impl Stream<Item = Result<Bytes, BrokenOff>> + 'static {
    let (give, take) = mpsc::channel(1);
    let closing = turn.closing.clone();
    tokio::spawn(async move {
        let broken = tokio::select! {
            ended = fetch(pieces, &give) => ended.err(),
            () = sleep(left) => Some("its time is over".to_owned()),
            () = closing.cancelled() => Some("the server closes".to_owned()),
            () = give.closed() => None,
        };
        if let Some(reason) = broken {
            tracing::warn!(reason, "a download broke off on its way");
        }
    });
    stream::unfold(Some((take, turn)), |body| async {
        let (mut take, turn) = body?;
        match take.recv().await {
            Some(Some(piece)) => Some((Ok(piece), Some((take, turn)))),
            Some(None) => None,
            None => Some((Err(BrokenOff), None)),
        }
    })
}

/// Gives one piece after the other, and `None` after the last; or tells why not.
async fn fetch<E: Display>(
    pieces: impl Stream<Item = Result<Bytes, E>>,
    give: &Sender<Option<Bytes>>,
) -> Result<(), String> {
    let mut pieces = pin!(pieces);
    loop {
        let place = timeout(STALL, give.reserve()).await.map_err(|_| "nobody takes it")?;
        // Without anybody to take it there is nothing to tell.
        let Ok(place) = place else { return Ok(()) };
        let piece = pieces.next().await.transpose().map_err(|error| error.to_string())?;
        let is_last = piece.is_none();
        place.send(piece);
        if is_last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const LONG: Duration = Duration::from_secs(3600);

    /// Places, something that is held while anything is fetched, and a download that has no end.
    fn endless(left: Duration) -> (Downloads, Arc<()>, impl Stream<Item = Result<Bytes, BrokenOff>>) {
        let downloads = Downloads::until(CancellationToken::new());
        let source = Arc::new(());
        let pieces =
            stream::repeat(Arc::clone(&source)).map(|_| Ok::<_, OutwardError>(Bytes::from_static(b"la")));
        let turn = downloads.enter(&"acme".parse().unwrap()).unwrap();
        (downloads, source, handed_over(pieces, left, turn))
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_nothing_is_fetched_nothing_for_and_told_that_it_is_not_all() {
        let (downloads, source, body) = endless(LONG);
        let mut body = pin!(body);
        for _ in 0..4 {
            assert!(body.next().await.unwrap().is_ok(), "slow is not still");
            sleep(STALL * 9 / 10).await;
        }
        sleep(STALL).await;
        assert_eq!(Arc::strong_count(&source), 1, "it still fetches");
        assert!(!downloads.0.are_free(), "what was fetched is still held");
        assert!(body.next().await.unwrap().is_ok(), "what was there for it");
        assert_eq!(body.next().await, Some(Err(BrokenOff)));
        assert_eq!(body.next().await, None);
        assert!(downloads.0.are_free());
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_a_download_is_over_however_slow_whoever_takes_it_is() {
        let (_downloads, source, body) = endless(STALL / 2);
        let mut body = pin!(body);
        assert!(body.next().await.unwrap().is_ok());
        sleep(STALL * 3 / 4).await;
        assert_eq!(Arc::strong_count(&source), 1, "it still fetches");
        while let Some(piece) = body.next().await {
            assert!(piece.is_ok() || piece == Err(BrokenOff));
        }
    }

    #[tokio::test]
    async fn an_end_is_an_end_and_an_error_is_none() {
        let downloads = Downloads::until(CancellationToken::new());
        let taken = async |pieces: Vec<Result<Bytes, OutwardError>>| {
            let turn = downloads.enter(&"acme".parse().unwrap()).unwrap();
            handed_over(stream::iter(pieces), LONG, turn).collect::<Vec<_>>().await
        };
        let piece = Bytes::from_static(b"la");
        assert_eq!(taken(vec![Ok(piece.clone())]).await, [Ok(piece.clone())]);
        let broken = taken(vec![Ok(piece.clone()), Err(OutwardError::Broken)]).await;
        assert_eq!(broken, [Ok(piece), Err(BrokenOff)]);
        assert!(downloads.0.are_free());
    }

    #[tokio::test]
    async fn the_place_of_a_client_that_is_gone_is_free() {
        let (downloads, source, body) = endless(LONG);
        assert!(!downloads.0.are_free());
        drop(body);
        assert!(downloads.0.are_free());
        while Arc::strong_count(&source) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
