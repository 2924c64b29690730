//! Metrics for whoever runs the server.

use crate::auth::{Caller, authenticate};
use crate::metrics::{Page, Requests};
use crate::openapi::{examples, responses};
use crate::problem::Problem;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use outdial_engine::{AccountMetrics, Attempts, Backlog, Breaker, Engine, Traffic};
use outdial_model::HoldReason;

/// Read metrics
///
/// For Prometheus, in its text format, with a key or token that is good for `admin`. Of accounts, those that its tenant
/// may dial with; at the server's own `metrics_listen` all of them are told, without a key. Labels are bounded: accounts,
/// providers, words and routes; never numbers or ids.
#[utoipa::path(
    tag = "Server",
    security(("bearer" = ["admin"])),
    responses(
        (status = 200, description = "All metrics.", body = String, content_type = "text/plain",
            example = json!(examples::METRICS)),
        responses::Plain
    )
)]
#[get("/metrics", wrap = "from_fn(authenticate)")]
pub(crate) async fn get_metrics(
    engine: Data<Engine>,
    caller: Caller,
    requests: Data<Requests>,
) -> Result<HttpResponse, Problem> {
    let theirs: Vec<_> = engine.accounts_for(&caller.tenant).map(|account| account.id.clone()).collect();
    let mut accounts = engine.metrics().await?;
    accounts.retain(|account| theirs.contains(&account.account));
    page(&engine, &accounts, &requests).await
}

/// The same, where the address itself is for those who may.
#[get("/metrics")]
pub(crate) async fn watch_metrics(
    engine: Data<Engine>,
    requests: Data<Requests>,
) -> Result<HttpResponse, Problem> {
    page(&engine, &engine.metrics().await?, &requests).await
}

async fn page(
    engine: &Engine,
    accounts: &[AccountMetrics],
    requests: &Requests,
) -> Result<HttpResponse, Problem> {
    let mut page = Page::default();
    doubts(&mut page, accounts);
    held(&mut page, &engine.held_back().await?);
    traffic(&mut page, accounts);
    shortages(&mut page, accounts);
    let (backlog, attempts) = engine.webhook_metrics().await?;
    webhooks(&mut page, backlog, attempts);
    pushes(&mut page, accounts);
    answered(&mut page, requests);
    Ok(HttpResponse::Ok().content_type(Page::CONTENT_TYPE).body(page.into_text()))
}

/// What clients and vendors were answered.
fn answered(page: &mut Page, requests: &Requests) {
    page.counter(
        "outdial_http_requests_total",
        "Requests this process has answered, vendors' pushes included, by pattern of the path.",
        ["route", "method", "status"],
        requests.counts().into_iter().map(|(answered, count)| {
            ([answered.route, answered.method.to_owned(), answered.status.to_string()], count)
        }),
    );
    page.histogram(
        "outdial_http_request_duration_seconds",
        "Time from the head of a request to the head of its answer, by pattern of the path.",
        ["route", "method"],
        requests.times().into_iter().map(|((route, method), times)| ([route, method.to_owned()], times)),
    );
}

/// Whom the gate keeps back, over all replicas.
fn held(page: &mut Page, held: &[(HoldReason, u64)]) {
    page.gauge(
        "outdial_gate_held",
        "People who are not dialed before an instant, by the reason; the same at every replica.",
        ["reason"],
        held.iter().map(|(reason, people)| ([reason.to_string()], *people)),
    );
}

/// What nobody knows, over all replicas.
fn doubts(page: &mut Page, accounts: &[AccountMetrics]) {
    page.gauge(
        "outdial_dispatch_unknown",
        "Requests that hand people over whose outcome is unknown now; the same at every replica.",
        ["account"],
        accounts.iter().map(|account| ([account.account.to_string()], account.unknown)),
    );
    page.gauge(
        "outdial_reconcile_lag_seconds",
        "Age of the oldest request whose outcome is unknown, 0 when there is none; the same at every replica.",
        ["account"],
        accounts.iter().map(|account| ([account.account.to_string()], account.lag.as_secs_f64())),
    );
}

/// What there was too little of.
fn shortages(page: &mut Page, accounts: &[AccountMetrics]) {
    let of = |account: &AccountMetrics| {
        let name = account.account.to_string();
        let counts = account.traffic.iter().flat_map(|traffic| traffic.shortages.clone());
        counts.map(|(setting, times)| ([name.clone(), setting.to_owned()], times)).collect::<Vec<_>>()
    };
    page.counter(
        "outdial_shortages_total",
        "Times a task worked on by this process found no line or no dials of the day for its people, by the setting that says how many there are.",
        ["account", "setting"],
        accounts.iter().flat_map(of),
    );
}

/// What this process has done.
fn traffic(page: &mut Page, accounts: &[AccountMetrics]) {
    let configured = || {
        accounts.iter().filter_map(|account| Some((account.account.to_string(), account.traffic.as_ref()?)))
    };
    page.gauge(
        "outdial_breaker_state",
        "Whether this process sends new people to the account's vendor: 0 closed (it does), 1 half open (one request may try), 2 open (it does not).",
        ["account"],
        configured().map(|(account, traffic)| ([account], state(traffic.breaker))),
    );
    page.counter(
        "outdial_dispatches_total",
        "Endings of requests of this process that hand people over; one that was unknown counts again when it is settled.",
        ["account", "provider", "kind", "outcome"],
        configured().flat_map(|(account, Traffic { provider, dispatches, .. })| {
            dispatches.iter().map(move |(kind, outcome, count)| {
                ([account.clone(), provider.to_string(), kind.to_string(), outcome.to_string()], *count)
            })
        }),
    );
}

/// What is told, and what is still to be told.
fn webhooks(page: &mut Page, backlog: Backlog, attempts: Attempts) {
    page.gauge(
        "outdial_webhook_backlog",
        "Deliveries to webhook endpoints that wait or are under way (pending), and events nobody has looked at for them yet (unplanned); the same at every replica.",
        ["state"],
        [("pending", backlog.pending), ("unplanned", backlog.unplanned)]
            .map(|(state, count)| ([state.to_owned()], count)),
    );
    page.counter(
        "outdial_webhook_attempts_total",
        "Messages this process has sent to webhook endpoints, by whether they were taken.",
        ["outcome"],
        [("delivered", attempts.delivered), ("failed", attempts.failed)]
            .map(|(outcome, count)| ([outcome.to_owned()], count)),
    );
}

/// What vendors push.
fn pushes(page: &mut Page, accounts: &[AccountMetrics]) {
    let configured =
        accounts.iter().filter_map(|account| Some((&account.account, account.traffic.as_ref()?)));
    page.counter(
        "outdial_ingress_pushes_total",
        "Pushes that came to this process, counted once at the door (`kept`, `repeated`, `refused`, `unreadable`, `unknown_kind`, `elsewhere`, `too_large`, `not_kept`), and once more when one that was kept is settled (`used`, `unusable`, `disowned`).",
        ["provider", "account", "kind", "outcome"],
        configured.flat_map(|(account, Traffic { provider, pushes, .. })| {
            pushes.iter().map(move |(kind, outcome, count)| {
                ([provider.to_string(), account.to_string(), kind.clone(), outcome.as_str().to_owned()], *count)
            })
        }),
    );
}

fn state(breaker: Breaker) -> u8 {
    match breaker {
        Breaker::Closed => 0,
        Breaker::HalfOpen => 1,
        Breaker::Open { .. } => 2,
    }
}
