//! The audit log's side of a request: begun before the handler is asked, written when it has answered.
//!
//! A client that leaves in the middle takes its request's future with it, but not what was done by then: the entry is
//! written all the same, with a status of its own.

use crate::auth::Caller;
use crate::finish::RequestId;
use crate::permissions::Operation;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpMessage, rt};
use outdial_engine::{Deed, Engine};
use outdial_model::AccountId;

/// The client left before it was answered; whether it had its effect, the resource tells.
pub(crate) const LEFT: u16 = 499;
/// Characters of an id behind what tells its kind.
const ID: usize = 26;

/// A request for a change that is being answered.
pub(crate) struct Begun(Option<(Data<Engine>, Caller, Deed)>);

impl Begun {
    pub(crate) fn by(
        caller: &Caller,
        engine: &Data<Engine>,
        operation: &Operation,
        pattern: &str,
        request: &ServiceRequest,
    ) -> Self {
        let mut segments = pattern.split('/').zip(request.path().split('/'));
        let named = segments.find_map(|(name, value)| name.starts_with('{').then_some(value));
        let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
        let deed = Deed {
            operation: operation.id.clone(),
            target: named.filter(|name| is_name(engine, name)).map(str::to_owned),
            status: LEFT,
            request_id: request_id.unwrap_or_default(),
        };
        Self(Some((engine.clone(), caller.clone(), deed)))
    }

    /// Writes it down; when this returns, it is written.
    pub(crate) async fn answered(mut self, response: &ServiceResponse) {
        let Some((engine, caller, mut deed)) = self.0.take() else { return };
        deed.status = response.status().as_u16();
        let made = response.headers().get(LOCATION).and_then(|path| path.to_str().ok()?.rsplit('/').next());
        deed.target = made.map(str::to_owned).or(deed.target);
        // A task of its own: whoever leaves now does not end it.
        let _ = rt::spawn(async move { engine.audited(&caller.tenant, &caller.actor, deed).await }).await;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some((engine, caller, deed)) = self.0.take() {
            rt::spawn(async move { engine.audited(&caller.tenant, &caller.actor, deed).await });
        }
    }
}

/// Whether it names something: by an id, whoever it belongs to, or an account there is. Whatever else stands in a path is not
/// kept; it may be somebody's number.
fn is_name(engine: &Engine, text: &str) -> bool {
    let is_id = |(kind, rest): (&str, &str)| {
        let letters =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        kind.len() == 3 && rest.len() == ID && letters(kind) && letters(rest)
    };
    let is_account = || text.parse::<AccountId>().is_ok_and(|id| engine.account(&id).is_ok());
    text.split_once('_').is_some_and(is_id) || is_account()
}
