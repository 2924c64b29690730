//! AI Rudder: HTTP status and `code` both count, and only what says no itself is a refusal.

use crate::desk::{Conduct, Reply};
use crate::table::{Row, Vendor, on_the_line, row, taken};
use outdial_model::DispatchOutcome::{self, Accepted, NotSent, Refused, Unknown};
use outdial_provider::ErrorKind::{
    self, Config, InvalidRequest, PermissionDenied, RateLimited, TooLarge, Unauthenticated, Unavailable,
    UnexpectedResponse,
};
use outdial_provider::Operation;
use serde_json::{Value, json};

const LOGIN: &str = "/service/cloud/auth";

fn vendor(login: Reply) -> Vendor {
    Vendor {
        kind: "airudder",
        settings: json!({}),
        template: "1001",
        phones: ["+639171000100", "+639171000200"],
        with_people: false,
        login: Some((LOGIN, login)),
    }
}

fn token() -> Reply {
    Reply::new(200, json!({"code": 200, "status": "OK", "data": {"token": "t0ken"}}).to_string())
}

fn says(code: i64, more: Value) -> Reply {
    let mut body = json!({"code": code, "status": "said", "message": "said"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Reply::new(200, body.to_string())
}

fn everywhere(good: &Reply) -> Vec<Row> {
    let codes = [
        (401, Refused, Unauthenticated),
        (403, Refused, PermissionDenied),
        (429, Refused, RateLimited),
        (400, Refused, InvalidRequest),
        (404, Refused, InvalidRequest),
        (10_501, Refused, InvalidRequest),
        (0, Unknown, UnexpectedResponse),
        (202, Unknown, UnexpectedResponse),
        (408, Unknown, Unavailable),
        (500, Unknown, Unavailable),
        (503, Unknown, Unavailable),
    ];
    let codes =
        codes.map(|(code, ends, kind)| row(format!("code {code}"), says(code, json!({})), ends, kind));
    let bare = |(status, ends, kind)| row(format!("HTTP {status}"), Reply::new(status, "no"), ends, kind);
    let statuses: [(u16, DispatchOutcome, ErrorKind); 11] = [
        (302, Unknown, UnexpectedResponse),
        (400, Unknown, UnexpectedResponse),
        (401, Refused, Unauthenticated),
        (403, Refused, PermissionDenied),
        (404, Refused, Config),
        (405, Refused, Config),
        (408, Unknown, Unavailable),
        (409, Unknown, UnexpectedResponse),
        (413, Refused, TooLarge),
        (422, Unknown, UnexpectedResponse),
        (429, Refused, RateLimited),
    ];
    let beside = [
        row("success beside HTTP 500", Reply { status: 500, ..good.clone() }, Unknown, Unavailable),
        row("success beside HTTP 404", Reply { status: 404, ..good.clone() }, Unknown, UnexpectedResponse),
        row(
            "a refusal beside HTTP 400",
            Reply { status: 400, ..says(40_001, json!({})) },
            Refused,
            InvalidRequest,
        ),
        row("a refusal beside HTTP 502", Reply { status: 502, ..says(401, json!({})) }, Unknown, Unavailable),
        row("a limit in words", says(7, json!({"message": "QPS limit reached"})), Unknown, RateLimited),
        row("no code", Reply::new(200, r#"{"status": "OK"}"#), Unknown, UnexpectedResponse),
    ];
    on_the_line(good).into_iter().chain(codes).chain(statuses.map(bare)).chain(beside).collect()
}

#[tokio::test]
async fn every_way_to_create_an_instance() {
    let good = says(200, json!({"data": {"workflow_id": "w-1"}}));
    let mut rows = everywhere(&good);
    rows.push(taken("success", good, Accepted));
    for data in [json!(null), json!({}), json!({"workflow_id": ""})] {
        let reply = says(200, json!({"data": data}));
        rows.push(row(format!("success with {data}"), reply, Unknown, UnexpectedResponse));
    }
    vendor(token()).plays(Operation::OpenSegment, rows).await;
}

#[tokio::test]
async fn every_way_to_upload_rows() {
    let good = says(200, json!({"data": {}}));
    let mut rows = everywhere(&good);
    rows.push(taken("success", good, Accepted));
    rows.push(taken("success without data", says(200, json!({})), Accepted));
    vendor(token()).plays(Operation::AddContacts, rows).await;
}

/// A second request, which carries no person, goes before the first one; without its answer nothing is sent.
#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let logins = [
        ("refused", says(401, json!({})), Unauthenticated),
        ("of a gateway", Reply::new(502, "<html>"), Unavailable),
        ("garbage", Reply::new(200, "<<<"), UnexpectedResponse),
        ("without a token", says(200, json!({"data": {}})), UnexpectedResponse),
    ];
    for (what, login, kind) in logins {
        for operation in [Operation::OpenSegment, Operation::AddContacts] {
            let row = Row {
                way: crate::table::Way::Arrives(Conduct::Resets),
                ..row(format!("a login {what}"), token(), NotSent, kind)
            };
            vendor(login.clone()).plays(operation, vec![row]).await;
        }
    }
}
