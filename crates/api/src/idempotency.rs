//! Requests that have their effect once: the `Idempotency-Key` header of every POST.
//!
//! A handler asks for an [`Idempotency`] and gives its work to [`run`](Idempotency::run): whether there is a
//! key, whether it was used, and by whom, is decided here. The work gets a `once` to hand on to its use case,
//! which writes key and answer in the transaction of the effect. What fails leaves no key. Streams, which
//! are more than one transaction, go through [`StreamKey`] instead.
//!
//! `key.rs` the header · `fingerprint.rs` what makes two requests the same · `answer.rs` what is kept and sent
//! again · `stream.rs` a key that is held · `document.rs` all of it in the OpenAPI document
//!
//! Not for: what a key means (the engine), where it is kept (the store).

mod answer;
pub(crate) mod document;
mod fingerprint;
mod key;
mod stream;

pub(crate) use answer::{json, respond};
pub(crate) use stream::{StreamKey, Taken};

use crate::auth::Caller;
use crate::problem::{Problem, table};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use outdial_engine::{Answer, Engine, EngineError, Once, OnceKey};
use outdial_model::TenantId;
use serde_json::Value;
use std::future::{Ready, ready};

/// A POST and its key, if it has one.
pub(crate) struct Idempotency {
    engine: Data<Engine>,
    tenant: TenantId,
    /// Method and route, in whose scope the key is one.
    scope: String,
    path: String,
    key: Option<String>,
}

/// What became of a request.
pub(crate) enum Done<E> {
    /// It was carried out.
    Now(E),
    /// It was before.
    Before(HttpResponse),
}

/// Why a request was not carried out.
pub(crate) enum Halt {
    /// It cannot be, as it is.
    Problem(Problem),
    /// The engine did not; perhaps because it was carried out before.
    Engine(EngineError),
}

impl Idempotency {
    /// Carries the request out, unless it was before. `body` is what the client sent, `words` the answer to
    /// the effect; pure, for it runs within the effect's transaction.
    pub(crate) async fn run<E>(
        &self,
        body: Option<&Value>,
        words: &(impl Fn(&E) -> Answer + Send + Sync),
        act: impl AsyncFnOnce(Option<&Once<'_, E>>) -> Result<E, Halt>,
    ) -> Result<Done<E>, Problem> {
        let done = match self.key().map(|key| fingerprint::of(&self.path, body).sign(&self.engine, key)) {
            None => act(None).await,
            // Asked first: what was accepted then might be refused as things are now.
            Some(key) => match self.engine.unanswered(&self.tenant, &key).await {
                Ok(()) => match act(Some(&Once { key: &key, answer: words })).await {
                    // Asked once more: what a twin has done since may be why this one is refused.
                    Err(refused) => match self.engine.unanswered(&self.tenant, &key).await {
                        Ok(()) => Err(refused),
                        Err(error) => Err(error.into()),
                    },
                    done => done,
                },
                Err(error) => Err(error.into()),
            },
        };
        match done {
            Ok(effect) => Ok(Done::Now(effect)),
            Err(Halt::Engine(EngineError::Answered(answer))) => {
                Ok(Done::Before(answer::again(self.engine.opened(*answer))))
            }
            Err(Halt::Engine(error)) => Err(error.into()),
            Err(Halt::Problem(problem)) => Err(problem),
        }
    }

    /// The same, for a request that is answered as soon as it has its effect.
    pub(crate) async fn answer<E>(
        &self,
        body: Option<&Value>,
        words: impl Fn(&E) -> Answer + Send + Sync,
        act: impl AsyncFnOnce(Option<&Once<'_, E>>) -> Result<E, Halt>,
    ) -> Result<HttpResponse, Problem> {
        match self.run(body, &words, act).await? {
            Done::Now(effect) => Ok(respond(words(&effect))),
            Done::Before(response) => Ok(response),
        }
    }

    /// The key, of a request that was not looked at yet.
    fn key(&self) -> Option<OnceKey> {
        let (scope, key) = (self.scope.clone(), self.key.clone()?);
        Some(OnceKey { scope, key, fingerprint: String::new(), formerly: String::new() })
    }
}

impl FromRequest for Idempotency {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(of(request, payload))
    }
}

fn of(request: &HttpRequest, payload: &mut Payload) -> Result<Idempotency, Problem> {
    let caller = Caller::from_request(request, payload).into_inner()?;
    let engine = request.app_data::<Data<Engine>>().cloned();
    let (Some(engine), Some(route)) = (engine, request.match_pattern()) else {
        return Err(Problem::new(&table::INTERNAL_ERROR, "the request could not be completed"));
    };
    let key = key::of(request.headers())?;
    if key.is_none() && caller.requires_idempotency_key {
        let detail = "the API key demands an `Idempotency-Key` header of every POST";
        return Err(Problem::new(&table::IDEMPOTENCY_KEY_MISSING, detail));
    }
    Ok(Idempotency {
        engine,
        tenant: caller.tenant.clone(),
        scope: format!("{} {route}", request.method()),
        path: request.path().to_owned(),
        key,
    })
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<EngineError> for Halt {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}
