//! How an unsigned push is known to be the vendor's after all: by a token the vendor was granted, by where it comes from.

use crate::ingress::{ENDINGS, deliver, ingress};
use outdial_engine::provider::PushClient;
use outdial_model::{Clock, ExposeSecret, Secret, SystemClock, Timestamp};
use outdial_testkit::{Setup, StoreKind, TestApp, until};
use reqwest::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use serde_json::{Value, json};
use std::time::Duration;

const KIND: &str = "tencent_ccc";
const ACCOUNT: &str = "tencent_ccc-demo";
const CLIENT: &str = "outdial";
const SECRET: &str = "sixteen-letters.or~more";

/// An app whose vendor is to present tokens.
async fn granting(store: StoreKind) -> TestApp {
    let keys = format!(
        "[{KIND}]\npush_auth = \"oauth2\"\npush_client_id = \"{CLIENT}\"\npush_client_secret = \"{SECRET}\""
    );
    TestApp::with(Setup { vendor_keys: keys.parse().unwrap(), ..Setup::on(store) }).await
}

/// What asks for a token: its form, and an `Authorization` if it has one.
async fn ask(url: &str, form: &str, authorization: Option<&str>) -> (u16, Value) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = authorization.into_iter().fold(request, |request, one| request.header(AUTHORIZATION, one));
    let response = request.body(form.to_owned()).send().await.unwrap();
    let status = response.status().as_u16();
    if [200, 400, 401].contains(&status) {
        let told = (&response.headers()[CACHE_CONTROL], &response.headers()[PRAGMA]);
        assert_eq!(told, (&"no-store".parse().unwrap(), &"no-cache".parse().unwrap()), "{form}");
    }
    (status, response.json().await.unwrap())
}

/// A token as this account's secret makes it, for another account or another time.
fn token(account: &str, at: Timestamp) -> String {
    let client =
        PushClient::new(account.parse().unwrap(), CLIENT.to_owned(), Secret::from(SECRET.to_owned()));
    client.grant(CLIENT, SECRET, at).unwrap().expose_secret().to_owned()
}

/// How many pushes of that kind came to that, by the page of metrics.
async fn counted(app: &TestApp, kind: &str, outcome: &str) -> u64 {
    let page = app.get("/metrics").await.body.as_str().unwrap().to_owned();
    let labels = format!("provider=\"{KIND}\",account=\"{ACCOUNT}\",kind=\"{kind}\",outcome=\"{outcome}\"");
    let sample = format!("outdial_ingress_pushes_total{{{labels}}} ");
    page.lines().find_map(|line| line.strip_prefix(&sample)?.parse().ok()).unwrap_or(0)
}

pub async fn whoever_asks_wrongly_is_granted_no_token(store: StoreKind) {
    let app = granting(store).await;
    let url = format!("{}/token", ingress(&app, KIND).await);
    let shown = app.get(&format!("/v1/accounts/{ACCOUNT}")).await.expect(200);
    let shown = shown["ingress_urls"].as_array().unwrap().iter().find(|shown| shown["kind"] == "token");
    assert_eq!(shown.unwrap()["url"], url, "to be pasted into the console");

    let good = "grant_type=client_credentials";
    let own = format!("client_id={CLIENT}&client_secret={SECRET}");
    // outdial:sixteen-letters.or~more, and :
    let (basic, nobody) = ("Basic b3V0ZGlhbDpzaXh0ZWVuLWxldHRlcnMub3J+bW9yZQ==", "Basic Og==");
    let wrong = [
        (format!("{good}&client_id={CLIENT}&client_secret=guessed"), None, 401, "invalid_client"),
        (format!("{good}&client_id=other&client_secret={SECRET}"), None, 401, "invalid_client"),
        (format!("{good}&client_id={CLIENT}&client_secret="), None, 401, "invalid_client"),
        (good.to_owned(), None, 401, "invalid_client"),
        (good.to_owned(), Some(nobody), 401, "invalid_client"),
        (good.to_owned(), Some("Basic ???"), 401, "invalid_client"),
        (good.to_owned(), Some("Bearer b3V0ZGlhbA=="), 401, "invalid_client"),
        (format!("{good}&{own}"), Some(basic), 400, "invalid_request"),
        (format!("{good}&{good}&{own}"), None, 400, "invalid_request"),
        (format!("grant_type=password&{own}"), None, 400, "unsupported_grant_type"),
        (own.clone(), None, 400, "invalid_request"),
        (format!("grant_type=&{own}"), None, 400, "invalid_request"),
        (json!({"grant_type": "client_credentials"}).to_string(), None, 400, "invalid_request"),
        ("\u{0}&&&=%ff".to_owned(), None, 400, "invalid_request"),
        (String::new(), None, 400, "invalid_request"),
    ];
    let times = wrong.len() as u64;
    for (form, authorization, status, error) in wrong {
        let (told, answer) = ask(&url, &form, authorization).await;
        assert_eq!((told, &answer["error"]), (status, &json!(error)), "{form} {authorization:?}");
    }
    assert_eq!(counted(&app, "token", "refused").await, times);
    let (status, problem) = ask(&url, &"x".repeat(20_000), None).await;
    assert_eq!((status, &problem["code"]), (413, &json!("body_too_large")));
    let elsewhere = url.replace("/token", "0/token");
    assert_eq!(ask(&elsewhere, &format!("{good}&{own}"), None).await.0, 404, "the place is secret");
    let other = format!("{}/token", ingress(&app, "nxtele").await);
    assert_eq!(ask(&other, &format!("{good}&{own}"), None).await.0, 404, "that vendor signs");

    for (form, authorization) in
        [(format!("{good}&{own}"), None), (format!("{good}&scope=pushes"), Some(basic))]
    {
        let (status, granted) = ask(&url, &form, authorization).await;
        assert_eq!(status, 200, "{granted:#}");
        assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(3600)));
        let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
        let push = format!("{}/cdr", ingress(&app, KIND).await);
        let nobody = json!({"SessionId": "s", "Direction": 1, "EndStatusString": "ok"});
        assert_eq!(deliver(&push, &[("authorization", &bearer)], &nobody).await.0, 200);
    }
    app.shut_down().await;
}

