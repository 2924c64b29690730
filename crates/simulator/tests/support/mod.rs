//! What the tests share: a running simulator, a webhook receiver, patience.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "each test file uses its part"
)]

pub mod airudder;
pub mod nxtele;
pub mod tencent;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use outdial_simulator::{Options, Simulator};
use serde_json::Value;

pub async fn start(speed: f64) -> Simulator {
    Simulator::start(Options { speed, ..Options::default() }).await.unwrap()
}

pub fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "clients of a vendor have a clock")]
pub fn unix_seconds() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// Looks again and again until the condition holds; fails loudly when it never does.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !condition().await {
        assert!(Instant::now() < patience, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn get(simulator: &Simulator, path: &str) -> Value {
    http().get(format!("{}/_sim/{path}", simulator.url())).send().await.unwrap().json().await.unwrap()
}

pub async fn post(simulator: &Simulator, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/_sim/{path}", simulator.url());
    let response = http().post(url).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

pub struct Delivery {
    pub query: String,
    pub headers: actix_web::http::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Delivery {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

type Inbox = Arc<Mutex<Vec<Arc<Delivery>>>>;

/// A webhook endpoint that keeps what it gets; it refuses the first deliveries when told so.
pub struct Receiver {
    port: u16,
    inbox: Inbox,
    refuse: Arc<Mutex<usize>>,
}

impl Receiver {
    pub async fn start() -> Receiver {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (inbox, refuse) = (Inbox::default(), Arc::new(Mutex::new(0)));
        let shared = web::Data::new((Arc::clone(&inbox), Arc::clone(&refuse)));
        let server =
            HttpServer::new(move || App::new().app_data(shared.clone()).default_service(web::to(accept)));
        tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
        Receiver { port, inbox, refuse }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub fn refuse_next(&self, deliveries: usize) {
        *self.refuse.lock().unwrap() = deliveries;
    }

    pub fn deliveries(&self) -> Vec<Arc<Delivery>> {
        self.inbox.lock().unwrap().clone()
    }

    pub async fn wait_for(&self, count: usize) -> Vec<Arc<Delivery>> {
        eventually("the webhooks arrive", async || self.deliveries().len() >= count).await;
        self.deliveries()
    }
}

async fn accept(
    request: HttpRequest,
    body: web::Bytes,
    shared: web::Data<(Inbox, Arc<Mutex<usize>>)>,
) -> HttpResponse {
    let delivery = Delivery {
        query: request.query_string().to_owned(),
        headers: request.headers().clone(),
        body: body.to_vec(),
    };
    shared.0.lock().unwrap().push(Arc::new(delivery));
    let mut refuse = shared.1.lock().unwrap();
    if *refuse > 0 {
        *refuse -= 1;
        return HttpResponse::ServiceUnavailable().finish();
    }
    HttpResponse::Ok().json(serde_json::json!({"ErrCode": 0, "ErrMsg": ""}))
}
