//! Every problem the API can answer with: one row for each code.
//!
//! `status` and `advice` are decided by one question: what will the reader do next? The table feeds the
//! answers, the pages under `/problems`, the OpenAPI document and `docs/errors.md`.

/// A kind of problem.
#[derive(Debug)]
pub(crate) struct Code {
    /// Stable snake_case word, last segment of `type`.
    pub slug: &'static str,
    /// HTTP status.
    pub status: u16,
    /// One line for people, the same for every occurrence.
    pub title: &'static str,
    /// Whether the very same request may succeed later.
    pub retryable: bool,
    /// What to do next.
    pub advice: &'static str,
}

/// The very same request may succeed later.
const LATER: bool = true;
/// The very same request will fail again.
const NEVER: bool = false;

macro_rules! codes {
    ($($name:ident = $status:literal $slug:literal $retryable:ident, $title:literal, $advice:literal;)+) => {
        $(pub(crate) static $name: Code = Code {
            slug: $slug,
            status: $status,
            title: $title,
            retryable: $retryable,
            advice: $advice,
        };)+

        /// Every code, by status.
        pub(crate) static TABLE: &[&Code] = &[$(&$name),+];
    };
}

codes! {
    INVALID_JSON = 400 "invalid_json" NEVER, "The body is not readable JSON",
        "Repair the JSON at the line and column given in `detail`. Nesting may be at most 32 levels deep.";
    UNREADABLE_BODY = 400 "unreadable_body" NEVER, "The body could not be read",
        "Send the whole body, encoded as its headers say.";
    INVALID_CURSOR = 400 "invalid_cursor" NEVER, "The cursor does not belong to this list",
        "Use `next_cursor` as it was answered, with the same key, path and filters; or begin again without `cursor`.";
    IDEMPOTENCY_KEY_INVALID = 400 "idempotency_key_invalid" NEVER, "The idempotency key cannot be used",
        "Send one `Idempotency-Key` header with 1 to 255 characters of `A-Z a-z 0-9 _ : . -`, a UUID for example.";
    IDEMPOTENCY_KEY_MISSING = 400 "idempotency_key_missing" NEVER, "The API key demands an idempotency key",
        "Send an `Idempotency-Key` header with every POST: a new key for each thing that is to happen, the same one when a request is sent again.";
    UNAUTHENTICATED = 401 "unauthenticated" NEVER, "No valid API key or token",
        "Send `Authorization: Bearer <key>` with a key that is neither revoked nor expired, or a token of an issuer this server trusts.";
    UNPROVEN_PUSH = 401 "unproven_push" NEVER, "The push does not prove who sent it",
        "For vendors: sign with the account's own key at the time of sending. For operators: compare the account's settings with the vendor's console, and the clock.";
    INSUFFICIENT_SCOPE = 403 "insufficient_scope" NEVER, "The key or token is not good for this",
        "`detail` names the scope that is needed. Ask whoever manages the keys of your tenant for a key that has it.";
    NOT_FOUND = 404 "not_found" NEVER, "There is no such thing",
        "Check the path and the id. Things of other tenants do not exist for your key.";
    RECORDING_NOT_FOUND = 404 "recording_not_found" LATER, "There is no recording of the call, or not yet",
        "Wait for `has_recording` of the call, or the event `recording.available`. Calls nobody answered are not recorded.";
    RECORDING_GONE = 404 "recording_gone" NEVER, "The vendor does not have the recording any more",
        "Fetch recordings soon: vendors keep them for a while, and nothing of them is kept here.";
    METHOD_NOT_ALLOWED = 405 "method_not_allowed" NEVER, "The path does not take this method",
        "Use one of the methods in the `Allow` header.";
    REQUEST_TIMEOUT = 408 "request_timeout" LATER, "The body came too slowly",
        "Send the request again over a better connection, or in smaller parts. Of a stream, what came before is kept.";
    CONFLICT = 409 "conflict" NEVER, "Not possible now",
        "Read the resource again and decide by what `detail` says.";
    EXTERNAL_ID_TAKEN = 409 "external_id_taken" NEVER, "The external id is in use",
        "If this is a repetition, go on with the resource named in `detail`; else choose another external id.";
    WRONG_STATE = 409 "wrong_state" NEVER, "Not possible in the present status",
        "Read the resource and ask for something its status allows. A task that is over cannot be opened again: create a new one.";
    UNKNOWN_VENDOR_STATE = 409 "unknown_vendor_state" NEVER, "The vendor's task is in an unknown state",
        "Bring the task into a known state in the vendor's console (paused, for example) and adopt it again.";
    NOT_NOW = 409 "not_now" LATER, "The person cannot be called now",
        "`errors` says what is in the way. Nothing was stored: ask again when it has passed, after `Retry-After` seconds where that is known.";
    NOT_CALLABLE = 409 "not_callable" NEVER, "The person is not to be called",
        "`errors` says why. Nothing was stored, and the same request will be refused again as long as that is so.";
    LIMIT_REACHED = 409 "limit_reached" NEVER, "There are as many as there may be",
        "`detail` says of what, and how many there may be. Take away what is no longer needed, or wait until something is done.";
    IDEMPOTENCY_IN_PROGRESS = 409 "idempotency_in_progress" LATER, "A request with this idempotency key is under way",
        "Send the request again after `Retry-After` seconds; it is answered like the first one when that is done.";
    STALE = 412 "stale" NEVER, "The resource has changed",
        "Read it again, repeat the change on what it is now, and send the new `ETag` in `If-Match`.";
    BODY_TOO_LARGE = 413 "body_too_large" NEVER, "The body is too large",
        "A JSON body has at most 8 MiB. Send contacts as `application/x-ndjson` or `text/csv`, which have no limit.";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type" NEVER, "The body's type is not understood",
        "Set `Content-Type` to one of the types named in `detail`.";
    RECORDING_RANGE = 416 "recording_range" NEVER, "The recording has no such part",
        "Ask for bytes within the length that `Content-Range` of this answer gives, or without `Range` for the whole.";
    VALIDATION_FAILED = 422 "validation_failed" NEVER, "The request is not valid",
        "Correct every field listed in `errors` and send the request again. Nothing was stored.";
    TOO_MANY_CONTACTS = 422 "too_many_contacts" NEVER, "Too many contacts for one JSON request",
        "Send at most 1000 contacts in a JSON request, or stream any number to `POST /v1/tasks/{id}/contacts` as `application/x-ndjson` or `text/csv`.";
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency_key_reused" NEVER, "The idempotency key was used for another request",
        "Choose a new key for a request with another path or body. The first request had its effect; this one had none.";
    UNSUPPORTED_BY_PROVIDER = 422 "unsupported_by_provider" NEVER, "The account's provider cannot do this",
        "See `operations` of the account for what it can do, natively or by emulation, and what may have to be configured.";
    QUOTA_EXCEEDED = 429 "quota_exceeded" LATER, "Too many requests",
        "Repeat the request after `Retry-After` seconds, and spread requests out: `RateLimit` of every answer tells what is left. Contacts can be sent by the thousand, and events be followed instead of asked for.";
    BUDGET_EXHAUSTED = 429 "budget_exhausted" LATER, "There are no calls left for this today, or at this moment",
        "Repeat the request after `Retry-After` seconds; `violated_policies` names the setting, which is the operator's. Nothing was stored; of a stream, what came before is kept. A task that is not started takes people at any time, and dials them when there are calls again.";
    INTERNAL_ERROR = 500 "internal_error" NEVER, "Something is broken on our side",
        "Tell the operator the `request_id`; the log has the cause. Repeating the request will probably not help.";
    PROVIDER_CREDENTIALS = 502 "provider_credentials" NEVER, "The vendor does not accept the account's credentials",
        "Ask the operator to correct the account's settings; `POST /v1/accounts/{account}/check` shows when they work.";
    PROVIDER_ERROR = 502 "provider_error" NEVER, "The vendor's answer was an error",
        "See `provider.code`, and give `provider.request_id` to the vendor's support if it does not explain itself.";
    PROVIDER_BUSY = 502 "provider_busy" LATER, "The vendor wants fewer requests, or a quota is used up",
        "Repeat the request after `Retry-After` seconds.";
    RECORDING_HOST_NOT_ALLOWED = 502 "recording_host_not_allowed" NEVER, "The recording is on a host nothing is fetched from",
        "Ask the operator whether the vendor keeps recordings there, and to add the host to the setting `detail` names.";
    RECORDING_WITHHELD = 502 "recording_withheld" NEVER, "The recording's host does not hand it out",
        "Fetch recordings soon: a vendor's link may run out. If new ones are withheld too, ask the vendor what its host wants.";
    RECORDING_TOO_LARGE = 502 "recording_too_large" NEVER, "The recording is larger than is handed on",
        "Ask for parts of it with `Range`, or ask the operator for a larger `recordings.max_bytes`.";
    STORE_UNAVAILABLE = 503 "store_unavailable" LATER, "The store is not available",
        "Repeat the request after `Retry-After` seconds. Nothing was stored.";
    OVERLOADED = 503 "overloaded" LATER, "More requests than can be answered",
        "Repeat the request after `Retry-After` seconds, longer each time. Nothing of it was done.";
    ISSUER_UNAVAILABLE = 503 "issuer_unavailable" LATER, "The token cannot be checked now",
        "Repeat the request after `Retry-After` seconds. The issuer's keys could not be fetched; the operator's log tells why.";
    DRAINING = 503 "draining" LATER, "The server is about to end",
        "Send requests to another replica, or to this one when it has started again.";
    TOO_MANY_STREAMS = 503 "too_many_streams" LATER, "Too many streams of events",
        "Connect again after `Retry-After` seconds, or pull `GET /v1/events` from the same cursor.";
    TOO_MANY_DOWNLOADS = 503 "too_many_downloads" LATER, "Too many recordings or lists on their way",
        "Ask again after `Retry-After` seconds, and for fewer at the same time. One nobody reads has its place until its connection is closed.";
    TOO_MANY_UPLOADS = 503 "too_many_uploads" LATER, "Too many streams of contacts or numbers",
        "Send it again after `Retry-After` seconds, from its first line. Nothing was stored.";
    PROVIDER_UNAVAILABLE = 504 "provider_unavailable" LATER, "The vendor did not answer",
        "Repeat the request later; the account's `health` tells how the vendor fares.";
}

/// The code with that slug.
pub(crate) fn find(slug: &str) -> Option<&'static Code> {
    TABLE.iter().copied().find(|code| code.slug == slug)
}
