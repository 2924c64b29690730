//! `Prefer: wait=n` (RFC 7240): hold the answer until what was asked for is confirmed.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::time::Duration;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// Longest wait that is granted.
const MOST_SECONDS: u64 = 30;

/// How long the client is willing to wait; `None` when it did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait(pub Option<Duration>);

impl Wait {
    /// A preference that cannot be read is ignored, as the RFC wants.
    fn of<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let preferences = values.flat_map(|value| value.split(','));
        let seconds = preferences.filter_map(|preference| {
            let (name, value) = preference.split(';').next()?.split_once('=')?;
            let is_wait = name.trim().eq_ignore_ascii_case("wait");
            is_wait.then(|| value.trim().trim_matches('"').parse::<u64>().ok())?
        });
        let first = { seconds }.next();
        Self(first.map(|seconds| Duration::from_secs(seconds.min(MOST_SECONDS))))
    }

    /// The value of `Preference-Applied`.
    pub(crate) fn applied(self) -> Option<String> {
        self.0.map(|patience| format!("wait={}", patience.as_secs()))
    }
}

impl IntoParams for Wait {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "`wait=10`: hold the answer until `status` is what was asked for, at most 30 seconds.";
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
        ready(Ok(Self::of(values.filter_map(|value| value.to_str().ok()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_readable_wait_counts_and_is_bounded() {
        let wait = |text: &'static str| Wait::of([text].into_iter()).0.map(|wait| wait.as_secs());
        assert_eq!(wait("wait=10"), Some(10));
        assert_eq!(wait("respond-async, Wait = \"5\"; x"), Some(5));
        assert_eq!(wait("wait=999"), Some(30));
        assert_eq!(wait("wait=soon"), None);
        assert_eq!(wait("return=minimal"), None);
    }
}
