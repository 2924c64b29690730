//! Tokens for vendors that present one with each push: the client credentials grant as RFC 6749 has it, forms, words and
//! all. Like every place vendors ask, it is not in the document.

use crate::body;
use crate::problem::Problem;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use outdial_engine::provider::TOKEN_LIFE;
use outdial_engine::{Engine, GrantError, IngestError};
use outdial_model::{AccountId, ExposeSecret};
use serde::Deserialize;
use serde_json::json;

/// Last part of the path, beside the kinds of pushes.
pub(crate) const TOKEN: &str = "token";
/// Bytes of a form.
const MOST_BYTES: usize = 16 * 1024;

/// What is asked for (RFC 6749 section 4.4.2). Anything beside it is ignored.
#[derive(Deserialize)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Grants a token to the vendor of an account, at the same kind of place its pushes go to.
#[post("/ingress/{account}/{secret}/token")]
pub(crate) async fn grant(
    engine: Data<Engine>,
    path: Path<(String, String)>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (account, secret) = path.into_inner();
    let account: AccountId = account.parse().map_err(|_| IngestError::NoSuchPlace)?;
    let door = engine.door(&account, &secret, request.peer_addr().map(|peer| peer.ip()))?;
    let body = body::whole(&request, payload.into_inner(), MOST_BYTES).await?;
    let form = std::str::from_utf8(&body).ok().and_then(|text| Query::<Form>::from_query(text).ok());
    let Some(Query(Form { grant_type: Some(grant_type), client_id, client_secret })) = form else {
        return Ok(refused("invalid_request"));
    };
    if grant_type != "client_credentials" {
        return Ok(refused("unsupported_grant_type"));
    }
    let Some((id, secret)) = basic(&request).or(client_id.zip(client_secret)) else {
        return Ok(refused("invalid_client"));
    };
    match engine.grant(&door, &id, &secret) {
        Ok(token) => Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({
            "access_token": token.expose_secret(),
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE.as_secs(),
        }))),
        Err(GrantError::UnknownClient) => Ok(refused("invalid_client")),
        Err(GrantError::NoSuchPlace) => Err(IngestError::NoSuchPlace.into()),
    }
}

/// As RFC 6749 section 5.2 has it.
fn refused(error: &str) -> HttpResponse {
    let mut answer = if error == "invalid_client" {
        let mut answer = HttpResponse::Unauthorized();
        answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"outdial pushes\""));
        answer
    } else {
        HttpResponse::BadRequest()
    };
    answer.insert_header((CACHE_CONTROL, "no-store")).json(json!({"error": error}))
}

/// Id and secret of the client, as one of the two ways of RFC 6749 section 2.3.1 presents them; each is written as in a
/// form before they are joined.
fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, pair) = value.split_once(' ')?;
    let pair = BASE64_STANDARD.decode(pair.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    let Query(form) = Query::<Form>::from_query(&format!("client_id={id}&client_secret={secret}")).ok()?;
    form.client_id.zip(form.client_secret)
}
