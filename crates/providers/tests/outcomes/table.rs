//! The tables' rows, and how one is played.

use crate::desk::{Conduct, Desk, Reply};
use outdial_model::{Clock, ContactId, DispatchOutcome, SegmentId, SystemClock, TaskSpec};
use outdial_provider::{
    AccountSettings, AddContacts, Added, Callbacks, Deps, DialContact, ErrorKind, OpenSegment, Operation,
    PlaceCall, Provider, ProviderError, RateLimits, SegmentRef, Transport, TransportSettings,
};
use outdial_providers::registry;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Nothing on loopback takes as long.
const PATIENT: Duration = Duration::from_secs(20);
/// For a vendor that will not answer anyway; until then the request must have come to it.
const HASTY: Duration = Duration::from_secs(2);

/// What happens to the request.
pub enum Way {
    /// No port is open there.
    Refused,
    /// A label of more than 63 characters is no name, whatever network is asked.
    NoSuchHost,
    /// The port does not speak TLS.
    NoTls,
    /// It arrives.
    Arrives(Conduct),
}

/// One line of a table.
pub struct Row {
    pub what: String,
    pub way: Way,
    pub ends: DispatchOutcome,
    /// `None` for a success, be it a partial one.
    pub kind: Option<ErrorKind>,
}

pub fn row(what: impl Into<String>, reply: Reply, ends: DispatchOutcome, kind: ErrorKind) -> Row {
    Row { what: what.into(), way: Way::Arrives(Conduct::Answers(reply)), ends, kind: Some(kind) }
}

/// An answer that is no error.
pub fn taken(what: &str, reply: Reply, ends: DispatchOutcome) -> Row {
    Row { kind: None, ..row(what, reply, ends, ErrorKind::Config) }
}

/// The ways that are the same at every vendor: the line, gateways, and answers that are none.
pub fn on_the_line(good: &Reply) -> Vec<Row> {
    use DispatchOutcome::{NotSent, Unknown};
    use ErrorKind::{Unavailable, UnexpectedResponse, Unreachable};
    let lost = |what: &str, conduct| (what.to_owned(), Way::Arrives(conduct), Unknown, Unavailable);
    let line = [
        ("connection refused".to_owned(), Way::Refused, NotSent, Unreachable),
        ("no such host".to_owned(), Way::NoSuchHost, NotSent, Unreachable),
        ("TLS fails".to_owned(), Way::NoTls, NotSent, Unreachable),
        lost("no answer in time", Conduct::Ignores),
        lost("half an answer in time", Conduct::StopsHalfWay(good.clone())),
        lost("connection reset", Conduct::Resets),
        lost("connection closed", Conduct::Closes),
        lost("answer cut short", Conduct::BreaksOff(good.clone())),
    ];
    let line = line.into_iter().map(|(what, way, ends, kind)| Row { what, way, ends, kind: Some(kind) });
    let page = |status| Reply::new(status, "<html>a gateway's page</html>");
    let gateway = [500, 502, 503, 504, 599]
        .map(|status| row(format!("HTTP {status}"), page(status), Unknown, Unavailable));
    let nonsense = [
        ("garbage", Reply::new(200, "<<<not json>>>")),
        ("an empty body", Reply::new(200, "")),
        ("JSON of another kind", Reply::new(200, "[]")),
        ("an empty object", Reply::new(200, "{}")),
        ("half an object", Reply::new(200, &good.body[..good.body.len() / 2])),
    ]
    .map(|(what, reply)| row(what, reply, Unknown, UnexpectedResponse));
    line.chain(gateway).chain(nonsense).collect()
}

