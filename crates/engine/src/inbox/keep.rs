//! Keeping pushes: whoever waits while others are written down goes with the next batch, so that thousands a
//! second need few transactions.

use crate::{Engine, EngineError};
use outdial_store::{Intake, NewPush};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Pushes in one transaction.
const AT_ONCE: usize = 512;
/// Bytes in one transaction, as far as more than one push goes.
const BYTES_AT_ONCE: usize = 8 << 20;
/// Pushes that may wait, and their bytes. A vendor that is turned away sends again.
const MOST_WAITING: usize = 8_192;
const MOST_BYTES: usize = 64 << 20;

/// Those who wait for their push to be written down.
#[derive(Debug)]
pub(crate) struct Keeper {
    line: Mutex<Line>,
    /// Batches are written here: whoever waits may give up, the others of its batch do not.
    runtime: Handle,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<(NewPush, Told)>,
    bytes: usize,
    is_writing: bool,
}

impl Line {
    fn is_full(&self) -> bool {
        self.waiting.len() >= MOST_WAITING || self.bytes >= MOST_BYTES
    }

    fn join(&mut self, push: NewPush, tell: Told) {
        self.bytes += push.sealed.len();
        self.waiting.push_back((push, tell));
    }

    /// The next that go together.
    fn leave(&mut self) -> Vec<(NewPush, Told)> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < AT_ONCE
            && let Some(next) = self
                .waiting
                .pop_front_if(|(push, _)| batch.is_empty() || bytes + push.sealed.len() <= BYTES_AT_ONCE)
        {
            bytes += next.0.sealed.len();
            batch.push(next);
        }
        self.bytes -= bytes;
        batch
    }
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
        let batch = line.leave();
        line.is_writing = !batch.is_empty();
        batch
    }
}

impl Engine {
    /// Keeps a push; when this returns, it is durable.
    pub(crate) async fn keep_push(&self, push: NewPush) -> Result<Intake, EngineError> {
        let keeper = &self.0.keeper;
        let (tell, told) = oneshot::channel();
        let begins = {
            let mut line = keeper.line();
            if line.is_full() {
                return Err(EngineError::Unavailable);
            }
            line.join(push, tell);
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
            *self.engine.0.keeper.line() = Line::default();
        }
    }
}
