//! Tokens of an issuer: which are let in, and the many that are not.

use crate::test_api::{Answer, Place, TestApi, send};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{EncodingKey, Header, encode};
use outdial_engine::provider::{MemoryOptions, MemoryProvider, Staging};
use outdial_engine::{Algorithm, KeySet, KeySource, TokenIssuer};
use outdial_model::{Clock, ManualClock, Secret, SystemClock, TenantId};
use outdial_outward::testing::{Canary, Conduct, Host};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const ISSUER: &str = "https://login.example.com/";
const SECRET: &str = "a secret of more than thirty-two bytes";

/// What somebody signs with.
struct Pen {
    key: EncodingKey,
    algorithm: Algorithm,
    /// The public half, in DER form.
    public: Vec<u8>,
}

impl Pen {
    fn elliptic() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let private = EcdsaKeyPair::to_pkcs8v1(&pair).unwrap();
        let public = pair.public_key().as_der().unwrap();
        let public: PublicKeyX509Der<'_> = public;
        Self {
            key: EncodingKey::from_ec_der(private.as_ref()),
            algorithm: Algorithm::ES256,
            public: public.as_ref().to_vec(),
        }
    }

    fn rsa() -> Self {
        let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let private = pem("PRIVATE KEY", private.as_ref());
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self {
            key: EncodingKey::from_rsa_pem(private.as_bytes()).unwrap(),
            algorithm: Algorithm::RS256,
            public: public.as_ref().to_vec(),
        }
    }

    fn jwk(&self, id: &str) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.key, self.algorithm).unwrap()).unwrap();
        jwk["kid"] = id.into();
        jwk["use"] = "sig".into();
        jwk
    }

    fn header(&self, id: &str) -> Header {
        Header { kid: Some(id.to_owned()), ..Header::new(self.algorithm) }
    }

    fn sign(&self, id: &str, claims: &Value) -> String {
        encode(&self.header(id), claims, &self.key).unwrap()
    }

    /// Signs whatever it says, byte for byte.
    fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}

fn seconds_from_now(seconds: i64) -> i64 {
    SystemClock.now().as_second() + seconds
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "outdial", "exp": seconds_from_now(600), "sub": "ann",
        "tenant": "acme", "scope": "openid tasks:read",
    })
}

/// The usual claims, one of them another.
fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn claims_without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn key_set(keys: &[Value]) -> Conduct {
    Conduct::answer("200 OK", "content-type: application/json\r\n", &json!({"keys": keys}).to_string())
}

async fn trusting(algorithms: &[Algorithm], keys: KeySource) -> TestApi {
    trusting_at(Arc::new(SystemClock), algorithms, keys).await
}

async fn trusting_at(clock: Arc<dyn Clock>, algorithms: &[Algorithm], keys: KeySource) -> TestApi {
    trusting_for(Vec::new(), clock, algorithms, keys).await
}

async fn trusting_for(
    tenants: Vec<TenantId>,
    clock: Arc<dyn Clock>,
    algorithms: &[Algorithm],
    keys: KeySource,
) -> TestApi {
    let issuer = TokenIssuer {
        issuer: ISSUER.into(),
        audience: vec!["outdial".into()],
        algorithms: algorithms.to_vec(),
        keys,
        tenants,
    };
    let options = MemoryOptions::staged(Staging::EmptyThenStart, Arc::new(SystemClock));
    let place = Place { issuers: vec![issuer], clock, ..Place::default() };
    TestApi::start_at(MemoryProvider::new(options), place).await
}

async fn come(api: &TestApi, token: &str) -> Answer {
    send(api.bare(Method::GET, "/v1/tasks").bearer_auth(token)).await
}

/// An API whose issuer publishes the keys of `pen` as `one`; the place where it does counts who asks.
async fn published(pen: &Pen) -> (TestApi, Host) {
    let host = Host::start(key_set(&[pen.jwk("one")])).await;
    let keys = KeySource::published_at(&format!("{}/jwks.json", host.origin())).unwrap();
    (trusting(&[pen.algorithm], keys).await, host)
}