pub async fn a_token_that_was_granted_proves_a_push(store: StoreKind) {
    let app = granting(store).await;
    let url = ingress(&app, KIND).await;
    let (push, now) = (format!("{url}/cdr"), SystemClock.now());
    let fresh = token(ACCOUNT, now);
    let (_, proof) = fresh.split_once('.').unwrap();
    let wrong = [
        ("expired", token(ACCOUNT, now - Duration::from_secs(3601))),
        ("of another account", token("somebody-else", now)),
        ("prolonged", format!("99999999999.{proof}")),
        ("forged", format!("99999999999.{}", "0".repeat(64))),
    ];
    for (n, (what, token)) in wrong.iter().enumerate() {
        let claim = json!({"SessionId": format!("s-{n}"), "Direction": 1, "EndStatusString": "ok"});
        let (status, problem) =
            deliver(&push, &[("authorization", &format!("Bearer {token}"))], &claim).await;
        assert_eq!((status, &problem["code"]), (401, &json!("unproven_push")), "{what}");
    }
    assert_eq!(deliver(&push, &[], &json!({"SessionId": "s-9"})).await.0, 401, "with none");
    let refused = app.all(&format!("/v1/accounts/{ACCOUNT}/pushes?state=refused&limit=50")).await;
    assert_eq!((refused.len(), counted(&app, "cdr", "refused").await), (5, 5), "{refused:#?}");

    app.vendors()
        .set(&json!({
            "tencent.push_url": format!("{url}/{{kind}}"), "tencent.push_token_url": format!("{url}/token"),
            "tencent.push_client_id": CLIENT, "tencent.push_client_secret": SECRET,
        }))
        .await;
    let task = app.create_task(&app.task(KIND, &ENDINGS)).await;
    app.start(&task).await;
    let done = app.wait_for_status(&task, "completed").await;
    assert_eq!(done["counts"]["completed"], ENDINGS.len(), "{done:#}");
    let used = async || app.all(&format!("/v1/accounts/{ACCOUNT}/pushes?state=used&limit=50")).await;
    // A record of each call, and two recordings of the one who answered.
    until("every push is used", used, |used| used.len() == ENDINGS.len() + 2).await;
    assert_eq!(counted(&app, "cdr", "refused").await, 5, "none of the vendor's was refused");

    app.vendors().set(&json!({"tencent.push_client_secret": "another-secret-of-theirs"})).await;
    let task = app.create_task(&app.task(KIND, &["00"])).await;
    app.start(&task).await;
    app.wait_for_status(&task, "completed").await;
    let look = async || counted(&app, "token", "refused").await;
    until("a vendor that is granted nothing is noticed", look, |count| *count > 0).await;
    app.shut_down().await;
}

pub async fn a_push_from_elsewhere_finds_nothing(store: StoreKind) {
    let claim = json!({"SessionId": "s", "Direction": 1, "EndStatusString": "ok"});
    let networks = |all: &[&str]| all.iter().map(|&network| network.to_owned()).collect::<Vec<_>>();
    let app =
        TestApp::with(Setup::on(store).account_key("ingress_networks", networks(&["203.0.113.0/24"]))).await;
    let url = ingress(&app, KIND).await;
    let (_, nowhere) = deliver(&format!("{url}0/cdr"), &[], &claim).await;
    // Whoever asks says of itself what it likes.
    for header in ["x-forwarded-for", "x-real-ip", "x-other"] {
        let (status, problem) = deliver(&format!("{url}/cdr"), &[(header, "203.0.113.9")], &claim).await;
        assert_eq!((status, &problem["code"]), (404, &nowhere["code"]), "{header}");
        assert_eq!(problem["detail"], nowhere["detail"], "as if the secret were wrong");
    }
    let (status, _) = deliver(&format!("{url}/cdr"), &[("forwarded", "for=203.0.113.9")], &claim).await;
    assert_eq!((status, counted(&app, "other", "elsewhere").await), (404, 4));
    assert_eq!(app.all(&format!("/v1/accounts/{ACCOUNT}/pushes?limit=50")).await, [json!(null); 0]);
    app.shut_down().await;

    let also_here = networks(&["203.0.113.0/24", "127.0.0.0/8"]);
    let app = TestApp::with(Setup::on(store).account_key("ingress_networks", also_here)).await;
    let (status, answer) = deliver(&format!("{}/cdr", ingress(&app, KIND).await), &[], &claim).await;
    assert_eq!((status, &answer["ErrCode"]), (200, &json!(0)));
    assert_eq!(counted(&app, "other", "elsewhere").await, 0);
    app.shut_down().await;
}
