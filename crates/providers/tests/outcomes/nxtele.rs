//! NXTele: a result code in the body, whatever the HTTP status; counts decide about people.

use crate::desk::Reply;
use crate::table::{Row, Vendor, on_the_line, row, taken};
use outdial_model::DispatchOutcome::{Accepted, Partial, Refused, Unknown};
use outdial_provider::ErrorKind::{
    Config, InvalidRequest, PermissionDenied, RateLimited, TooLarge, Unauthenticated, Unavailable,
    UnexpectedResponse,
};
use outdial_provider::Operation;
use serde_json::{Value, json};

fn vendor(settings: Value) -> Vendor {
    Vendor {
        kind: "nxtele",
        settings,
        template: "scene-1",
        phones: ["+8613800000100", "+8613800000200"],
        with_people: false,
        login: None,
    }
}

fn says(code: i64, more: Value) -> Reply {
    let mut body = json!({"retCode": code, "retMsg": "said", "responseID": "r-1"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Reply::new(200, body.to_string())
}

fn everywhere(good: &Reply) -> Vec<Row> {
    // Every code the vendor prints, and two it does not.
    let codes = [
        (1, Unknown, Unavailable),
        (2, Refused, InvalidRequest),
        (3, Refused, InvalidRequest),
        (4, Refused, InvalidRequest),
        (4001, Refused, TooLarge),
        (5, Refused, Unavailable),
        (5001, Unknown, Unavailable),
        (6, Refused, Unauthenticated),
        (6001, Refused, Unauthenticated),
        (6002, Refused, PermissionDenied),
        (6003, Refused, PermissionDenied),
        (7, Refused, RateLimited),
        (1001, Refused, Unavailable),
        (31_337, Unknown, UnexpectedResponse),
        (-1, Unknown, UnexpectedResponse),
    ];
    let codes =
        codes.map(|(code, ends, kind)| row(format!("code {code}"), says(code, json!({})), ends, kind));
    let statuses = [
        (302, Unknown, UnexpectedResponse),
        (400, Unknown, UnexpectedResponse),
        (401, Refused, Unauthenticated),
        (403, Refused, PermissionDenied),
        (404, Refused, Config),
        (405, Refused, Config),
        (408, Unknown, UnexpectedResponse),
        (409, Unknown, UnexpectedResponse),
        (413, Refused, TooLarge),
        (429, Refused, RateLimited),
    ];
    let statuses = statuses
        .map(|(status, ends, kind)| row(format!("HTTP {status}"), Reply::new(status, "no"), ends, kind));
    let beside = [
        row("success beside HTTP 500", Reply { status: 500, ..good.clone() }, Unknown, Unavailable),
        row("busy beside HTTP 503", Reply { status: 503, ..says(7, json!({})) }, Refused, RateLimited),
        row("no code", Reply::new(200, r#"{"retMsg": "success"}"#), Unknown, UnexpectedResponse),
    ];
    on_the_line(good).into_iter().chain(codes).chain(statuses).chain(beside).collect()
}

#[tokio::test]
async fn every_way_to_create_a_task() {
    let good = says(0, json!({"taskID": "t-1", "taskStatus": 1}));
    let mut rows = everywhere(&good);
    rows.push(taken("success", good, Accepted));
    rows.push(taken("success that says no more", says(0, json!({})), Accepted));
    vendor(json!({})).plays(Operation::OpenSegment, rows).await;
}

fn counts(code: i64, total: i64, success: i64, errors: &[&str]) -> Reply {
    let errors: Vec<_> = errors.iter().map(|phone| json!({"phone": phone, "errMsg": "no"})).collect();
    says(code, json!({"totalCount": total, "successCount": success, "errList": errors}))
}

/// Its answer is not published, so a refusal that names people leaves open whether there is a task.
#[tokio::test]
async fn every_way_to_create_a_task_with_people_in_it() {
    let good = counts(0, 2, 2, &[]);
    let mut rows = everywhere(&good);
    let second = "8613800000200";
    rows.extend([
        taken("everybody is taken", good, Accepted),
        taken("one is refused by number", counts(0, 2, 1, &[second]), Partial),
        taken("fewer taken than not refused", counts(0, 2, 1, &[]), Unknown),
        taken("no counts", says(0, json!({"taskID": "t-1"})), Unknown),
        row("a code, and one is refused", counts(4, 2, 1, &[second]), Unknown, InvalidRequest),
        row("a code, and everybody is refused", counts(4, 2, 0, &[second]), Unknown, InvalidRequest),
    ]);
    let vendor = Vendor { with_people: true, ..vendor(json!({})) };
    vendor.plays(Operation::OpenSegment, rows).await;
}

#[tokio::test]
async fn every_way_to_add_people() {
    let (first, second) = ("8613800000100", "8613800000200");
    let good = counts(0, 2, 2, &[]);
    let mut rows = everywhere(&good);
    rows.extend([
        taken("everybody is taken", good, Accepted),
        taken("one is refused by number", counts(0, 2, 1, &[second]), Partial),
        taken("one is refused, with a code", counts(4, 2, 1, &[second]), Partial),
        taken("everybody is refused by number", counts(4, 2, 0, &[first, second]), Partial),
        taken("one is refused, and something failed", counts(5001, 2, 1, &[second]), Unknown),
        taken("one is refused, and something failed unnamed", counts(1, 2, 1, &[second]), Unknown),
        taken("fewer taken than not refused", counts(0, 2, 1, &[]), Unknown),
        taken("more taken than sent", counts(0, 3, 3, &[]), Unknown),
        taken("somebody else is refused", counts(0, 2, 1, &["8613800000999"]), Unknown),
        taken("no counts", says(0, json!({})), Unknown),
        taken("counts of nothing", says(0, json!({"totalCount": null, "successCount": null})), Unknown),
        row("errors in another form", says(0, json!({"errList": "none"})), Unknown, UnexpectedResponse),
    ]);
    vendor(json!({})).plays(Operation::AddContacts, rows).await;
}

#[tokio::test]
async fn an_answer_whose_signature_is_wrong_proves_nothing_where_it_is_enforced() {
    let good = says(0, json!({"totalCount": 2, "successCount": 2, "errList": []}));
    let forged = |reply: Reply| {
        let stamped = reply.with("uuid", "sim-nxtele-uuid").with("createTs", "1").with("requestID", "r");
        stamped.with("sign", &"0".repeat(64))
    };
    for operation in [Operation::OpenSegment, Operation::AddContacts] {
        let rows = vec![
            row("success, unsigned", good.clone(), Unknown, UnexpectedResponse),
            row("success, signed wrongly", forged(good.clone()), Unknown, UnexpectedResponse),
            row("a refusal, signed wrongly", forged(says(7, json!({}))), Unknown, UnexpectedResponse),
        ];
        vendor(json!({"response_signature": "enforce"})).plays(operation, rows).await;
    }
    let rows = vec![taken("success, signed wrongly", forged(good), Accepted)];
    vendor(json!({"response_signature": "warn"})).plays(Operation::AddContacts, rows).await;
}
