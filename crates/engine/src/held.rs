//! The key of a request that takes many transactions: a stream of contacts.
//!
//! While the stream runs, its key is held, so that a twin is told to wait. What the stream adds has ids that
//! follow from the key, the time it was first taken, and the line: sent again after it broke off, it
//! adds nobody twice. So a key that something was added under is let go, not forgotten: it keeps that time.
//!
//! Not for: requests that are one transaction ([`Once`](crate::Once)).

use crate::{Answer, Engine, EngineError, OnceKey};
use outdial_model::{ContactId, TenantId, Timestamp};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a key is held without being renewed: whoever took it and died is waited for so long.
const TERM: Duration = Duration::from_secs(60);
/// How often it is renewed at least; short enough to survive a store that is away for a while.
const RENEWAL: Duration = Duration::from_secs(15);

/// A key that is held. Dropped, it is let go: the request was given up.
#[derive(Debug)]
pub struct Held {
    grip: Grip,
    since: Timestamp,
    renewed: Timestamp,
    /// What the ids that follow from the key begin with.
    seed: Sha256,
    /// Whether something may have been added under the key, now or before.
    is_used: bool,
    is_over: bool,
}

/// Who holds which key.
#[derive(Debug, Clone)]
struct Grip {
    engine: Engine,
    tenant: TenantId,
    key: OnceKey,
    holder: String,
}

impl Engine {
    /// Takes a key for a stream about `subject`. [`EngineError::Answered`] when the key's request is done,
    /// whichever it was; [`EngineError::KeyBusy`] while somebody else has it.
    pub async fn hold(&self, tenant: &TenantId, key: OnceKey, subject: &str) -> Result<Held, EngineError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| EngineError::Internal("no randomness".into()))?;
        // Lines are few and short enough to be guessed; nobody is to tell from an id whether a guess is right.
        let mut seed = Sha256::new_with_prefix(self.derived_secret("contact ids"));
        for part in [tenant.as_str(), &key.scope, &key.key, subject] {
            seed.update(part);
            seed.update([0]);
        }
        let now = self.now();
        let grip = Grip { engine: self.clone(), tenant: tenant.clone(), key, holder: hex::encode(random) };
        let since = grip.until(now + TERM, now).await?;
        Ok(Held { grip, since, renewed: now, seed, is_used: since != now, is_over: false })
    }
}

impl Held {
    /// The id of the contact on a line. Something may be added from here on.
    pub fn contact(&mut self, line: u64, bytes: &[u8]) -> ContactId {
        self.is_used = true;
        let hash = self.seed.clone().chain_update(line.to_be_bytes()).chain_update(bytes).finalize();
        let mut start = [0; 8];
        start.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        ContactId::derived(self.since, line, start)
    }

    /// Holds it longer when it is time to. Fails when somebody else has it by now.
    pub async fn renew(&mut self) -> Result<(), EngineError> {
        let now = self.grip.engine.now();
        if now >= self.renewed + RENEWAL {
            self.grip.until(now + TERM, now).await?;
            self.renewed = now;
        }
        Ok(())
    }

    /// The request is done: sent again with this fingerprint, it is answered this.
    ///
    /// [`EngineError::Answered`] when its hold ran out meanwhile and a twin was done before: what the twin was
    /// answered is the answer. [`EngineError::KeyReused`] when that was another request.
    pub async fn finish(mut self, fingerprint: String, answer: &Answer) -> Result<(), EngineError> {
        let Grip { engine, tenant, key, .. } = &self.grip;
        let key = OnceKey { fingerprint, ..key.clone() };
        let is_first = engine.store().remember_answer(tenant, &key, answer, engine.now()).await?;
        let before =
            if is_first { None } else { engine.store().answered(tenant, &key, engine.now()).await? };
        self.is_over = true;
        before.map_or(Ok(()), |before| Err(EngineError::Answered(Box::new(before))))
    }

    /// The request failed: it may be sent again at once.
    pub async fn let_go(mut self) {
        self.is_over = true;
        self.grip.release(self.is_used).await;
    }
}

impl Drop for Held {
    /// Whoever had it was dropped in the middle: its client is gone.
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (grip, is_used) = (self.grip.clone(), self.is_used);
            runtime.spawn(async move { grip.release(is_used).await });
        }
    }
}

impl Grip {
    /// Holds on; answers when the key was first taken.
    async fn until(&self, until: Timestamp, now: Timestamp) -> Result<Timestamp, EngineError> {
        let store = self.engine.store();
        Ok(store.hold_key(&self.tenant, &self.key, &self.holder, until, now).await?)
    }

    async fn release(&self, is_used: bool) {
        let released = if is_used {
            let now = self.engine.now();
            self.until(now, now).await.map(drop)
        } else {
            let given_up = self.engine.store().give_up_key(&self.tenant, &self.key, &self.holder).await;
            given_up.map_err(EngineError::from)
        };
        if let Err(error) = released {
            tracing::warn!(%error, "the key of a request that failed could not be let go; it will run out");
        }
    }
}
