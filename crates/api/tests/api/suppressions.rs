//! Suppressions, over the API.

use crate::test_api::{TestApi, good_for, people, send, task_with};
use outdial_model::Scope;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/v1/suppressions";

async fn statuses(api: &TestApi, task: &str) -> Vec<Value> {
    let contacts = api.get(&format!("/v1/tasks/{task}/contacts")).await;
    let contacts = contacts.body["data"].as_array().unwrap().iter().rev();
    contacts.map(|contact| json!([contact["status"], contact["reason"]])).collect()
}

#[tokio::test]
async fn a_number_is_suppressed_seen_and_allowed_again() {
    let api = TestApi::start().await;
    let waiting = api.create_task(2).await;
    let phone = people(0..1)[0]["phone"].clone();
    let form =
        json!({"phone": phone, "reason": "asked", "source": "crm", "expires_at": "2099-01-01T00:00:00Z"});
    let made = api.post(PATH, &form).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = made.header("location").to_owned();
    assert_eq!(api.get(&path).await.body, made.body);
    for (name, value) in form.as_object().unwrap().iter().filter(|(name, _)| *name != "expires_at") {
        assert_eq!(&made.body[name], value);
    }
    let suppressed = json!(["cancelled", "the number is suppressed"]);
    assert_eq!(statuses(&api, &waiting).await, [suppressed.clone(), json!(["queued", null])]);
    let mut later = task_with(2);
    later["external_id"] = json!("later");
    let later = api.post("/v1/tasks", &later).await;
    assert_eq!(statuses(&api, later.text("/id")).await, [suppressed, json!(["queued", null])]);

    // The same number again is the same suppression.
    let again = api.post(PATH, &json!({"phone": phone, "reason": "asked twice"})).await;
    assert_eq!((again.text("/id"), again.text("/reason")), (made.text("/id"), "asked twice"));
    assert_eq!(again.body["expires_at"], Value::Null);
    let other = api.post(PATH, &json!({"phone": phone, "purpose": "marketing"})).await;
    assert_ne!(other.text("/id"), made.text("/id"));
    let encoded = phone.as_str().unwrap().replace('+', "%2B");
    let found = async |query: &str| {
        let list = api.get(&format!("{PATH}?{query}")).await;
        list.body["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(&format!("phone={encoded}")).await, [other.body["id"].clone(), made.body["id"].clone()]);
    assert_eq!(found("purpose=marketing").await, [other.body["id"].clone()]);
    assert_eq!(found("phone=%2B8613999999999").await, [""; 0]);

    let stranger = api.key_of("globex").await;
    for method in [Method::GET, Method::DELETE] {
        send(api.bare(method, &path).bearer_auth(&stranger)).await.problem(404, "not_found");
    }
    assert_eq!(send(api.request(Method::DELETE, &path)).await.status, 204);
    api.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn many_are_imported_and_each_is_judged_by_itself() {
    let api = TestApi::start().await;
    let waiting = api.create_task(3).await;
    let mut entries: Vec<_> = people(0..2).iter().map(|one| json!({"phone": one["phone"]})).collect();
    entries.push(json!({"phone": "12"}));
    entries.push(json!({"phone": "+8613800000009", "expires_at": "2020-01-01T00:00:00Z"}));
    let body = json!({"suppressions": entries});
    for _ in 0..2 {
        let done = api.post(&format!("{PATH}/import"), &body).await;
        assert_eq!(
            (done.status.as_u16(), &done.body["accepted"], &done.body["rejected"]),
            (200, &json!(2), &json!(2))
        );
        let told = |index: usize| {
            let result = &done.body["results"][index];
            (result["status"].clone(), result["error"]["pointer"].clone(), result["error"]["code"].clone())
        };
        assert_eq!(told(1), (json!("accepted"), Value::Null, Value::Null));
        assert_eq!(told(2), (json!("rejected"), json!("#/phone"), json!("invalid_phone")));
        assert_eq!(told(3), (json!("rejected"), json!("#/expires_at"), json!("in_the_past")));
    }
    let left = statuses(&api, &waiting).await.iter().filter(|one| one[0] == "queued").count();
    assert_eq!(left, 1);
    assert_eq!(api.get(PATH).await.body["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_pointer_and_scopes_are_kept() {
    let api = TestApi::start().await;
    for (form, place, code) in [
        (json!({}), "#/phone", "missing_field"),
        (json!({"phone": "12"}), "#/phone", "invalid_phone"),
        (json!({"phone": "+8613800000000", "purpose": "Two Words"}), "#/purpose", "invalid_purpose"),
        (
            json!({"phone": "+8613800000000", "expires_at": "2020-01-01T00:00:00Z"}),
            "#/expires_at",
            "in_the_past",
        ),
        (json!({"phone": "+8613800000000", "until": 1}), "#/until", "unknown_field"),
    ] {
        let refused = api.post(PATH, &form).await.problem(422, "validation_failed");
        assert_eq!(refused.errors(), [(place, code)], "{form}");
    }
    let mut task = task_with(0);
    task["purpose"] = json!("Marketing");
    let refused = api.post("/v1/tasks", &task).await.problem(422, "validation_failed");
    assert_eq!(refused.errors(), [("#/purpose", "invalid_purpose")]);
    let reader = api.key_with("acme", good_for(&[Scope::SuppressionsRead])).await;
    assert_eq!(send(api.bare(Method::GET, PATH).bearer_auth(&reader)).await.status, 200);
    let refused = api.bare(Method::POST, PATH).bearer_auth(&reader).json(&json!({"phone": "+8613800000000"}));
    send(refused).await.problem(403, "insufficient_scope");
}

#[tokio::test]
async fn a_purpose_may_change_and_counts_as_it_is() {
    let api = TestApi::start().await;
    let mut task = task_with(1);
    task["purpose"] = json!("marketing");
    let task = api.post("/v1/tasks", &task).await;
    assert_eq!(task.text("/purpose"), "marketing");
    let id = task.text("/id").to_owned();
    let changed = api.patch(&format!("/v1/tasks/{id}"), &json!({"purpose": null})).await;
    assert_eq!(changed.body["purpose"], Value::Null, "{}", changed.body);
    let phone = people(0..1)[0]["phone"].clone();
    api.post(PATH, &json!({"phone": phone, "purpose": "marketing"})).await;
    assert_eq!(statuses(&api, &id).await, [json!(["queued", null])]);
}

/// Sends numbers as a stream.
async fn import(api: &TestApi, kind: &str, body: impl Into<reqwest::Body>) -> crate::test_api::Answer {
    api.upload(&format!("{PATH}/import"), kind, body).await
}

/// The whole list, as text.
async fn exported(api: &TestApi, kind: &str, query: &str) -> String {
    let answer = send(api.request(Method::GET, &format!("{PATH}{query}")).header("accept", kind)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.header("content-type").starts_with(kind));
    let name = format!("suppressions.{}", if kind == CSV { "csv" } else { "ndjson" });
    assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{name}\""));
    match answer.body {
        Value::String(text) => text,
        // One line is a document of its own.
        other => other.to_string(),
    }
}

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

#[tokio::test]
async fn a_stream_of_numbers_is_as_long_as_it_likes_and_a_bad_line_costs_no_other() {
    let api = TestApi::start().await;
    let waiting = api.create_task(2).await;
    let mut body = String::from("{\"phone\": \"12\"}\nbroken\n\n");
    for one in people(0..2500) {
        body.push_str(&format!("{{\"phone\": {}, \"source\": \"crm\"}}\n", one["phone"]));
    }
    let send_it = async || {
        let path = format!("{PATH}/import");
        let request = api.request(Method::POST, &path).header("idempotency-key", "list-1");
        send(request.header("content-type", NDJSON).body(body.clone())).await
    };
    let done = send_it().await;
    assert_eq!(
        (done.status.as_u16(), &done.body["accepted"], &done.body["rejected"]),
        (200, &json!(2500), &json!(2))
    );
    let told = |place: usize| {
        let result = &done.body["results"][place];
        (result["index"].clone(), result["error"]["code"].clone())
    };
    assert_eq!(told(0), (json!(1), json!("invalid_phone")));
    assert_eq!(told(1), (json!(2), json!("invalid_json")));
    assert_eq!(told(2), (json!(4), Value::Null));
    assert_eq!(
        (done.body["results"].as_array().unwrap().len(), &done.body["results_truncated"]),
        (1000, &json!(true))
    );
    let again = send_it().await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &done.body));
    assert!(statuses(&api, &waiting).await.iter().all(|one| one[0] == "cancelled"));
    assert_eq!(exported(&api, NDJSON, "").await.lines().count(), 2500);

    let columns = "phone,reason\n'+8613800009001,\"asked, twice\"\n008613800009002,\n1,\n";
    let done = import(&api, CSV, columns).await;
    assert_eq!((&done.body["accepted"], &done.body["rejected"]), (&json!(2), &json!(1)), "{}", done.body);
    let one = api.get(&format!("{PATH}?phone=%2B8613800009001")).await;
    assert_eq!(one.text("/data/0/reason"), "asked, twice");
    for (header, place, code) in [
        ("reason\nasked\n", "#/phone", "missing_column"),
        ("phone,number\n1,2\n", "#/1", "unknown_column"),
        ("phone,phone\n1,2\n", "#/1", "duplicate_column"),
    ] {
        let refused = import(&api, CSV, header).await.problem(422, "validation_failed");
        assert_eq!(refused.errors(), [(place, code)]);
    }
    import(&api, "text/plain", "1").await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn what_was_exported_is_imported_as_it_is() {
    let api = TestApi::start().await;
    let entries = json!([
        {"phone": "+8613800000001", "reason": "=HYPERLINK(\"http://evil.example\")", "source": "-1, \"x\"\ny"},
        {"phone": "+8613800000002", "purpose": "marketing", "expires_at": "2099-01-01T00:00:00.000Z"},
        {"phone": "+8613800000003", "reason": "'tis", "source": "'=1"}
    ]);
    let done = api.post(&format!("{PATH}/import"), &json!({"suppressions": entries})).await;
    assert_eq!(done.body["accepted"], 3);
    let list = async |api: &TestApi, key: &str| {
        let all = send(api.bare(Method::GET, PATH).bearer_auth(key)).await.body["data"].take();
        let fields = ["phone", "purpose", "reason", "source", "expires_at"];
        let mut all: Vec<_> =
            all.as_array().unwrap().iter().map(|one| fields.map(|field| one[field].to_string())).collect();
        all.sort();
        all
    };
    let ours = list(&api, &api.key_of("acme").await).await;
    assert_eq!(ours.len(), 3);
    for kind in [CSV, NDJSON] {
        let text = exported(&api, kind, "").await;
        if kind == CSV {
            let rows: Vec<_> = text.lines().collect();
            assert_eq!(rows[0], "id,phone,purpose,reason,source,created_at,expires_at");
            assert!(rows.iter().any(|row| row.contains(",'+8613800000003,")), "{text}");
            assert!(!text.contains(",=") && !text.contains(",+") && !text.contains("\"="), "{text}");
        }
        let other = api.key_of(if kind == CSV { "of-csv" } else { "of-ndjson" }).await;
        let path = format!("{PATH}/import");
        let request = api.bare(Method::POST, &path).bearer_auth(&other).header("content-type", kind);
        let done = send(request.body(text)).await;
        assert_eq!((&done.body["accepted"], &done.body["rejected"]), (&json!(3), &json!(0)), "{}", done.body);
        assert_eq!(list(&api, &other).await, ours);
    }
    // A filter holds for an export, too; pages do not.
    let marketed = exported(&api, CSV, "?purpose=marketing").await;
    assert_eq!(marketed.lines().count(), 2);
    let paged = api.request(Method::GET, &format!("{PATH}?limit=1")).header("accept", CSV);
    send(paged).await.problem(422, "validation_failed");
    let reader = api.key_with("acme", good_for(&[Scope::CallsRead])).await;
    let refused = api.bare(Method::GET, PATH).bearer_auth(&reader).header("accept", CSV);
    send(refused).await.problem(403, "insufficient_scope");
}
