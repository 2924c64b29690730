//! Traces to a collector: OTLP over HTTP, one span for each request, under the ids its log line has.
//!
//! The API's span of a request knows where it belongs in its trace and, by the line that ends it, how it was answered.
//! Here that becomes a span of OpenTelemetry's and goes out in batches, from a thread of its own. What the collector
//! does not take is lost, and no request waits for it.

use async_trait::async_trait;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor};
use outdial_model::{Clock, SystemClock, Timestamp};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The span the API has for each request.
const REQUEST: &str = "request";
/// Longest wait for the collector, for each batch and at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A layer that sends the spans of requests to a collector.
#[derive(Debug, Clone)]
pub(crate) struct Traces(Arc<Outlet>);

#[derive(Debug)]
struct Outlet {
    spans: BatchSpanProcessor,
    scope: InstrumentationScope,
}

impl Traces {
    /// To the collector's endpoint for traces; sent on the current runtime.
    pub(crate) fn to(endpoint: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let wire = Wire { http: http.build()?, runtime: Handle::try_current()? };
        let exporter = SpanExporter::builder().with_http().with_http_client(wire).with_endpoint(endpoint);
        let mut spans = BatchSpanProcessor::builder(exporter.build()?).build();
        spans.set_resource(&Resource::builder().with_service_name("outdial").build());
        let scope = InstrumentationScope::builder("outdial").with_version(env!("CARGO_PKG_VERSION")).build();
        Ok(Self(Arc::new(Outlet { spans, scope })))
    }

    /// Sends what is left, as far as the collector takes it soon.
    pub(crate) async fn flush(self) {
        let flushed = tokio::task::spawn_blocking(move || self.0.spans.shutdown_with_timeout(PATIENCE));
        if !matches!(flushed.await, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent");
        }
    }
}

/// A request as its span tells it.
struct Told {
    began: Timestamp,
    trace: Option<TraceId>,
    span: Option<SpanId>,
    parent: Option<SpanId>,
    is_sampled: bool,
    method: String,
    route: String,
    status: i64,
    attributes: Vec<KeyValue>,
}

impl Told {
    fn new(began: Timestamp) -> Self {
        Self {
            began,
            trace: None,
            span: None,
            parent: None,
            is_sampled: false,
            method: String::new(),
            route: String::new(),
            status: 0,
            attributes: Vec::new(),
        }
    }

    /// By the semantic conventions for HTTP servers.
    fn into_span(mut self, ended: Timestamp, scope: InstrumentationScope) -> Option<SpanData> {
        let state = TraceState::default();
        let context = SpanContext::new(self.trace?, self.span?, TraceFlags::SAMPLED, false, state);
        let status = if self.status >= 500 { Status::error("") } else { Status::Unset };
        let name = format!("{} {}", self.method, self.route);
        self.attributes.extend([
            KeyValue::new("http.request.method", self.method),
            KeyValue::new("http.route", self.route),
            KeyValue::new("http.response.status_code", self.status),
        ]);
        Some(SpanData {
            span_context: context,
            parent_span_id: self.parent.unwrap_or(SpanId::INVALID),
            parent_span_is_remote: self.parent.is_some(),
            span_kind: SpanKind::Server,
            name: name.into(),
            start_time: self.began.into(),
            end_time: ended.into(),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status,
            instrumentation_scope: scope,
        })
    }
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "trace_id" => self.trace = TraceId::from_hex(value).ok(),
            "span_id" => self.span = SpanId::from_hex(value).ok(),
            "parent_id" => self.parent = SpanId::from_hex(value).ok(),
            "request_id" => self.attributes.push(KeyValue::new("outdial.request_id", value.to_owned())),
            "method" => value.clone_into(&mut self.method),
            "route" => value.clone_into(&mut self.route),
            _ => {}
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.is_sampled |= value && field.name() == "is_sampled";
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = i64::try_from(value).unwrap_or_default();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Traces {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() != REQUEST {
            return;
        }
        let mut told = Told::new(SystemClock.now());
        attributes.record(&mut told);
        if let Some(span) = context.span(id).filter(|_| told.is_sampled) {
            span.extensions_mut().insert(told);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if let Some(span) = context.event_span(event)
            && let Some(told) = span.extensions_mut().get_mut::<Told>()
        {
            event.record(told);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let told = context.span(&id).and_then(|span| span.extensions_mut().remove::<Told>());
        let span = told.and_then(|told| told.into_span(SystemClock.now(), self.0.scope.clone()));
        if let Some(span) = span {
            self.0.spans.on_end(span);
        }
    }
}

/// The way to the collector. Batches leave from a thread outside the runtime, so the runtime is brought along.
#[derive(Debug)]
struct Wire {
    http: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Wire {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let answer = http.execute(request).await?;
            Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
        });
        let (status, body) = sent.await??;
        Ok(Response::builder().status(status).body(body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tracing_subscriber::prelude::*;

    /// A collector that takes one batch; answers what it was sent.
    async fn collector() -> (String, tokio::task::JoinHandle<Vec<u8>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let taken = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut sent = Vec::new();
            // The last attribute of the only span.
            let end = b"http.response.status_code";
            while !sent.windows(end.len()).any(|window| window == end) {
                assert_ne!(connection.read_buf(&mut sent).await.unwrap(), 0, "it ended too soon");
            }
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            sent
        });
        (endpoint, taken)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_request_is_a_span_under_the_ids_of_its_trace() {
        let (endpoint, taken) = collector().await;
        let traces = Traces::to(&endpoint).unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(traces.clone()), || {
            let span = |sampled: bool, id: &'static str| {
                tracing::info_span!(
                    "request",
                    request_id = id,
                    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                    span_id = "00f067aa0ba902b7",
                    parent_id = Some("53995c3f42cd8ad8"),
                    is_sampled = sampled,
                )
            };
            span(false, "req_nobody_asked").in_scope(|| tracing::info!(status = 200_u16, "answered"));
            span(true, "req_kept").in_scope(|| {
                tracing::info!(method = "GET", route = "/v1/tasks/{id}", status = 503_u16, "answered");
            });
        });
        traces.flush().await;
        let sent = taken.await.unwrap();
        let has = |bytes: &[u8]| sent.windows(bytes.len()).any(|window| window == bytes);
        assert!(has(b"POST /v1/traces HTTP/1.1") && has(b"application/x-protobuf"));
        assert!(has(&hex::decode("4bf92f3577b34da6a3ce929d0e0e4736").unwrap()));
        assert!(
            has(&hex::decode("00f067aa0ba902b7").unwrap()) && has(&hex::decode("53995c3f42cd8ad8").unwrap())
        );
        assert!(has(b"GET /v1/tasks/{id}") && has(b"req_kept"));
        assert!(!has(b"req_nobody_asked"), "whoever sent it does not keep the trace");
    }
}
