//! The courier: takes what is due, attempts it, settles it, again and again; and the planner beside it.
//!
//! Every process has one. What a process had in hand when it died is taken by others when its term is over.
//! Told to stop, it takes nothing more, gives attempts under way a few seconds, and hands back the rest as
//! untried.

use super::attempt::Ended;
use super::schedule::{FEW_ATTEMPTS, ILLNESS};
use super::standing::{AT_FIRST, PLACES, Standings};
use crate::{Engine, EngineError};
use outdial_model::EndpointId;
use outdial_store::{DeliveryResult, Recovered, StoreError};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long a delivery is the courier's that took it: an attempt, and time to write what came of it.
const TERM: Duration = Duration::from_secs(30);
/// Deliveries taken in one transaction.
const MOST_TAKEN: usize = 128;
/// Events planned in one transaction; clients' requests wait for it.
const MOST_PLANNED: u32 = 500;
/// Deliveries of one endpoint that are planned ahead; what the log holds beyond them waits there.
const ROOM: u32 = 2_000;
/// Tenants looked up in one go.
const MOST_TENANTS: u32 = 100;
/// How long the log is left alone when nobody says that it went on: other processes do not.
const PLANNING_PAUSE: Duration = Duration::from_millis(500);
/// How long events are gathered before they are planned.
const GATHERING: Duration = Duration::from_millis(20);
/// Longest and shortest sleep between two looks for what is due.
const NAPS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// How long the store is left alone after it failed.
const BREATH: Duration = Duration::from_secs(1);
/// How long attempts under way may go on when the process is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// What a courier has in hand.
struct Round {
    engine: Engine,
    standings: Standings,
    attempts: JoinSet<Ended>,
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

    async fn keep_planning(self, planned: Arc<Notify>, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let changed = self.0.changed.notified();
            let pause = match self.plan().await {
                Ok(added) => {
                    if added > 0 {
                        planned.notify_one();
                    }
                    PLANNING_PAUSE
                }
                Err(error) => {
                    tracing::error!(%error, "deliveries could not be planned");
                    BREATH
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
                () = async { changed.await; tokio::time::sleep(GATHERING).await } => {}
            }
        }
    }

    /// Plans all there is to plan; answers how many deliveries that made.
    async fn plan(&self) -> Result<u64, StoreError> {
        let mut added = 0;
        loop {
            let mut is_over = true;
            for tenant in self.store().tenants_to_plan(ROOM, MOST_TENANTS).await? {
                let planned = self.store().plan_deliveries(&tenant, MOST_PLANNED, ROOM, self.now()).await?;
                added += planned.added;
                is_over &= !planned.more;
            }
            if is_over {
                return Ok(added);
            }
        }
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
                Some(ended) = round.attempts.join_next() => round.note(ended.ok()),
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
            self.plan().await?;
            let taken = round.go().await?;
            attempts += taken;
            while let Some(ended) = round.attempts.join_next().await {
                round.note(ended.ok());
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
            ended: Vec::new(),
            hurry: CancellationToken::new(),
        }
    }

    /// Settles what is over and takes what is due; answers how many attempts that began.
    async fn go(&mut self) -> Result<usize, StoreError> {
        while let Some(ended) = self.attempts.try_join_next() {
            self.note(ended.ok());
        }
        self.settle().await?;
        let room = PLACES.saturating_sub(self.attempts.len()).min(MOST_TAKEN);
        let Some(room) = u32::try_from(room).ok().filter(|room| *room > 0) else { return Ok(0) };
        let (engine, exceptions) = (&self.engine, self.standings.exceptions());
        let taken =
            engine.store().take_due_deliveries(engine.now(), TERM, room, AT_FIRST, &exceptions).await?;
        let count = taken.len();
        for delivery in taken {
            self.standings.begun(&delivery.endpoint.id);
            let (engine, hurry) = (engine.clone(), self.hurry.clone());
            self.attempts.spawn(async move { engine.attempt(&delivery, &hurry).await });
        }
        Ok(count)
    }

    /// Takes note of an attempt that is over. Of one that came to nothing (a defect) nothing is settled; it is
    /// taken again when its term is over.
    fn note(&mut self, ended: Option<Ended>) {
        let Some(ended) = ended else { return };
        self.standings.ended(&ended.result.endpoint, ended.manner);
        self.engine.0.tally.count(ended.manner);
        self.ended.push(ended);
    }

    /// Writes what is over. What cannot be written now is kept for later.
    async fn settle(&mut self) -> Result<(), StoreError> {
        if self.ended.is_empty() {
            return Ok(());
        }
        let (engine, store) = (&self.engine, self.engine.store());
        let results: Vec<DeliveryResult> = self.ended.iter().map(|ended| ended.result.clone()).collect();
        let recovered = store.settle_deliveries(&results, engine.now()).await?;
        let ended = std::mem::take(&mut self.ended);
        let now = engine.now();
        for Recovered { endpoint, failed_since } in recovered {
            if Duration::try_from(now.duration_since(failed_since)).is_ok_and(|ill| ill >= ILLNESS) {
                tracing::info!(%endpoint, %failed_since, "a webhook endpoint is well again");
                store.hasten_deliveries(&endpoint, FEW_ATTEMPTS, now).await?;
            }
        }
        let hopeless: HashMap<EndpointId, _> =
            ended.into_iter().filter_map(|ended| Some((ended.result.endpoint, ended.disable?))).collect();
        for (endpoint, (tenant, reason)) in hopeless {
            if store.disable_endpoint(&tenant, &endpoint, reason, engine.now()).await? {
                tracing::warn!(%endpoint, %reason, "a webhook endpoint was disabled");
                engine.0.changed.notify_waiters();
            }
        }
        Ok(())
    }

    /// How long nothing is due. What is due and was not taken waits for a place, and a place for an ending.
    async fn nap(&mut self) -> Duration {
        let (shortest, longest) = NAPS;
        let exceptions = self.standings.exceptions();
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
                Some(ended) = self.attempts.join_next() => self.note(ended.ok()),
                () = &mut patience, if !hurry.is_cancelled() => hurry.cancel(),
            }
        }
        if let Err(error) = self.settle().await {
            tracing::warn!(%error, "attempts that are over could not be written; they will be made again");
        }
    }
}
