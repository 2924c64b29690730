//! The courier: takes what is due, attempts it, settles it, again and again, beside the planner.
//!
//! Every process has one. What a process had in hand when it died is taken by others when its term is over.
//! Told to stop, it takes nothing more, gives attempts under way a few seconds, and hands back the rest as
//! untried.

use super::attempt::{self, Ended};
use super::schedule::JUDGEMENT;
use super::standing::{AT_FIRST, Standings};
use crate::{Engine, EngineError};
use outdial_store::{DeliveryResult, Recovered, StoreError, TakenDelivery};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How long a delivery is the courier's that took it: an attempt, and time to write what came of it.
const TERM: Duration = Duration::from_secs(30);
/// Longest and shortest sleep between two looks for what is due.
const NAPS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// How long the store is left alone after it failed.
pub(super) const BREATH: Duration = Duration::from_secs(1);
/// How long attempts under way may go on when the process is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// What a courier has in hand.
struct Round {
    engine: Engine,
    standings: Standings,
    attempts: JoinSet<Ended>,
    /// What they are of.
    under_way: HashMap<Id, Arc<TakenDelivery>>,
    /// Over, and not written yet.
    ended: Vec<Ended>,
    hurry: CancellationToken,
}

impl Engine {
    /// Delivers until `shutdown`.
    pub(crate) async fn deliver(self, shutdown: CancellationToken) {
        let planned = Arc::new(Notify::new());
        let planner = self.clone().keep_planning(Arc::clone(&planned), shutdown.clone());
        tokio::join!(planner, self.keep_delivering(planned, shutdown));
    }

    async fn keep_delivering(self, planned: Arc<Notify>, shutdown: CancellationToken) {
        let mut round = Round::of(self);
        while !shutdown.is_cancelled() {
            let nap = match round.go().await {
                Ok(0) => round.nap().await,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, "deliveries could not be taken or settled");
                    BREATH
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = planned.notified() => {}
                Some(ended) = round.attempts.join_next_with_id() => round.note(ended),
                () = tokio::time::sleep(nap) => {}
            }
        }
        round.finish().await;
    }

    /// Plans and delivers everything that is due now, and answers how many attempts that took; for whoever
    /// steps an engine by hand.
    pub async fn deliver_due(&self) -> Result<usize, EngineError> {
        let (mut round, mut attempts) = (Round::of(self.clone()), 0);
        loop {
            let (_, failure) = self.plan(&CancellationToken::new()).await;
            failure.map_or(Ok(()), Err)?;
            let taken = round.go().await?;
            attempts += taken;
            while let Some(ended) = round.attempts.join_next_with_id().await {
                round.note(ended);
            }
            if taken == 0 && round.ended.is_empty() {
                return Ok(attempts);
            }
        }
    }
}

impl Round {
    fn of(engine: Engine) -> Self {
        Self {
            engine,
            standings: Standings::default(),
            attempts: JoinSet::new(),
            under_way: HashMap::new(),
            ended: Vec::new(),
            hurry: CancellationToken::new(),
        }
    }

    /// Settles what is over and takes what is due; answers how many attempts that began.
    async fn go(&mut self) -> Result<usize, StoreError> {
        while let Some(ended) = self.attempts.try_join_next_with_id() {
            self.note(ended);
        }
        self.settle().await?;
        let (room, exceptions) = self.standings.shares(self.attempts.len(), Instant::now());
        if room == 0 {
            return Ok(0);
        }
        let engine = &self.engine;
        let taken =
            engine.store().take_due_deliveries(engine.now(), TERM, room, AT_FIRST, &exceptions).await?;
        let count = taken.len();
        for delivery in taken {
            self.standings.begun(&delivery.endpoint.id, Instant::now());
            let (engine, hurry, delivery) = (engine.clone(), self.hurry.clone(), Arc::new(delivery));
            let taken = Arc::clone(&delivery);
            let attempt = self.attempts.spawn(async move { engine.attempt(&delivery, &hurry).await });
            self.under_way.insert(attempt.id(), taken);
        }
        Ok(count)
    }

    /// Takes note of an attempt that is over. One that broke off (a defect) has failed as any other: what it could not
    /// send must not be tried for ever, nor keep its place.
    fn note(&mut self, ended: Result<(Id, Ended), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(taken) = self.under_way.remove(&id) else { return };
        let ended = match ended {
            Ok((_, ended)) => ended,
            Err(error) => {
                // In words, it would repeat what the panic said, and that may be about anybody.
                let panicked = error.is_panic();
                tracing::error!(panicked, endpoint = %taken.endpoint.id, "an attempt broke off");
                attempt::broken_off(&taken, self.engine.now())
            }
        };
        self.standings.ended(&ended.result.endpoint, ended.manner, Instant::now());
        self.engine.0.tally.count(ended.manner);
        self.ended.push(ended);
    }

    /// Writes what is over, and with it what follows for endpoints. What cannot be written now is kept for later.
    async fn settle(&mut self) -> Result<(), StoreError> {
        if self.ended.is_empty() {
            return Ok(());
        }
        let engine = &self.engine;
        let results: Vec<DeliveryResult> = self.ended.iter().map(|ended| ended.result.clone()).collect();
        let settled = engine.store().settle_deliveries(&results, &JUDGEMENT, engine.now()).await?;
        self.ended.clear();
        for Recovered { endpoint, failed_since } in settled.recovered {
            tracing::info!(%endpoint, %failed_since, "a webhook endpoint is well again");
        }
        if !settled.disabled.is_empty() {
            engine.0.changed.notify_waiters();
        }
        for (endpoint, reason) in settled.disabled {
            tracing::warn!(%endpoint, %reason, "a webhook endpoint was disabled");
        }
        Ok(())
    }

    /// How long nothing is due. What is due and was not taken waits for a place, and a place for an ending.
    async fn nap(&mut self) -> Duration {
        let (shortest, longest) = NAPS;
        let (_, exceptions) = self.standings.shares(self.attempts.len(), Instant::now());
        match self.engine.store().next_delivery_due(AT_FIRST, &exceptions).await {
            Ok(Some(due)) => {
                let left = Duration::try_from(due.duration_since(self.engine.now()));
                left.map_or(longest, |left| left.clamp(shortest, longest))
            }
            Ok(None) | Err(_) => longest,
        }
    }

    /// Lets go of everything.
    async fn finish(mut self) {
        let hurry = self.hurry.clone();
        let patience = tokio::time::sleep(GRACE);
        tokio::pin!(patience);
        while !self.attempts.is_empty() {
            tokio::select! {
                Some(ended) = self.attempts.join_next_with_id() => self.note(ended),
                () = &mut patience, if !hurry.is_cancelled() => hurry.cancel(),
            }
        }
        if let Err(error) = self.settle().await {
            tracing::warn!(%error, "attempts that are over could not be written; they will be made again");
        }
    }
}
