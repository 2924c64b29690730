//! What a push in hand comes to: read once more, traced to whom it is about, believed or not.

use super::learn::{clues, learned};
use super::{Identity, Seen, Understood};
use crate::Engine;
use outdial_model::Timestamp;
use outdial_provider::{Operation, Subject};
use outdial_store::{LeasedPush, PushEnd, SettledPush, StoreError, Traced};
use std::time::Duration;

/// How long somebody a push is about may stay unknown: the answer to the request that handed them over may be on
/// its way, or being looked up.
const PATIENCE: Duration = Duration::from_secs(300);
const SOON: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often what cannot be used now, whatever the reason, is tried, and for how long.
const RARELY: Duration = Duration::from_secs(60);
const KEPT_TRYING: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Engine {
    /// Opens, verifies and reads a push once more. What the provider said of it at the door it says again, unless
    /// its account has other settings now.
    pub(super) fn understand(&self, push: LeasedPush) -> Result<Understood, Box<SettledPush>> {
        let Ok(account) = self.account(&push.account) else {
            return Err(self.try_rarely(&push, "its account is not configured").into());
        };
        let identity = Identity { account: &push.account, kind: &push.kind, news: &push.news };
        let Some(text) = self.unseal_push(identity, &push.sealed) else {
            let end = PushEnd::Unusable("it was sealed by another installation".to_owned());
            return Err(ended(&push, end).into());
        };
        match account.provider.receive(&text.inbound(&push.kind)) {
            Ok(received) => Ok(Understood { proven: received.authenticated, push, account, text, received }),
            Err(why) => Err(ended(&push, PushEnd::Unusable(why.to_string())).into()),
        }
    }

    /// Whom it is about, and what it changes. `None` when that could not be looked up: it is looked at again when
    /// it has been in hand for too long.
    pub(super) async fn look(&self, understood: &Understood) -> Option<Seen> {
        let settled = |end| Some(Seen::Settled(Box::new(end)));
        let Understood { push, account, received, proven, .. } = understood;
        let traced = match self.store().trace(&account.id, &clues(received)).await {
            Ok(traced) => traced,
            Err(error @ StoreError::Unavailable(_)) => {
                tracing::error!(%error, "nobody a push is about could be looked up");
                return None;
            }
            Err(error) => return settled(self.try_rarely(push, &error.to_string())),
        };
        let Some(traced) = traced else {
            return settled(self.about_nobody(understood));
        };
        let is_done = traced.contact.as_ref().is_some_and(|contact| contact.status.is_final());
        let is_hint = self.is_hint(understood, &traced).await;
        if is_hint && is_done {
            return Some(Seen::Late(Box::new(traced)));
        }
        let believed = *proven || !account.provider.capabilities().is_native(Operation::Progress);
        let news = received.contact.as_ref().filter(|_| believed);
        let changes = learned(&traced, news, *proven, push.last_received_at);
        // The worker reads those who are not done; whether it then knows what was hinted at is to be seen.
        let end = if is_hint && is_within(KEPT_TRYING, push.last_received_at, self.now()) {
            PushEnd::Later(self.pause(push))
        } else {
            self.end_of(understood, &traced)
        };
        settled(SettledPush { changes: Some(changes), ..ended(push, end) })
    }

    /// As [`Self::look`], and reads the vendor if that is what it comes to.
    pub(super) async fn look_and_read(&self, understood: &Understood) -> Option<SettledPush> {
        match self.look(understood).await? {
            Seen::Settled(settled) => Some(*settled),
            Seen::Late(traced) => Some(self.read_late(understood, &traced).await),
        }
    }

    /// A person who is named and not of the task is a mistake; one who is known by a number only has been told of
    /// before, and the number is another's by now.
    fn end_of(&self, understood: &Understood, traced: &Traced) -> PushEnd {
        let named = understood.received.subject.contact.is_some();
        if named && traced.contact.is_none() {
            PushEnd::Unusable("it names nobody of that task".to_owned())
        } else {
            PushEnd::Used
        }
    }

    /// Somebody may become known by the answer to the request that handed them over.
    fn about_nobody(&self, understood: &Understood) -> SettledPush {
        let (push, received) = (&understood.push, &understood.received);
        if received.contact.is_none() && received.segment.is_none() && received.subject == Subject::default()
        {
            return ended(push, PushEnd::Used);
        }
        if self.is_patient_with(push) {
            ended(push, PushEnd::Later(self.pause(push)))
        } else {
            ended(push, PushEnd::Unusable("it is about nobody here".to_owned()))
        }
    }

    pub(super) fn is_patient_with(&self, push: &LeasedPush) -> bool {
        self.is_patient_since(push.last_received_at)
    }

    pub(super) fn is_patient_since(&self, then: Timestamp) -> bool {
        is_within(PATIENCE, then, self.now())
    }

    /// Longer with every attempt.
    pub(super) fn pause(&self, push: &LeasedPush) -> Timestamp {
        let doubled = SOON.saturating_mul(1 << push.attempt.saturating_sub(1).min(8));
        self.now() + doubled.min(LONGEST_PAUSE)
    }

    /// Whatever is in the way may be gone some day.
    pub(super) fn try_rarely(&self, push: &LeasedPush, reason: &str) -> SettledPush {
        ended(push, self.rarely(push.last_received_at, reason))
    }

    /// What becomes of a push that cannot be used now, by when it came.
    pub(super) fn rarely(&self, last_received_at: Timestamp, reason: &str) -> PushEnd {
        if is_within(KEPT_TRYING, last_received_at, self.now()) {
            PushEnd::Later(self.now() + RARELY)
        } else {
            PushEnd::Unusable(reason.to_owned())
        }
    }
}

fn is_within(time: Duration, since: Timestamp, now: Timestamp) -> bool {
    since + time > now
}

/// As it ends where it changes nothing.
pub(super) fn ended(push: &LeasedPush, end: PushEnd) -> SettledPush {
    SettledPush {
        id: push.id.clone(),
        attempt: push.attempt,
        account: push.account.clone(),
        kind: push.kind.clone(),
        last_received_at: push.last_received_at,
        changes: None,
        end,
    }
}
