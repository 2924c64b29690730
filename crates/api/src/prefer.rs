//! `Prefer: wait=n` (RFC 7240): hold the answer until what was asked for is confirmed.
//!
//! Whoever waits costs next to nothing, and is not counted among the requests that are being answered; there are so many
//! of them at a server. Beyond that the preference is not followed: the answer is there at once, without
//! `Preference-Applied`.

use crate::overload::InHand;
use crate::places::{Places, Turn};
use crate::problem::table;
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use outdial_model::TenantId;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// Longest wait that is granted.
const MOST_SECONDS: u64 = 30;

/// Answers of one server that are held at the same time, and those of one tenant among them.
const AT_ONCE: usize = 512;
const SHARE: usize = 128;

/// Those of a server who wait.
#[derive(Debug, Clone)]
pub(crate) struct Waiting(Places);

impl Waiting {
    pub(crate) fn until(closing: CancellationToken) -> Self {
        Self(Places::new(AT_ONCE, SHARE, &table::OVERLOADED, closing))
    }
}

/// How long the client is willing to wait; `None` when it did not say.
#[derive(Debug, Clone)]
pub(crate) struct Wait {
    patience: Option<Duration>,
    request: HttpRequest,
}

/// An answer that is held.
pub(crate) struct Held {
    /// How long at most.
    pub(crate) patience: Duration,
    _turn: Turn,
}

impl Wait {
    /// Begins to wait, if the client wants to and there is a place for somebody of that tenant.
    pub(crate) fn begin(&self, tenant: &TenantId) -> Option<Held> {
        let patience = self.patience?;
        let turn = self.request.app_data::<Data<Waiting>>()?.0.enter(tenant).ok()?;
        self.request.extensions_mut().remove::<Option<InHand>>();
        Some(Held { patience, _turn: turn })
    }
}

/// A preference that cannot be read is ignored, as the RFC wants.
fn patience<'a>(values: impl Iterator<Item = &'a str>) -> Option<Duration> {
    let preferences = values.flat_map(|value| value.split(','));
    let seconds = preferences.filter_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        is_wait.then(|| value.trim().trim_matches('"').parse::<u64>().ok())?
    });
    let first = { seconds }.next();
    first.map(|seconds| Duration::from_secs(seconds.min(MOST_SECONDS)))
}

impl Held {
    /// The value of `Preference-Applied`.
    pub(crate) fn applied(&self) -> String {
        format!("wait={}", self.patience.as_secs())
    }
}

impl IntoParams for Wait {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "`wait=10`: hold the answer until `status` is what was asked for, at most 30 seconds. A server holds \
            so many at a time; beyond that it answers at once, without `Preference-Applied`.";
        let prefer = ParameterBuilder::new()
            .name("Prefer")
            .parameter_in(ParameterIn::Header)
            .description(Some(about))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some("wait=10".into()));
        vec![prefer.build()]
    }
}

impl FromRequest for Wait {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let values = request.headers().get_all("prefer");
        let patience = patience(values.filter_map(|value| value.to_str().ok()));
        ready(Ok(Self { patience, request: request.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_readable_wait_counts_and_is_bounded() {
        let wait = |text: &'static str| patience([text].into_iter()).map(|wait| wait.as_secs());
        assert_eq!(wait("wait=10"), Some(10));
        assert_eq!(wait("respond-async, Wait = \"5\"; x"), Some(5));
        assert_eq!(wait("wait=999"), Some(30));
        assert_eq!(wait("wait=soon"), None);
        assert_eq!(wait("return=minimal"), None);
    }
}
