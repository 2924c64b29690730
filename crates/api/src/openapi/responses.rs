//! The problems each kind of operation can answer with, one set for each kind.

use crate::problem::table::{self, Code};
use crate::problem::{MEDIA_TYPE, Problem, ProblemView};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, example::ExampleBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Every operation can fail like this.
const ANYWHERE: &[&Code] = &[
    &table::UNAUTHENTICATED,
    &table::INSUFFICIENT_SCOPE,
    &table::QUOTA_EXCEEDED,
    &table::INTERNAL_ERROR,
    &table::STORE_UNAVAILABLE,
    &table::OVERLOADED,
    &table::ISSUER_UNAVAILABLE,
];

/// Every POST can fail like this beside.
const ONCE: &[&Code] = &[
    &table::IDEMPOTENCY_KEY_INVALID,
    &table::IDEMPOTENCY_KEY_MISSING,
    &table::IDEMPOTENCY_IN_PROGRESS,
    &table::IDEMPOTENCY_KEY_REUSED,
];

macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident = $($posted:ident)? [$($code:ident),*];)+) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    by_status(&[$(&table::$code),*], sets!(@once $($posted)?))
                }
            }
        )+
    };
    (@once) => { &[] };
    (@once posted) => { ONCE };
}

sets! {
    /// Nothing but a key is needed.
    Plain = [];
    /// One thing by its id.
    OneById = [NOT_FOUND];
    /// A call's recording is fetched from its vendor while the client waits.
    Recorded = [NOT_FOUND, RECORDING_NOT_FOUND, RECORDING_GONE, RECORDING_RANGE, PROVIDER_ERROR, PROVIDER_BUSY,
        RECORDING_HOST_NOT_ALLOWED, RECORDING_WITHHELD, RECORDING_TOO_LARGE, TOO_MANY_DOWNLOADS, PROVIDER_UNAVAILABLE];
    /// A list.
    Listing = [INVALID_CURSOR, VALIDATION_FAILED];
    /// A list that can be had as a whole.
    Exporting = [INVALID_CURSOR, VALIDATION_FAILED, TOO_MANY_DOWNLOADS];
    /// A stream of events.
    Following = [INVALID_CURSOR, VALIDATION_FAILED, TOO_MANY_STREAMS];
    /// A list of things of one other thing.
    ListingOfOne = [NOT_FOUND, INVALID_CURSOR, VALIDATION_FAILED];
    /// Something is created from a body.
    Creating = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, EXTERNAL_ID_TAKEN, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED, TOO_MANY_CONTACTS, BUDGET_EXHAUSTED];
    /// It is asked what would become of something.
    Foreseeing = [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED, TOO_MANY_CONTACTS];
    /// Somebody is to be called at once.
    Calling = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, EXTERNAL_ID_TAKEN, NOT_NOW, NOT_CALLABLE, BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED, BUDGET_EXHAUSTED];
    /// Something is created from a body and another thing.
    Redialing = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, NOT_FOUND, EXTERNAL_ID_TAKEN, BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED, BUDGET_EXHAUSTED];
    /// Something is changed by a body.
    Changing = [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, NOT_FOUND, WRONG_STATE, STALE, BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED];
    /// Contacts are added.
    Adding = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, NOT_FOUND, WRONG_STATE, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED, TOO_MANY_CONTACTS, TOO_MANY_UPLOADS, BUDGET_EXHAUSTED];
    /// Something is asked of a thing in its present status.
    Steering = posted [NOT_FOUND, WRONG_STATE];
    /// Calls are asked for, of a thing in its present status.
    Starting = posted [NOT_FOUND, WRONG_STATE, BUDGET_EXHAUSTED];
    /// Something is decided by a body about a thing in its present status.
    Deciding = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, NOT_FOUND, WRONG_STATE, BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED];
    /// More is asked by a body of a thing in its present status, which has bounds.
    Repeating = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, NOT_FOUND, WRONG_STATE, LIMIT_REACHED, BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED];
    /// Something simple of which there may be so many is created from a body.
    Making = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, LIMIT_REACHED, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED];
    /// Something there may be any number of is created, or put in the place of what there is, from a body.
    Noting = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED];
    /// The same for very many, which may come as a stream.
    Importing = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED, TOO_MANY_UPLOADS];
    /// Somebody is to be forgotten, by a body that may name a contact.
    Forgetting = posted [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, NOT_FOUND, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED];
    /// Something that can be changed at any time is changed by a body.
    Editing = [INVALID_JSON, UNREADABLE_BODY, REQUEST_TIMEOUT, NOT_FOUND, STALE, BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED];
    /// Something is done with a thing, whatever its status.
    Acting = posted [NOT_FOUND];
    /// The vendor is asked while the client waits.
    AskingVendor = [NOT_FOUND, UNSUPPORTED_BY_PROVIDER, PROVIDER_CREDENTIALS, PROVIDER_ERROR, PROVIDER_BUSY,
        PROVIDER_UNAVAILABLE];
    /// The vendor is asked by a POST while the client waits.
    Checking = posted [NOT_FOUND, UNSUPPORTED_BY_PROVIDER, PROVIDER_CREDENTIALS, PROVIDER_ERROR, PROVIDER_BUSY,
        PROVIDER_UNAVAILABLE];
    /// The vendor is asked for a list while the client waits.
    ListingAtVendor = [NOT_FOUND, INVALID_CURSOR, VALIDATION_FAILED, UNSUPPORTED_BY_PROVIDER,
        PROVIDER_CREDENTIALS, PROVIDER_ERROR, PROVIDER_BUSY, PROVIDER_UNAVAILABLE];
    /// A vendor's task is taken over.
    Adopting = posted [NOT_FOUND, EXTERNAL_ID_TAKEN, WRONG_STATE, UNKNOWN_VENDOR_STATE, UNSUPPORTED_BY_PROVIDER,
        PROVIDER_CREDENTIALS, PROVIDER_ERROR, PROVIDER_BUSY, PROVIDER_UNAVAILABLE];
}

/// Asked without a key, about the store.
pub(crate) struct Probing;

impl IntoResponses for Probing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([("503".to_owned(), response(&[&table::STORE_UNAVAILABLE, &table::DRAINING]).into())])
    }
}

fn by_status(codes: &[&'static Code], more: &[&'static Code]) -> BTreeMap<String, RefOr<Response>> {
    let mut statuses: BTreeMap<u16, Vec<&'static Code>> = BTreeMap::new();
    for code in codes.iter().chain(more).chain(ANYWHERE) {
        statuses.entry(code.status).or_default().push(code);
    }
    statuses.into_iter().map(|(status, codes)| (status.to_string(), response(&codes).into())).collect()
}

fn response(codes: &[&'static Code]) -> Response {
    let titles: Vec<_> = codes.iter().map(|code| format!("`{}`: {}.", code.slug, code.title)).collect();
    let examples = codes.iter().map(|code| {
        let example = ExampleBuilder::new().summary(code.title).value(Some(example(code)));
        (code.slug, example)
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ProblemView::name())))
        .examples_from_iter(examples)
        .build();
    ResponseBuilder::new().description(titles.join(" ")).content(MEDIA_TYPE, content).build()
}

fn example(code: &'static Code) -> Value {
    let problem = Problem::new(code, code.advice);
    serde_json::to_value(problem.view("/v1/…", "req_018f3a5c9d7e4b7f8a1b2c3d4e5f6071")).unwrap_or_default()
}
