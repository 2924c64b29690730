//! Requests that have their effect once, however often they are sent.
//!
//! A request whose effect is one transaction takes its key, and the words of its answer, into that
//! transaction ([`Once`]). One that has no effect to have, because everything is so already, has its answer
//! [remembered](Engine::remember). One that takes many transactions [holds](crate::Held) its key meanwhile.
//!
//! Not for: headers and fingerprints (the surface), rows (the store).

use crate::{AcceptedCall, Adopted, Answer, ContactResult, Engine, EngineError, IssuedEndpoint, OnceKey};
use outdial_model::{Contact, ContactId, Erasure, Secret, Segment, Suppression, Task, TenantId};
use outdial_store::{AddOutcome, ApiKey, Effect, Once as StoredOnce, WebhookEndpoint};

/// Marks an answer that is kept sealed, and what it is sealed for.
const SEALED: &str = "sealed";

/// A request that is to have its effect once.
pub struct Once<'a, E> {
    /// Its key.
    pub key: &'a OnceKey,
    /// Words the answer to the effect. Pure: it runs inside the effect's transaction.
    pub answer: &'a (dyn Fn(&E) -> Answer + Send + Sync),
}

impl<E> std::fmt::Debug for Once<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Once").field("key", self.key).finish_non_exhaustive()
    }
}

/// How the store's effect is worded, for as long as its method runs.
type Words<'a> = Box<dyn Fn(Effect<'_>) -> Answer + Send + Sync + 'a>;

/// An [`Once`] on its way to the store.
pub(crate) struct Worded<'a>(Option<(&'a OnceKey, Words<'a>)>);

impl<'a> Worded<'a> {
    fn new(key: &'a OnceKey, words: impl Fn(Effect<'_>) -> Option<Answer> + Send + Sync + 'a) -> Self {
        // Every method of the store tells its own kind of effect, so there are always words.
        let silence = || Answer { status: 204, headers: Vec::new(), body: String::new() };
        Self(Some((key, Box::new(move |effect| words(effect).unwrap_or_else(silence)))))
    }

    /// For a request that makes or steers a task.
    pub(crate) fn task(once: Option<&'a Once<'_, Task>>) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Task(task) => Some((once.answer)(task)),
                _ => None,
            })
        })
    }

    /// For a request to call `contact`.
    pub(crate) fn call(once: Option<&'a Once<'_, AcceptedCall>>, contact: &'a ContactId) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Task(task) => {
                    Some((once.answer)(&AcceptedCall { task: task.clone(), contact: contact.clone() }))
                }
                _ => None,
            })
        })
    }

    /// For a request that takes over the vendor's task of `segment`.
    pub(crate) fn adopted(once: Option<&'a Once<'_, Adopted>>, segment: &'a Segment) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Task(task) => {
                    Some((once.answer)(&Adopted { task: task.clone(), segment: segment.clone() }))
                }
                _ => None,
            })
        })
    }

    /// For a request that cancels or resolves a contact.
    pub(crate) fn contact(once: Option<&'a Once<'_, Contact>>) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Contact(contact) => Some((once.answer)(contact)),
                _ => None,
            })
        })
    }

    /// For a request that adds contacts; `results` tells of all of them what the store tells of those it got.
    pub(crate) fn added(
        once: Option<&'a Once<'_, Vec<ContactResult>>>,
        results: impl Fn(&AddOutcome) -> Vec<ContactResult> + Send + Sync + 'a,
    ) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Added(outcome) => Some((once.answer)(&results(outcome))),
                _ => None,
            })
        })
    }

    /// For a request to forget somebody.
    pub(crate) fn erasure(once: Option<&'a Once<'_, Erasure>>) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Erasure(erasure) => Some((once.answer)(erasure)),
                _ => None,
            })
        })
    }

    /// For a request that suppresses numbers.
    pub(crate) fn suppressed(once: Option<&'a Once<'_, Vec<Suppression>>>) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Suppressed(kept) => Some((once.answer)(&kept.to_vec())),
                _ => None,
            })
        })
    }

    /// For a request that makes an API key; its answer is kept without the key's text.
    pub(crate) fn key(once: Option<&'a Once<'_, ApiKey>>) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::ApiKey(key) => Some((once.answer)(key)),
                _ => None,
            })
        })
    }

    /// For a request that does something with a webhook endpoint.
    pub(crate) fn endpoint(once: Option<&'a Once<'_, WebhookEndpoint>>) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Endpoint(endpoint) => Some((once.answer)(endpoint)),
                _ => None,
            })
        })
    }

    /// For a request that gives a webhook endpoint a secret: the answer shows it, so it is kept sealed.
    pub(crate) fn issued(
        engine: &'a Engine,
        once: Option<&'a Once<'_, IssuedEndpoint>>,
        secret: &'a Secret,
    ) -> Self {
        once.map_or(Self(None), |once| {
            Self::new(once.key, move |effect| match effect {
                Effect::Endpoint(endpoint) => {
                    let issued = IssuedEndpoint { endpoint: endpoint.clone(), secret: secret.clone() };
                    engine.sealed((once.answer)(&issued)).ok()
                }
                _ => None,
            })
        })
    }

    /// As the store takes it.
    pub(crate) fn stored(&self) -> Option<StoredOnce<'_>> {
        let (key, words) = self.0.as_ref()?;
        Some(StoredOnce { key: (*key).clone(), answer: &**words })
    }
}

impl Engine {
    /// Refuses a request that was answered before with that answer ([`EngineError::Answered`]), and another
    /// one with its key ([`EngineError::KeyReused`]).
    pub async fn unanswered(&self, tenant: &TenantId, key: &OnceKey) -> Result<(), EngineError> {
        match self.store().answered(tenant, key, self.now()).await? {
            Some(answer) => Err(EngineError::Answered(Box::new(answer))),
            None => Ok(()),
        }
    }

    /// Remembers the answer to a request that had no effect on us. If its twin was faster,
    /// [`EngineError::Answered`] has the twin's answer, though it may be the same.
    pub async fn remember<E>(
        &self,
        tenant: &TenantId,
        once: Option<&Once<'_, E>>,
        seen: &E,
    ) -> Result<(), EngineError> {
        let Some(once) = once else { return Ok(()) };
        let ours = (once.answer)(seen);
        let is_first = self.store().remember_answer(tenant, once.key, &ours, self.now()).await?;
        if is_first { Ok(()) } else { self.unanswered(tenant, once.key).await }
    }

    fn sealed(&self, mut answer: Answer) -> Result<Answer, EngineError> {
        answer.body = self.seal("answer", SEALED, answer.body.as_bytes(), self.now())?;
        answer.headers.push((SEALED.to_owned(), String::new()));
        Ok(answer)
    }

    /// An answer as it was given, if it was kept sealed.
    pub fn opened(&self, mut answer: Answer) -> Answer {
        let Some(place) = answer.headers.iter().position(|(name, _)| name == SEALED) else { return answer };
        answer.headers.remove(place);
        let opened = self.unseal("answer", SEALED, &answer.body);
        answer.body = opened.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        answer
    }
}
