//! ETags: the revision of a task or an endpoint, and `If-Match` (RFC 9110 section 13.1.1).

use crate::problem::Problem;
use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use outdial_engine::EngineError;
use std::convert::Infallible;
use std::future::{Ready, ready};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// The ETag of a revision.
pub(crate) fn of(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// The revisions a client will have its change made to; `None` for any.
#[derive(Debug)]
pub(crate) struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Whether the client asked for particular revisions.
    pub(crate) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Refuses a revision that is none of them.
    pub(crate) fn check(&self, revision: i64) -> Result<(), Problem> {
        let tag = of(revision);
        match &self.0 {
            Some(tags) if !tags.contains(&tag) => Err(EngineError::Stale.into()),
            _ => Ok(()),
        }
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The `ETag` the change is meant for; 412 when it has changed since.";
        let if_match = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .description(Some(about))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        vec![if_match.build()]
    }
}

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags: Vec<_> = request
            .headers()
            .get_all(IF_MATCH)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|tag| tag.trim().to_owned())
            .collect();
        let any = tags.is_empty() || tags.iter().any(|tag| tag == "*");
        ready(Ok(Self((!any).then_some(tags))))
    }
}
