//! Problem documents (RFC 9457): the one shape of everything that goes wrong.
//!
//! Code below the edge returns a [`Problem`]; the [`finish`](crate::finish) middleware, which knows the
//! request, writes it out. Texts in it are for clients: never a number, a name, a secret, or words of
//! a vendor that were not redacted.
//!
//! `table.rs` all codes · `engine.rs` from the engine's errors · `pages.rs` what `type` links to.

mod engine;
pub(crate) mod pages;
pub(crate) mod table;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use outdial_model::FieldProblem;
use serde::Serialize;
use std::fmt;
use std::time::Duration;
use table::Code;
use utoipa::ToSchema;

/// The media type of every problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Something that went wrong, for the client to read.
#[derive(Debug)]
pub(crate) struct Problem {
    code: &'static Code,
    detail: String,
    errors: Vec<FieldError>,
    provider: Option<Box<ProviderFault>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    violated: Vec<&'static str>,
}

/// One field that cannot be accepted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Where in the body: a JSON pointer (RFC 6901) as a URI fragment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "#/contacts/3/phone")]
    pub pointer: Option<String>,
    /// Which query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Stable word for programs.
    #[schema(value_type = String, example = "invalid_phone")]
    pub code: &'static str,
    /// What is wrong and what would be right, for people.
    #[schema(example = "too short for its country")]
    pub detail: String,
}

/// What a vendor said when a synchronous read failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProviderFault {
    /// The provider.
    #[schema(example = "memory")]
    pub id: String,
    /// The vendor's own code, as sent.
    pub code: Option<String>,
    /// The vendor's id of the request, for the vendor's support.
    pub request_id: Option<String>,
}

/// What went wrong and what to do next (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView<'a> {
    /// Link to a page about this kind of problem, relative to this server.
    #[serde(rename = "type")]
    #[schema(example = "/problems/validation_failed")]
    kind: String,
    /// The kind of problem in one line.
    #[schema(value_type = String)]
    title: &'a str,
    /// The HTTP status, repeated.
    status: u16,
    /// What happened this time.
    #[schema(value_type = String)]
    detail: &'a str,
    /// The path that was asked.
    #[schema(value_type = String)]
    instance: &'a str,
    /// Stable word for programs; the last segment of `type`.
    #[schema(value_type = String, example = "validation_failed")]
    code: &'a str,
    /// The answer's `X-Request-Id`; the operator finds the request in the log by it.
    #[schema(value_type = String)]
    request_id: &'a str,
    /// Whether the very same request may succeed later.
    retryable: bool,
    /// The fields at fault, all of them.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    #[schema(value_type = Vec<FieldError>, required = false)]
    errors: &'a [FieldError],
    /// The vendor's side of it, when a vendor failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProviderFault>)]
    provider: Option<&'a ProviderFault>,
    /// Of `quota_exceeded`, the policies of `RateLimit-Policy` that were used up; of `budget_exhausted`, the operator's setting: `dials_per_day`,
    /// `client_dials_per_day`, `accounts.NAME.dials_per_day` or `concurrent_calls`.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    violated_policies: &'a [&'static str],
}

impl Problem {
    pub(crate) fn new(code: &'static Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            provider: None,
            headers: Vec::new(),
            violated: Vec::new(),
        }
    }

    /// Whether it is of that kind.
    pub(crate) fn is(&self, code: &'static Code) -> bool {
        std::ptr::eq(self.code, code)
    }

    /// Fields of the body that cannot be accepted.
    pub(crate) fn invalid_fields(fields: Vec<FieldProblem>) -> Self {
        Self::invalid(fields, |field| FieldError {
            pointer: Some(field.pointer),
            parameter: None,
            code: field.code,
            detail: field.detail,
        })
    }

    /// Query parameters that cannot be accepted.
    pub(crate) fn invalid_parameters(fields: Vec<FieldProblem>) -> Self {
        Self::invalid(fields, |field| FieldError {
            parameter: Some(field.pointer.trim_start_matches("#/").to_owned()),
            pointer: None,
            code: field.code,
            detail: field.detail,
        })
    }

    fn invalid(fields: Vec<FieldProblem>, error: impl Fn(FieldProblem) -> FieldError) -> Self {
        let detail = match fields.len() {
            1 => "1 field cannot be accepted; nothing was stored".to_owned(),
            count => format!("{count} fields cannot be accepted; nothing was stored"),
        };
        Self {
            errors: fields.into_iter().map(error).collect(),
            ..Self::new(&table::VALIDATION_FAILED, detail)
        }
    }

    #[must_use]
    pub(crate) fn with_errors(mut self, fields: Vec<FieldProblem>) -> Self {
        self.errors = Self::invalid_fields(fields).errors;
        self
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).map(|value| (name, value)));
        self
    }

    /// Quotas that are used up.
    #[must_use]
    pub(crate) fn violating(self, violated: Vec<&'static str>) -> Self {
        Self { violated, ..self }
    }

    #[must_use]
    pub(crate) fn with_retry_after(self, pause: Duration) -> Self {
        self.with_header(RETRY_AFTER, &pause.as_secs().max(1).to_string())
    }

    /// The code, for places that report a problem within a larger answer.
    pub(crate) fn code(&self) -> &'static Code {
        self.code
    }

    /// What happened, without the rest.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn view<'a>(&'a self, instance: &'a str, request_id: &'a str) -> ProblemView<'a> {
        ProblemView {
            kind: format!("/problems/{}", self.code.slug),
            title: self.code.title,
            status: self.code.status,
            detail: &self.detail,
            instance,
            code: self.code.slug,
            request_id,
            retryable: self.code.retryable,
            errors: &self.errors,
            provider: self.provider.as_deref(),
            violated_policies: &self.violated,
        }
    }

    pub(crate) fn response(&self, instance: &str, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        let body = serde_json::to_vec(&self.view(instance, request_id)).unwrap_or_default();
        response.content_type(MEDIA_TYPE).body(body)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.slug, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Used only where the middleware does not reach; it writes the complete document.
    fn error_response(&self) -> HttpResponse {
        self.response("", "")
    }
}
