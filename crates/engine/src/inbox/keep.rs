//! Keeping pushes: whoever waits while others are written down goes with the next batch, so that thousands a
//! second need few transactions.

use crate::{Engine, EngineError};
use outdial_store::{Intake, NewPush};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Pushes in one transaction.
const AT_ONCE: usize = 512;
/// Pushes that may wait. A vendor that is turned away sends again.
const MOST_WAITING: usize = 8_192;

/// Those who wait for their push to be written down.
#[derive(Debug)]
pub(crate) struct Keeper {
    line: Mutex<Line>,
    /// Batches are written here: whoever waits may give up, the others of its batch do not.
    runtime: Handle,
}

#[derive(Debug, Default)]
struct Line {
    waiting: Vec<(NewPush, Told)>,
    is_writing: bool,
}

type Told = oneshot::Sender<Result<Intake, EngineError>>;

impl Keeper {
    /// Writes on the present runtime.
    pub(crate) fn here() -> Self {
        Self { line: Mutex::default(), runtime: Handle::current() }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next to be written down; nobody when there are none, and then nobody writes any more.
    fn next(&self) -> Vec<(NewPush, Told)> {
        let mut line = self.line();
        let some = line.waiting.len().min(AT_ONCE);
        line.is_writing = some > 0;
        line.waiting.drain(..some).collect()
    }
}

impl Engine {
    /// Keeps a push; when this returns, it is durable.
    pub(crate) async fn keep_push(&self, push: NewPush) -> Result<Intake, EngineError> {
        let keeper = &self.0.keeper;
        let (tell, told) = oneshot::channel();
        let begins = {
            let mut line = keeper.line();
            if line.waiting.len() >= MOST_WAITING {
                return Err(EngineError::Unavailable);
            }
            line.waiting.push((push, tell));
            !std::mem::replace(&mut line.is_writing, true)
        };
        if begins {
            keeper.runtime.spawn(Writing { engine: self.clone(), is_over: false }.write());
        }
        told.await.unwrap_or(Err(EngineError::Unavailable))
    }
}

/// Somebody writes.
struct Writing {
    engine: Engine,
    is_over: bool,
}

impl Writing {
    async fn write(mut self) {
        let inner = std::sync::Arc::clone(&self.engine.0);
        loop {
            let batch = inner.keeper.next();
            if batch.is_empty() {
                self.is_over = true;
                return;
            }
            let (pushes, told): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            match inner.store.keep_pushes(&pushes).await {
                Ok(intakes) => {
                    inner.arrived.notify_one();
                    told.into_iter().zip(intakes).for_each(|(told, intake)| drop(told.send(Ok(intake))));
                }
                Err(error) => {
                    tracing::error!(%error, pushes = pushes.len(), "pushes could not be kept");
                    told.into_iter().for_each(|told| drop(told.send(Err(EngineError::Unavailable))));
                }
            }
        }
    }
}

impl Drop for Writing {
    /// Where the runtime ends, or a store panics, whoever waits is told so, and the next who comes begins anew.
    fn drop(&mut self) {
        if !self.is_over {
            let mut line = self.engine.0.keeper.line();
            line.is_writing = false;
            line.waiting.clear();
        }
    }
}
