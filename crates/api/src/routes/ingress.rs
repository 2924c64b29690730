//! Where vendors push to. Their own business, so it is not in the document: no key, the vendor's own
//! bodies, proofs and acknowledgements.

use crate::body;
use crate::problem::{Problem, table};
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use outdial_engine::provider::{Inbound, ReceiveError};
use outdial_engine::{Engine, IngestError};
use outdial_model::AccountId;

/// Most bytes of a push.
const MOST_BYTES: usize = 1024 * 1024;

/// Takes a push of `kind` to an account, by whoever knows the account's ingress secret, from where that is allowed.
/// Nothing of anybody else's is read.
#[post("/ingress/{account}/{secret}/{kind}")]
pub(crate) async fn take(
    engine: Data<Engine>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (account, secret, kind) = path.into_inner();
    let account: AccountId = account.parse().map_err(|_| IngestError::NoSuchPlace)?;
    let door = engine.door(&account, &secret, request.peer_addr().map(|peer| peer.ip()))?;
    engine.is_known(&door, &kind)?;
    let body = body::whole(&request, payload.into_inner(), MOST_BYTES).await;
    let body = body.inspect_err(|problem| {
        if problem.is(&table::BODY_TOO_LARGE) {
            engine.is_too_large(&door, &kind);
        }
    })?;
    let headers = readable(request.headers());
    let inbound = Inbound {
        kind: &kind,
        query: request.query_string(),
        headers: &headers,
        body: &body,
        received_at: engine.now(),
    };
    let acknowledgement = engine.ingest(&door, &inbound).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(acknowledgement.body))
}

/// Headers whose values are text; no proof is anything else.
fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    headers.iter().filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect()
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        let refused = |code| Self::new(code, error.to_string());
        match error {
            IngestError::NoSuchPlace => refused(&table::NOT_FOUND),
            IngestError::Refused(why) => refused(match why {
                ReceiveError::UnknownKind => &table::NOT_FOUND,
                ReceiveError::Unreadable => &table::UNREADABLE_BODY,
                ReceiveError::MissingProof | ReceiveError::BadProof | ReceiveError::Stale => {
                    &table::UNPROVEN_PUSH
                }
            }),
            IngestError::NotKept(error) => error.into(),
        }
    }
}
