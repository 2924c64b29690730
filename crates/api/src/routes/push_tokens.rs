//! Tokens for vendors that present one with each push: the client credentials grant as RFC 6749 (section 4.4) has it, forms,
//! words and all. Like every place vendors ask, it is not in the document.

use crate::body;
use crate::problem::{Problem, table};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, PRAGMA, WWW_AUTHENTICATE};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use outdial_engine::provider::TOKEN_LIFE;
use outdial_engine::{Engine, IngestError, TOKEN_KIND};
use outdial_model::{AccountId, ExposeSecret};
use serde::Deserialize;
use serde_json::{Value, json};

/// Bytes of a form.
const MOST_BYTES: usize = 16 * 1024;

/// What is asked for (RFC 6749 section 4.4.2). Anything beside it is ignored; what is given without a value was not given, and
/// what is given twice makes the request invalid (section 3.2).
#[derive(Deserialize)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Grants a token to the vendor of an account, at the same kind of place its pushes go to. Where the account grants none,
/// there is no such place.
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
    let teller = engine.teller(&door)?;
    let body = body::whole(&request, payload.into_inner(), MOST_BYTES).await;
    let body = body.inspect_err(|problem| {
        if problem.is(&table::BODY_TOO_LARGE) {
            engine.is_too_large(&door, TOKEN_KIND);
        }
    })?;
    let granted = asked(&request, &body)
        .and_then(|(id, secret)| teller.grant(&id, &secret).ok_or(Refusal::InvalidClient));
    Ok(match granted {
        Ok(token) => {
            let granted = json!({
                "access_token": token.expose_secret(),
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFE.as_secs(),
            });
            not_kept(HttpResponse::Ok(), &granted)
        }
        Err(refusal) => {
            teller.turned_away();
            refusal.answer()
        }
    })
}

/// Id and secret of a client that asks as it should, in the form or in a header, but not in both (RFC 6749 section 2.3).
fn asked(request: &HttpRequest, body: &[u8]) -> Result<(String, String), Refusal> {
    let given = |value: Option<String>| value.filter(|value| !value.is_empty());
    let text = std::str::from_utf8(body).map_err(|_| Refusal::InvalidRequest)?;
    let Query(form) = Query::<Form>::from_query(text).map_err(|_| Refusal::InvalidRequest)?;
    match given(form.grant_type).as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal::UnsupportedGrantType),
        None => return Err(Refusal::InvalidRequest),
    }
    match (request.headers().get(AUTHORIZATION), given(form.client_secret)) {
        (Some(_), Some(_)) => Err(Refusal::InvalidRequest),
        (Some(header), None) => basic(header).ok_or(Refusal::InvalidClient),
        (None, secret) => given(form.client_id).zip(secret).ok_or(Refusal::InvalidClient),
    }
}

/// Id and secret of HTTP Basic; each is written as in a form before they are joined (RFC 6749 section 2.3.1).
fn basic(header: &HeaderValue) -> Option<(String, String)> {
    let (scheme, pair) = header.to_str().ok()?.split_once(' ')?;
    let pair = BASE64_STANDARD.decode(pair.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    let Query(form) = Query::<Form>::from_query(&format!("client_id={id}&client_secret={secret}")).ok()?;
    form.client_id.zip(form.client_secret)
}

/// Why there is no token (RFC 6749 section 5.2).
enum Refusal {
    InvalidRequest,
    InvalidClient,
    UnsupportedGrantType,
}

impl Refusal {
    fn answer(self) -> HttpResponse {
        let (answer, error) = match self {
            Self::InvalidRequest => (HttpResponse::BadRequest(), "invalid_request"),
            Self::UnsupportedGrantType => (HttpResponse::BadRequest(), "unsupported_grant_type"),
            Self::InvalidClient => {
                let mut answer = HttpResponse::Unauthorized();
                answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"outdial pushes\""));
                (answer, "invalid_client")
            }
        };
        not_kept(answer, &json!({"error": error}))
    }
}

/// An answer nobody on the way may keep (RFC 6749 section 5.1).
fn not_kept(mut answer: HttpResponseBuilder, body: &Value) -> HttpResponse {
    answer.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache")).json(body)
}
