//! The last question before bytes leave: may they still?
//!
//! A worker acts under a claim that others may take over when it runs out, for instance because the
//! process was frozen. Whoever acts under a claim runs its requests [`within`] a [`Fence`]; the
//! [`Transport`](crate::Transport) asks it when the connection is open and the bytes are about to be handed
//! over, on every request, so that no adapter can forget it. Requests outside any fence (a client's live
//! read) are not asked about.
//!
//! Not for: proving that nothing was sent before; that is the ledger's.

use std::fmt::Debug;
use std::sync::Arc;

/// Whether requests of somebody's claim may still leave.
pub trait Fence: Debug + Send + Sync {
    /// May a byte leave now? Answers at once, from memory, and fails closed.
    fn stands(&self) -> bool;
}

tokio::task_local! {
    static FENCE: Arc<dyn Fence>;
}

/// Runs `work` with every request of it under `fence`.
pub async fn within<F: Future>(fence: Arc<dyn Fence>, work: F) -> F::Output {
    FENCE.scope(fence, work).await
}

/// The fence requests of this task are under.
pub fn current() -> Option<Arc<dyn Fence>> {
    FENCE.try_with(Arc::clone).ok()
}