/// A vendor and an account of it.
pub struct Vendor {
    pub kind: &'static str,
    /// Over those of the simulator's account.
    pub settings: Value,
    pub template: &'static str,
    pub phones: [&'static str; 2],
    /// Tasks are created with people in them.
    pub with_people: bool,
    pub login: Option<(&'static str, Reply)>,
}

impl Vendor {
    /// Plays every row of `operation`; says of all that are wrong what they were.
    pub async fn plays(&self, operation: Operation, rows: Vec<Row>) {
        let desk = Desk::open(self.login.clone()).await;
        let at_desk = format!("http://{}", desk.address);
        let (patient, hasty) = (self.provider(&at_desk, PATIENT), self.provider(&at_desk, HASTY));
        let mut wrong = Vec::new();
        for Row { what, way, ends, kind } in rows {
            let provider = match &way {
                Way::Refused => self.provider(&format!("http://{}", closed_port().await), PATIENT),
                Way::NoSuchHost => self.provider(&format!("http://{}.example", "x".repeat(64)), PATIENT),
                Way::NoTls => self.provider(&format!("https://{}", desk.address), PATIENT),
                Way::Arrives(Conduct::Ignores | Conduct::StopsHalfWay(_)) => {
                    self.warm(&hasty, &desk).await;
                    Arc::clone(&hasty)
                }
                Way::Arrives(_) => Arc::clone(&patient),
            };
            // A request that does not arrive is treated in no way.
            desk.tell(if let Way::Arrives(conduct) = way { conduct } else { Conduct::Closes });
            let result = self.asks(&*provider, operation).await;
            let (ended, error) = class(&result);
            let sent = desk.served();
            if (ended, error) != (ends, kind) || (ends == DispatchOutcome::Unknown && sent != 1) {
                wrong.push(format!("{what}: {ended}, {error:?}, sent {sent} times, for {ends}, {kind:?}"));
            }
        }
        assert!(wrong.is_empty(), "{} {}:\n{}", self.kind, operation.as_str(), wrong.join("\n"));
    }

    /// A token is fetched before haste begins.
    async fn warm(&self, provider: &Arc<dyn Provider>, desk: &Desk) {
        if self.login.is_some() {
            desk.tell(Conduct::Closes);
            _ = self.asks(&**provider, Operation::AddContacts).await;
        }
    }

    pub fn provider(&self, base_url: &str, timeout: Duration) -> Arc<dyn Provider> {
        let factory = registry::find(self.kind).unwrap();
        let mut table = (factory.simulated)().as_object().unwrap().clone();
        table.extend(self.settings.as_object().unwrap().clone());
        let transport = TransportSettings { timeout, rate: RateLimits::per_action(10_000) };
        let deps = Deps {
            account: "outcomes".parse().unwrap(),
            transport: Transport::new(transport).unwrap(),
            clock: Arc::new(SystemClock),
            callbacks: Callbacks::new("http://127.0.0.1:9/ingress/outcomes/secret"),
        };
        (factory.build)(AccountSettings { base_url: Some(base_url.to_owned()), table }, deps).unwrap()
    }

    pub async fn asks(&self, provider: &dyn Provider, operation: Operation) -> Result<Added, ProviderError> {
        let now = SystemClock.now();
        let (key, spec) = (SegmentId::generate(now), self.spec());
        let people = self.phones.map(|phone| DialContact {
            key: ContactId::generate(now),
            phone: phone.parse().unwrap(),
            name: None,
            variables: [("due".to_owned(), "12 March".to_owned())].into(),
        });
        if operation == Operation::AddContacts {
            let segment = SegmentRef { vendor_ref: Some("a-vendors-ref".to_owned()), key, opened_at: now };
            return provider.add_contacts(&AddContacts { segment: &segment, contacts: &people }).await;
        }
        if operation == Operation::PlaceCall {
            let spec = TaskSpec { single_call: true, ..spec };
            let request = PlaceCall { key: &key, spec: &spec, contact: &people[0] };
            return provider.place_call(&request).await.map(|_| Added::default());
        }
        let contacts = if self.with_people { &people[..] } else { &[] };
        let request = OpenSegment { key: &key, spec: &spec, contacts, not_before: None };
        provider.open_segment(&request).await.map(|opened| opened.added)
    }

    fn spec(&self) -> TaskSpec {
        TaskSpec::new("March reminders", self.template)
    }
}

/// What the ledger writes down.
fn class(result: &Result<Added, ProviderError>) -> (DispatchOutcome, Option<ErrorKind>) {
    match result {
        Err(error) => (error.outcome(), Some(error.kind)),
        Ok(added) if added.ambiguous => (DispatchOutcome::Unknown, None),
        Ok(added) if !added.refused.is_empty() => (DispatchOutcome::Partial, None),
        Ok(_) => (DispatchOutcome::Accepted, None),
    }
}

/// An address nobody listens at.
async fn closed_port() -> std::net::SocketAddr {
    tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap()
}
