//! Using pushes: taken in hand a few at a time, so that a flood of them (a vendor catching up after we were away)
//! does not stand between the worker and the store.
//!
//! A push the vendor is to be asked about takes its time apart from the others. What any of them comes to is
//! decided in [`look`](super::look).

use super::look::{RARELY, SOON, ended};
use super::{ASKED_AT_ONCE, Seen, TERM, Understood};
use crate::metrics::PushOutcome;
use crate::{Engine, EngineError};
use futures_util::{StreamExt, stream};
use outdial_store::{PushEnd, SettledPush, StoreError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Pushes in hand at a time. They are settled in one transaction, and with one writer whoever is to be kept waits for it:
/// four times as many would be used faster and, in a flood, acknowledged four times as late (`cargo xtask bench pushes`).
const AT_ONCE: u32 = 16;
/// Of these, traced at the same time.
const LOOKS_AT_ONCE: usize = 4;
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

impl Engine {
    /// Uses what vendors push until `shutdown`.
    pub(crate) async fn read_inbox(self, shutdown: CancellationToken) {
        let mut asking = JoinSet::new();
        while !shutdown.is_cancelled() {
            while asking.try_join_next().is_some() {}
            let arrived = self.0.arrived.notified();
            // Apart, so that one that breaks the process's rules is found in the log and does not end the others.
            let (engine, room) = (self.clone(), ASKED_AT_ONCE - asking.len().min(ASKED_AT_ONCE));
            let nap = match tokio::spawn(async move { engine.use_some_pushes(room).await }).await {
                Ok(Ok((0, _))) => self.until_next_push().await,
                Ok(Ok((_, to_ask))) => {
                    for understood in to_ask {
                        let engine = self.clone();
                        asking.spawn(async move { engine.ask_about(understood).await });
                    }
                    continue;
                }
                Ok(Err(error)) => resting(&error),
                Err(error) => resting(&error),
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = arrived => {}
                Some(_) = asking.join_next() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
        while asking.join_next().await.is_some() {}
    }

    /// Uses pushes that are due, as many as are taken in hand at a time, and answers how many those were; for
    /// whoever steps an engine by hand.
    pub async fn use_pushes(&self) -> Result<usize, EngineError> {
        let (used, to_ask) = self.use_some_pushes(usize::MAX).await?;
        for understood in to_ask {
            self.ask_about(understood).await;
        }
        Ok(used)
    }

    /// How long no push is due.
    async fn until_next_push(&self) -> Duration {
        match self.store().next_push_due().await {
            Ok(Some(due)) => {
                let left = Duration::try_from(due.duration_since(self.now())).unwrap_or_default();
                left.clamp(Duration::from_millis(5), LONGEST_SLEEP)
            }
            Ok(None) | Err(_) => LONGEST_SLEEP,
        }
    }

    /// Takes pushes in hand and settles them, those apart the vendor is to be asked about: of these there is `room`
    /// for so many, the others come later.
    async fn use_some_pushes(&self, room: usize) -> Result<(usize, Vec<Understood>), StoreError> {
        let now = self.now();
        let leased = self.store().lease_pushes(now, TERM, AT_ONCE).await?;
        let many = leased.len();
        let (mut settled, mut to_ask) = (Vec::new(), Vec::new());
        let mut understood = Vec::new();
        for push in leased {
            match self.understand(push) {
                Ok(one) if one.received.can_be_asked_about && to_ask.len() < room => to_ask.push(one),
                Ok(one) if one.received.can_be_asked_about => {
                    settled.push(ended(&one.push, PushEnd::Later(now + SOON)));
                }
                Ok(one) => understood.push(one),
                Err(end) => settled.push(*end),
            }
        }
        let looks: Vec<_> = understood.iter().map(|one| self.look(one)).collect();
        let looks = stream::iter(looks).buffered(LOOKS_AT_ONCE).collect::<Vec<_>>().await;
        for (one, seen) in understood.into_iter().zip(looks) {
            match seen {
                Some(Seen::Settled(end)) => settled.push(*end),
                // Looked at once more there: what it is about may have become known meanwhile.
                Some(Seen::Late(_)) if to_ask.len() < room => to_ask.push(one),
                Some(Seen::Late(_)) => settled.push(ended(&one.push, PushEnd::Later(self.pause(&one.push)))),
                None => {}
            }
        }
        self.settle(settled).await?;
        Ok((many, to_ask))
    }

    /// Writes what became of pushes; where that fails for all of them together, one by one.
    pub(super) async fn settle(&self, settled: Vec<SettledPush>) -> Result<(), StoreError> {
        if settled.is_empty() {
            return Ok(());
        }
        match self.settle_these(&settled).await {
            Ok(()) => Ok(()),
            Err(error @ StoreError::Unavailable(_)) => Err(error),
            Err(_) => {
                for one in settled {
                    if let Err(error) = self.settle_these(std::slice::from_ref(&one)).await {
                        tracing::error!(push = %one.id, %error, "a push could not be used");
                        let end = match error {
                            StoreError::Refused(_) => {
                                PushEnd::Unusable("the store refuses what it says".to_owned())
                            }
                            _ => PushEnd::Later(self.now() + RARELY),
                        };
                        self.settle_these(&[SettledPush { changes: None, end, ..one }]).await?;
                    }
                }
                Ok(())
            }
        }
    }

    async fn settle_these(&self, settled: &[SettledPush]) -> Result<(), StoreError> {
        let unsettled = self.store().settle_pushes(settled, self.now()).await?;
        for one in settled.iter().filter(|one| !unsettled.contains(&one.id)) {
            self.count_end(one);
        }
        if settled.iter().any(|one| one.changes.is_some()) {
            self.0.asked.notify_one();
            self.0.changed.notify_waiters();
        }
        Ok(())
    }

    fn count_end(&self, settled: &SettledPush) {
        let outcome = match &settled.end {
            PushEnd::Used => PushOutcome::Used,
            PushEnd::Unusable(reason) => {
                tracing::warn!(push = %settled.id, reason, "a push could not be used");
                PushOutcome::Unusable
            }
            PushEnd::Refused(reason) => {
                tracing::warn!(push = %settled.id, reason, "a push was refused after it was acknowledged");
                PushOutcome::Disowned
            }
            PushEnd::Later(_) => return,
        };
        if let Ok(account) = self.account(&settled.account) {
            account.pushes.count(Some(&settled.kind), outcome);
        }
    }
}

fn resting(error: &dyn std::error::Error) -> Duration {
    tracing::error!(%error, "pushes could not be used; they are kept");
    LONGEST_SLEEP
}
