//! The instant a request leaves, and what may still stop it.
//!
//! A body is handed to the HTTP client as a [`Parcel`]. The client asks it for its bytes when a connection
//! is open and before anything of the request is written; only then, and only once, the parcel asks
//! whether its place in the rate budget is still good (connecting may have taken long) and whether the
//! fence still stands. The sender keeps a [`Seal`] on the same bytes. When the exchange fails, or the
//! sender is dropped, it withdraws what has not left; from then on it cannot leave, whichever thread the
//! connection lives on. So "not sent" is known and not concluded from the kind of an error. While a parcel
//! waits for another place its head may be on its way; a vendor does nothing on a head alone.
//!
//! A connection may be slow to take a long body, and a process may be frozen meanwhile. So it is handed over in small
//! pieces, and the fence is asked before each: whoever wakes under a claim that has run out breaks off, and what the
//! vendor has of the request is no request.
//!
//! Not for: a process that freezes between the last question and the system call that writes the last pieces, of which
//! the HTTP client gathers a few; that gap is closed by nobody but the vendor.

use super::TransportError;
use super::rate::{Place, RateLimits};
use crate::fence::Fence;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Fails when the claim has run out.
pub(super) fn ask(fence: Option<&dyn Fence>) -> Result<(), TransportError> {
    if fence.is_none_or(Fence::stands) { Ok(()) } else { Err(TransportError::Fenced) }
}

#[derive(Debug, Clone, Copy)]
enum State {
    Held,
    Gone,
    /// It never will leave, and why.
    Withdrawn(TransportError),
}

type Shared = Arc<Mutex<State>>;

/// The sender's end. Dropped, it withdraws what has not left.
pub(super) struct Seal(Shared);

impl Seal {
    /// Makes sure that nothing leaves any more. Why nothing has left; `None` when something has.
    pub(super) fn withdraw(&self, why: TransportError) -> Option<TransportError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Held => {
                *state = State::Withdrawn(why);
                Some(why)
            }
            State::Withdrawn(why) => Some(why),
            State::Gone => None,
        }
    }
}

impl Drop for Seal {
    fn drop(&mut self) {
        self.withdraw(TransportError::NotSent("given up before the request left"));
    }
}

/// What a request is to leave under.
pub(super) struct Leave {
    pub(super) fence: Option<Arc<dyn Fence>>,
    /// Its place in the budget.
    pub(super) place: Place,
    /// Where another place is to be had, of which kind, and how long that may take.
    pub(super) rate: RateLimits,
    pub(super) action: &'static str,
    pub(super) patience: Duration,
}

/// Bytes that leave on one answer of the fence's; the HTTP client gathers no more than some sixteen pieces.
const PIECE: usize = 1 << 10;

/// A body that leaves once, or not at all, or breaks off.
pub(super) struct Parcel {
    /// What has not left.
    bytes: Bytes,
    /// Whether anybody asked for it.
    is_opened: bool,
    len: u64,
    leave: Leave,
    /// Waiting for another place. In a mutex that nobody locks, because a body has to be `Sync`.
    waiting: Option<Mutex<BoxFuture<'static, Result<Place, TransportError>>>>,
    state: Shared,
}

/// `body`, to leave under `leave`.
pub(super) fn seal(body: Vec<u8>, leave: Leave) -> (Parcel, Seal) {
    let state = Arc::new(Mutex::new(State::Held));
    let bytes = Bytes::from(body);
    let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let state_of_parcel = Arc::clone(&state);
    let parcel = Parcel { bytes, is_opened: false, len, leave, waiting: None, state: state_of_parcel };
    (parcel, Seal(state))
}

impl Parcel {
    /// Ready when it may leave now.
    fn poll_leave(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        loop {
            ask(self.leave.fence.as_deref())?;
            if !self.leave.place.is_over() {
                return Poll::Ready(Ok(()));
            }
            let Leave { rate, action, patience, .. } = &self.leave;
            let (rate, action, patience) = (rate.clone(), *action, *patience);
            let waiting = self.waiting.get_or_insert_with(|| {
                Mutex::new(Box::pin(async move { rate.permit(action, patience).await }))
            });
            let waiting = waiting.get_mut().unwrap_or_else(PoisonError::into_inner);
            let place = ready!(waiting.as_mut().poll(cx));
            self.waiting = None;
            self.leave.place = place?;
        }
    }