#[tokio::test]
async fn a_token_is_as_good_as_a_key_within_its_tenant_and_scope() {
    let pen = Pen::elliptic();
    let (api, host) = published(&pen).await;
    let task = api.create_task(1).await;
    let token = pen.sign("one", &claims());
    for _ in 0..3 {
        let seen = come(&api, &token).await;
        assert_eq!((seen.status.as_u16(), seen.text("/data/0/id")), (200, task.as_str()));
    }
    let refused = send(api.bare(Method::POST, "/v1/tasks").bearer_auth(&token)).await;
    refused.problem(403, "insufficient_scope");
    let log = api.get("/v1/audit").await;
    assert_eq!(log.text("/data/0/actor"), format!("{ISSUER}#ann"));

    let stranger = pen.sign("one", &claims_with("tenant", "globex".into()));
    assert_eq!(come(&api, &stranger).await.body["data"], json!([]));
    let one_of_several = pen.sign("one", &claims_with("aud", json!(["other", "outdial"])));
    assert_eq!(come(&api, &one_of_several).await.status, 200);
    let hasty = claims_with("nbf", seconds_from_now(20).into());
    assert_eq!(come(&api, &pen.sign("one", &hasty)).await.status, 200, "clocks may be 30 s apart");
    let late = claims_with("exp", seconds_from_now(-20).into());
    assert_eq!(come(&api, &pen.sign("one", &late)).await.status, 200, "clocks may be 30 s apart");
    assert_eq!(host.heads().len(), 1, "the keys were fetched once");
}

