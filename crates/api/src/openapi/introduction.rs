//! The first page: what this is, what to try first, and what the tags mean.

use crate::problem::{FieldError, ProblemView, ProviderFault};
use crate::wire::event_data::{CallData, ContactData, EndpointData, ProviderData, TaskData, TestData};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

#[derive(OpenApi)]
#[openapi(
    info(title = "Outdial", description = include_str!("introduction.md")),
    servers((url = "/", description = "This server")),
    security(("bearer" = [])),
    components(schemas(
        ProblemView, FieldError, ProviderFault, TaskData, ContactData, CallData, ProviderData, EndpointData,
        TestData
    )),
    tags(
        (name = "Tasks", description = "Calling campaigns: create, start, pause, resume, stop, follow."),
        (name = "Contacts", description = "The people of a task: add them at any time, see what became of each."),
        (name = "Suppressions", description = "Numbers that are not to be called, for anything or for one purpose."),
        (name = "Calls", description = "The attempts that were made."),
        (name = "Events", description = "Everything that happened, in order, to be pulled or followed."),
        (name = "Webhooks", description = "Events pushed to URLs of yours, signed, in order for each contact, until they are taken."),
        (name = "Accounts", description = "Credentials and settings at a vendor, and how it fares."),
        (name = "Vendor tasks", description = "A vendor's own tasks, live, whoever made them."),
        (name = "Providers", description = "What each vendor can do."),
        (name = "Operations", description = "For whoever watches: stop everything at once."),
        (name = "Access", description = "API keys, and who did what."),
        (name = "Server", description = "Probes, which need no key, and metrics.")
    )
)]
struct Introduction;

/// A document without routes.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut document = Introduction::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("odk_live_… | odk_test_… | JWT")
        .description(Some(
            "An API key, or a token (JWT) of an issuer the server trusts. `outdial demo` prints a key; `outdial keys create` \
             and `POST /v1/api_keys` make one. Each operation names the scope it needs.",
        ))
        .build();
    if let Some(components) = &mut document.components {
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    document
}