    /// From held to gone, or for ever not.
    fn settle(&self, may_leave: Result<(), TransportError>) -> Result<(), TransportError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match (*state, may_leave) {
            (State::Held, Ok(())) => {
                *state = State::Gone;
                Ok(())
            }
            (State::Held, Err(why)) => {
                *state = State::Withdrawn(why);
                Err(why)
            }
            (State::Withdrawn(why), _) => Err(why),
            (State::Gone, _) => Err(TransportError::Broken),
        }
    }
}

impl Body for Parcel {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let may_leave = if self.is_opened {
            if self.bytes.is_empty() {
                return Poll::Ready(None);
            }
            ask(self.leave.fence.as_deref())
        } else {
            let may_leave = ready!(self.poll_leave(cx));
            self.is_opened = true;
            self.settle(may_leave)
        };
        if may_leave.is_err() {
            // Whoever asks again gets nothing.
            self.bytes.clear();
        }
        let length = self.bytes.len().min(PIECE);
        Poll::Ready(Some(may_leave.map(|()| Frame::data(self.bytes.split_to(length)))))
    }

    /// The same before and after: were the request sent a second time, it would announce these bytes
    /// and have none, and break off instead of going out empty.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::{Leave, PIECE, Parcel, Seal, seal};
    use crate::fence::Fence;
    use crate::{RateLimits, TransportError};
    use bytes::Bytes;
    use futures_util::FutureExt;
    use http_body::Body;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll};
    use std::time::Duration;

    const BODY: &str = "ring somebody";

    async fn sealed() -> (Parcel, Seal) {
        let (rate, patience) = (RateLimits::per_action(10), Duration::from_secs(1));
        let place = rate.permit("create", patience).await.unwrap();
        seal(BODY.into(), Leave { fence: None, place, rate, action: "create", patience })
    }

    /// What the HTTP client gets when it asks for the next piece.
    fn asked(parcel: &mut Parcel) -> Option<Result<Bytes, TransportError>> {
        let mut cx = Context::from_waker(futures_util::task::noop_waker_ref());
        match Pin::new(parcel).poll_frame(&mut cx) {
            Poll::Ready(piece) => piece.map(|piece| piece.map(|frame| frame.into_data().unwrap())),
            Poll::Pending => panic!("its place is good"),
        }
    }

    #[tokio::test]
    async fn what_left_has_left_and_is_not_there_a_second_time() {
        let (mut parcel, seal) = sealed().await;
        assert_eq!(asked(&mut parcel), Some(Ok(Bytes::from(BODY))));
        assert_eq!(seal.withdraw(TransportError::Timeout), None);
        assert_eq!(asked(&mut parcel), None);
        assert_eq!(parcel.size_hint().exact(), u64::try_from(BODY.len()).ok(), "sent again, it breaks off");
    }

    /// Stands until it is pulled down.
    #[derive(Debug, Default)]
    struct Pulled(AtomicBool);

    impl Fence for Pulled {
        fn stands(&self) -> bool {
            !self.0.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn a_long_body_breaks_off_where_the_claim_runs_out() {
        let (mut parcel, seal) = sealed().await;
        let fence = Arc::new(Pulled::default());
        parcel.bytes = vec![b'x'; 3 * PIECE + 1].into();
        parcel.leave.fence = Some(fence.clone());
        for _ in 0..2 {
            assert_eq!(asked(&mut parcel), Some(Ok(Bytes::from(vec![b'x'; PIECE]))));
        }
        fence.0.store(true, Ordering::SeqCst);
        assert_eq!(asked(&mut parcel), Some(Err(TransportError::Fenced)));
        assert_eq!(asked(&mut parcel), None);
        assert_eq!(seal.withdraw(TransportError::Timeout), None, "some of it has left");
    }

    #[tokio::test]
    async fn what_was_withdrawn_never_leaves() {
        let (mut parcel, seal) = sealed().await;
        let why = TransportError::NotSent("no connection");
        assert_eq!(seal.withdraw(why), Some(why));
        assert_eq!(asked(&mut parcel), Some(Err(why)));
        assert_eq!(asked(&mut parcel), None);
    }

    #[tokio::test]
    async fn whoever_gives_up_can_be_sure_that_nothing_leaves() {
        let (mut parcel, seal) = sealed().await;
        let sending = async move {
            let _seal = seal;
            std::future::pending::<()>().await;
        };
        assert!(sending.now_or_never().is_none());
        assert!(matches!(asked(&mut parcel), Some(Err(TransportError::NotSent(_)))));
    }
}