#[tokio::test]
async fn an_issuer_speaks_for_its_tenants_only() {
    let pen = Pen::elliptic();
    let set = json!({"keys": [pen.jwk("one")]}).to_string();
    let keys = KeySource::Fixed(KeySet::from_jwks(set.as_bytes()).unwrap());
    let tenants = vec!["acme".parse().unwrap()];
    let api = trusting_for(tenants, Arc::new(SystemClock), &[pen.algorithm], keys).await;
    assert_eq!(come(&api, &pen.sign("one", &claims())).await.status, 200);
    let stranger = pen.sign("one", &claims_with("tenant", "globex".into()));
    come(&api, &stranger).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_token_that_is_not_what_it_says_opens_nothing_and_causes_no_request() {
    let pen = Pen::elliptic();
    let (api, host) = published(&pen).await;
    assert_eq!(come(&api, &pen.sign("one", &claims())).await.status, 200);
    let (elsewhere, fetched) = (Canary::new(), host.heads().len());
    let lure = format!("http://{}/keys", elsewhere.authority());
    let good = claims().to_string();
    let head = |more: &str| format!(r#"{{"alg":"ES256","kid":"one"{more}}}"#);
    let stranger = Pen::elliptic();
    let sign = |claims: Value| pen.sign("one", &claims);

    let mut attempts: Vec<(String, String)> = Vec::new();
    let mut attempt = |what: &str, token: String| attempts.push((what.to_owned(), token));
    let unsigned =
        |alg: &str| format!("{}.{}.", BASE64.encode(format!(r#"{{"alg":"{alg}"}}"#)), BASE64.encode(&good));
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        attempt("no algorithm", unsigned(alg));
    }
    attempt("signature left out", format!("{}.{}.", BASE64.encode(head("")), BASE64.encode(&good)));
    for (what, secret) in [
        ("the public key as a secret, PEM", pem("PUBLIC KEY", &pen.public).into_bytes()),
        ("the public key as a secret, DER", pen.public.clone()),
        ("an empty secret", Vec::new()),
    ] {
        let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) };
        attempt(what, encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap());
    }
    attempt("another's signature", stranger.sign("one", &claims()));
    for id in [
        "../../../../dev/null",
        "/dev/null/..",
        "one' OR '1'='1",
        "one'; DROP TABLE tasks;--",
        "one\0",
        "",
        " one",
        "http://169.254.169.254/..",
        &"k".repeat(5000),
    ] {
        attempt("a key's name", stranger.sign(id, &claims()));
        attempt("a key's name, rightly signed", pen.sign(id, &claims()));
    }
    let own = stranger.jwk("one");
    attempt("jku", stranger.sign_text(&head(&format!(r#","jku":"{lure}""#)), &good));
    attempt("x5u", stranger.sign_text(&head(&format!(r#","x5u":"{lure}""#)), &good));
    attempt("jwk", stranger.sign_text(&head(&format!(r#","jwk":{own}"#)), &good));
    attempt("crit", pen.sign_text(&head(r#","crit":["exp"]"#), &good));
    attempt("alg twice", pen.sign_text(r#"{"alg":"none","alg":"ES256","kid":"one"}"#, &good));
    attempt("kid twice", pen.sign_text(r#"{"alg":"ES256","kid":"two","kid":"one"}"#, &good));
    attempt("expired", sign(claims_with("exp", seconds_from_now(-31).into())));
    attempt("expired long ago", sign(claims_with("exp", (-1).into())));
    attempt("from the future", sign(claims_with("nbf", seconds_from_now(40).into())));
    for name in ["exp", "iss", "aud", "tenant"] {
        attempt(name, sign(claims_without(name)));
        attempt(name, sign(claims_with(name, Value::Null)));
        attempt(name, sign(claims_with(name, json!({"a": 1}))));
        let twice = format!(r#"{{"{name}":{},{}"#, claims()[name], &good[1..]);
        attempt("a claim twice", pen.sign_text(&head(""), &twice));
    }
    attempt("exp as text", sign(claims_with("exp", seconds_from_now(600).to_string().into())));
    attempt("nbf as text", sign(claims_with("nbf", "0".into())));
    for aud in [json!("other"), json!([]), json!(["other"]), json!("outdial "), json!("OUTDIAL")] {
        attempt("another audience", sign(claims_with("aud", aud)));
    }
    for iss in [json!("https://login.example.com"), json!([ISSUER]), json!("https://evil.example.com/")] {
        attempt("another issuer", sign(claims_with("iss", iss)));
    }
    for tenant in ["", "acme+test", "ACME", "acme globex", "../acme", "a\u{0}b"] {
        attempt("no tenant's name", sign(claims_with("tenant", tenant.into())));
    }
    attempt("claims that are no object", pen.sign_text(&head(""), "[1]"));
    attempt("claims that are no JSON", pen.sign_text(&head(""), &good[1..]));
    attempt("two parts", sign(claims()).rsplit_once('.').unwrap().0.to_owned());
    attempt("four parts", format!("{}.x", sign(claims())));
    attempt("padding", format!("{}=", sign(claims())));
    let changed = sign(claims());
    let (rest, signature) = changed.rsplit_once('.').unwrap();
    let (header, _) = rest.split_once('.').unwrap();
    let richer = BASE64.encode(claims_with("scope", "admin".into()).to_string());
    attempt("claims exchanged", format!("{header}.{richer}.{signature}"));

    for (what, token) in &attempts {
        let mut shown = token.clone();
        shown.truncate(200);
        let answer = come(&api, token).await;
        assert_eq!(answer.status, 401, "{what}: {shown}");
        answer.problem(401, "unauthenticated");
    }
    // The server reads no head that large, whatever is in it.
    let large = pen.sign("one", &claims_with("sub", "x".repeat(1 << 20).into()));
    let answer = api.bare(Method::GET, "/v1/tasks").bearer_auth(large).send().await;
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status().is_client_error()));
    assert!(attempts.len() > 70, "{}", attempts.len());
    assert_eq!(host.heads().len(), fetched, "nobody was asked for keys");
    assert_eq!(elsewhere.connections(), 0, "what a token says of keys is not followed");
}

#[tokio::test]
async fn an_rsa_key_is_no_secret() {
    let pen = Pen::rsa();
    let public = pem("PUBLIC KEY", &pen.public);
    let keys = KeySet::from_pem(public.as_bytes(), &[Algorithm::RS256]).unwrap();
    let api = trusting(&[Algorithm::RS256], KeySource::Fixed(keys)).await;
    assert_eq!(come(&api, &pen.sign("any", &claims())).await.status, 200);
    for secret in [public.as_bytes(), public.trim_end().as_bytes(), &pen.public] {
        let forged =
            encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(secret)).unwrap();
        come(&api, &forged).await.problem(401, "unauthenticated");
    }
    let other = encode(&Header::new(Algorithm::RS512), &claims(), &pen.key).unwrap();
    come(&api, &other).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_shared_secret_is_good_only_where_it_is_configured() {
    let keys = KeySet::from_secret(&Secret::from(SECRET.to_owned()));
    let api = trusting(&[Algorithm::HS256], KeySource::Fixed(keys)).await;
    let sign = |secret: &str| {
        encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(secret.as_bytes()))
            .unwrap()
    };
    assert_eq!(come(&api, &sign(SECRET)).await.status, 200);
    come(&api, &sign("another secret of more than 32 bytes")).await.problem(401, "unauthenticated");
    // A key set has public keys only.
    let symmetric = json!({"keys": [{"kty": "oct", "k": BASE64.encode(SECRET), "alg": "HS256"}]}).to_string();
    assert!(KeySet::from_jwks(symmetric.as_bytes()).is_err());
}

#[tokio::test]
async fn an_issuer_that_changes_its_keys_is_asked_again_but_not_for_every_token() {
    let (old, new) = (Pen::elliptic(), Pen::elliptic());
    let host = Host::start(key_set(&[old.jwk("one")])).await;
    let keys = KeySource::published_at(&host.origin()).unwrap();
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let api = trusting_at(clock.clone(), &[Algorithm::ES256], keys).await;
    assert_eq!(come(&api, &old.sign("one", &claims())).await.status, 200);

    host.behaves(key_set(&[new.jwk("two")]));
    for number in 0..20 {
        let token = new.sign("two", &claims_with("sub", number.to_string().into()));
        come(&api, &token).await.problem(401, "unauthenticated");
    }
    assert_eq!(host.heads().len(), 1, "within the pause nobody is asked again");
    clock.advance(Duration::from_secs(31));
    assert_eq!(come(&api, &new.sign("two", &claims())).await.status, 200);
    assert_eq!(host.heads().len(), 2);
    let forgotten = old.sign("one", &claims_with("sub", "bob".into()));
    come(&api, &forgotten).await.problem(401, "unauthenticated");

    // While the issuer is away, what was fetched is good for a day, and it is asked now and then.
    host.behaves(Conduct::answer("500 Oh", "", ""));
    clock.advance(Duration::from_secs(11 * 60));
    let lasting = claims_with("exp", seconds_from_now(2 * 86_400).into());
    for _ in 0..3 {
        assert_eq!(come(&api, &new.sign("two", &lasting)).await.status, 200);
    }
    assert_eq!(host.heads().len(), 3);
    clock.advance(Duration::from_secs(24 * 60 * 60));
    come(&api, &new.sign("two", &lasting)).await.problem(503, "issuer_unavailable");
}

#[tokio::test]
async fn while_the_issuer_does_not_answer_a_token_can_be_brought_again() {
    let pen = Pen::elliptic();
    let (api, host) = published(&pen).await;
    host.behaves(Conduct::answer("500 Oh", "", ""));
    let answer = come(&api, &pen.sign("one", &claims())).await.problem(503, "issuer_unavailable");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    let key = api.get("/v1/tasks").await;
    assert_eq!(key.status, 200, "our own keys need no issuer");
}
