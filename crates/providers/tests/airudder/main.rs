//! The AI Rudder adapter against the simulated vendor, over real HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

mod bench;
mod pushes;

use bench::{Bench, account, outcome, people, until};
use outdial_model::{Disposition, SegmentId, SegmentStatus};
use outdial_provider::{
    AddContacts, CancelContacts, Control, Effect, ErrorKind, Find, Found, Operation, PageRequest,
    ReadProgress, SegmentRef, SegmentState, Support, Verb,
};
use serde_json::json;

#[tokio::test]
async fn everybody_is_rung_once_and_told_of_in_our_words() {
    let bench = Bench::start().await;
    let people = people(&["00", "01", "02", "03", "04", "05"]);
    let segment = bench.open().await.unwrap();
    bench.add(&segment, &people).await.unwrap();
    let reports = bench.finished(&segment, &people).await;
    let outcomes: Vec<_> = reports.iter().filter_map(outcome).collect();
    assert_eq!(
        outcomes,
        [
            Disposition::AnsweredHuman,
            Disposition::NoAnswer,
            Disposition::Busy,
            Disposition::Declined,
            Disposition::InvalidNumber,
            Disposition::AnsweredMachine,
        ]
    );
    let talk = &reports[0].calls[0];
    assert_eq!(talk.talk_seconds, 20);
    assert!(talk.recording.is_some());
    assert_eq!(bench.most_rings_per_number().await, 1);
}

#[tokio::test]
async fn an_upload_without_an_answer_is_looked_up_by_our_keys() {
    let bench = Bench::bare().await;
    let segment = bench.open().await.unwrap();
    let (sent, unsent) = (people(&["00", "01"]), people(&["22"]));
    bench.fault("uploaddetails", "reset_mid_body", 0).await;
    let error = bench.add(&segment, &sent).await.unwrap_err();
    assert_eq!(error.effect, Effect::Possible);
    assert_eq!(bench.times_asked("uploaddetails").await, 1, "a creating request is sent once");
    bench.heal().await;

    assert_eq!(bench.found(&segment, &sent).await, Some(2));
    assert_eq!(bench.found(&segment, &unsent).await, Some(0));
    assert_eq!(bench.most_rings_per_number().await, 1);
}

#[tokio::test]
async fn an_instance_without_an_answer_is_looked_up_by_its_name() {
    let bench = Bench::start().await;
    let segment = bench.open().await.unwrap();
    let unknown = SegmentRef { vendor_ref: None, ..segment.clone() };
    let Found::Segment(report) = bench.provider.find(&Find::Segment(&unknown)).await.unwrap() else {
        panic!("the instance is there");
    };
    assert_eq!(report.vendor_ref, segment.vendor_ref);

    let bare = account(&bench.simulator, json!({"operations": {}}));
    assert_eq!(bare.find(&Find::Segment(&unknown)).await.unwrap(), Found::CannotTell);
}

#[tokio::test]
async fn an_instance_made_twice_is_seen_and_its_twin_holds_nobody() {
    let bench = Bench::start().await;
    bench.fault("createinstance", "duplicate_create", 0).await;
    let segment = bench.open().await.unwrap();
    let Found::Segment(report) = bench.provider.find(&Find::Segment(&segment)).await.unwrap() else {
        panic!("the instance is there");
    };
    assert_eq!(report.vendor_ref, segment.vendor_ref);
    let [twin] = &report.twins[..] else { panic!("one request, two instances: {:?}", report.twins) };
    assert_eq!(report.contacts, None, "the list counts nobody");

    let of_twin = SegmentRef { vendor_ref: Some(twin.clone()), ..segment.clone() };
    bench.provider.control(&Control { segment: &of_twin, verb: Verb::Stop }).await.unwrap();
    let found = bench.provider.find(&Find::Segment(&segment)).await.unwrap();
    assert!(matches!(found, Found::Segment(report) if report.twins.is_empty()));
    bench.heal().await;
    let people = people(&["00"]);
    bench.add(&segment, &people).await.unwrap();
    bench.finished(&segment, &people).await;
    assert_eq!(bench.most_rings_per_number().await, 1);
}

#[tokio::test]
async fn a_refused_token_is_fetched_again_once() {
    let bench = Bench::bare().await;
    bench.open().await.unwrap();
    bench.forget().await;
    bench.open().await.unwrap();
    assert_eq!(
        bench.asked().await,
        ["createinstance", "auth", "createinstance"],
        "after the vendor forgot the token"
    );

    bench.set(json!({"airudder.token_lifetime_seconds": 0})).await;
    bench.forget().await;
    bench.set(json!({"airudder.token_lifetime_seconds": 0})).await;
    let error = bench.open().await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Unauthenticated, Effect::None));
    assert_eq!(bench.times_asked("createinstance").await, 2);
}

#[tokio::test]
async fn wrong_credentials_mean_that_nothing_was_sent() {
    let bench = Bench::with(json!({"app_secret": "wrong"})).await;
    for status in [200, 401] {
        bench.set(json!({"airudder.bad_credential_status": status})).await;
        let error = bench.provider.check().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthenticated, "HTTP {status}");
        let error = bench.open().await.unwrap_err();
        assert_eq!((error.kind, error.effect), (ErrorKind::Unauthenticated, Effect::NotSent));
    }
    assert_eq!(bench.times_asked("createinstance").await, 0);
}

#[tokio::test]
async fn the_scheme_word_is_a_setting() {
    let bench = Bench::with(json!({"auth_scheme": "Bearer"})).await;
    assert_eq!(bench.open().await.unwrap_err().kind, ErrorKind::Unauthenticated);
    bench.set(json!({"airudder.accept_bearer": true})).await;
    bench.open().await.unwrap();
}

#[tokio::test]
async fn a_refusal_counts_whatever_http_status_it_comes_with() {
    let bench = Bench::bare().await;
    let mut segment = bench.open().await.unwrap();
    segment.vendor_ref = Some("no-such-instance".to_owned());
    for status in [200, 400] {
        bench.set(json!({"airudder.refusal_status": status})).await;
        let error = bench.add(&segment, &people(&["00"])).await.unwrap_err();
        assert_eq!((error.kind, error.effect), (ErrorKind::InvalidRequest, Effect::None));
        assert_eq!(error.code.as_deref(), Some("400"));
    }
}

#[tokio::test]
async fn without_paths_the_rest_is_unsupported_and_says_which_setting_helps() {
    let bench = Bench::bare().await;
    let segment = bench.open().await.unwrap();
    let asked = bench.asked().await.len();
    let request = ReadProgress { segment: &segment, contacts: &people(&["00"]) };
    let error = bench.provider.progress(&request).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Unsupported, Effect::NotSent));
    assert!(error.detail.contains("operations.calls_by_person"), "{error}");
    let error = bench.provider.catalog().await.unwrap_err();
    assert!(error.detail.contains("operations.list_templates"), "{error}");
    let error = bench.provider.control(&Control { segment: &segment, verb: Verb::Stop }).await.unwrap_err();
    assert!(error.detail.contains("sends nobody new and waits"), "{error}");
    assert_eq!(bench.asked().await.len(), asked, "nothing was sent");

    let capabilities = bench.provider.capabilities();
    assert!(matches!(capabilities.support(Operation::Stop), Support::Unsupported(_)));
    assert!(matches!(capabilities.support(Operation::Progress), Support::Unsupported(_)));
}

#[tokio::test]
async fn a_stopped_instance_is_shown_stopped_and_takes_nobody() {
    let bench = Bench::start().await;
    let segment = bench.open().await.unwrap();
    let stop = Control { segment: &segment, verb: Verb::Stop };
    for _ in 0..2 {
        let report = bench.provider.control(&stop).await.unwrap();
        assert_eq!(report.state, SegmentState::Known(SegmentStatus::Stopped));
    }
    let report = bench.provider.segment_status(&segment).await.unwrap();
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Stopped));
    assert_eq!(report.raw.as_deref(), Some("Stopped"));
    let error = bench.add(&segment, &people(&["00"])).await.unwrap_err();
    assert_eq!(error.effect, Effect::None);
}

#[tokio::test]
async fn an_instance_past_its_end_gets_nobody() {
    let bench = Bench::bare().await;
    let segment = bench.open().await.unwrap();
    let opened_at = segment.opened_at - jiff::SignedDuration::from_hours(7 * 24);
    let over = SegmentRef { opened_at, ..segment.clone() };
    let error = bench.add(&over, &people(&["00"])).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Conflict, Effect::NotSent));
    assert_eq!(bench.times_asked("uploaddetails").await, 0);
    let report = bench.provider.segment_status(&over).await.unwrap();
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Completed));
    let error = bench.provider.segment_status(&segment).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported, "until then nobody knows");

    let listing = account(&bench.simulator, json!({}));
    let report = listing.segment_status(&over).await.unwrap();
    assert_ne!(report.state, SegmentState::Known(SegmentStatus::Completed), "the list knows better");
    let request = AddContacts { segment: &over, contacts: &people(&["00"]) };
    assert_eq!(listing.add_contacts(&request).await.unwrap_err().kind, ErrorKind::Conflict);
    // Taken over from the vendor's console: the list shows it under another name than our key.
    let adopted = SegmentRef { key: SegmentId::generate(opened_at), ..over };
    let request = AddContacts { segment: &adopted, contacts: &people(&["00"]) };
    listing.add_contacts(&request).await.unwrap();
}

#[tokio::test]
async fn an_instance_missing_from_the_list_may_be_on_another_page() {
    let bench = Bench::start().await;
    let segment = bench.open().await.unwrap();
    let missing = SegmentRef { vendor_ref: Some("elsewhere".to_owned()), ..segment };
    assert_eq!(bench.provider.find(&Find::Segment(&missing)).await.unwrap(), Found::CannotTell);
    let error = bench.provider.segment_status(&missing).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[tokio::test]
async fn one_person_the_vendor_refuses_to_tell_of_spoils_no_read() {
    let bench = Bench::start().await;
    let segment = bench.open().await.unwrap();
    let (known, stranger) = (people(&["00"]), people(&["33"]));
    bench.add(&segment, &known).await.unwrap();
    bench.finished(&segment, &known).await;
    let missing = SegmentRef { vendor_ref: Some("no-such-instance".to_owned()), ..segment.clone() };
    let of_nobody = ReadProgress { segment: &missing, contacts: &stranger };
    assert_eq!(bench.provider.progress(&of_nobody).await.unwrap().contacts, []);
    let both: Vec<_> = stranger.into_iter().chain(known.clone()).collect();
    let reports =
        bench.provider.progress(&ReadProgress { segment: &segment, contacts: &both }).await.unwrap();
    assert_eq!(reports.contacts.iter().map(|report| &report.key).collect::<Vec<_>>(), [&known[0].key]);
}

#[tokio::test]
async fn a_recording_that_cannot_be_asked_for_spoils_no_read() {
    let bench = Bench::with(json!({"hangup_reasons": {"3": "answered"}})).await;
    let segment = bench.open().await.unwrap();
    let busy = people(&["02"]);
    bench.add(&segment, &busy).await.unwrap();
    bench.fault("call", "garbage", 0).await;
    let reports = bench.finished(&segment, &busy).await;
    assert_eq!(outcome(&reports[0]), Some(Disposition::Answered), "as the account says");
    assert!(bench.times_asked("call").await > 0, "the vendor tells of no recording by itself");
    assert_eq!(reports[0].calls[0].recording, None);
}

#[tokio::test]
async fn whoever_waits_can_be_taken_back_and_strangers_are_told_of() {
    let bench = Bench::start().await;
    bench.set(json!({"airudder.concurrency": 1})).await;
    let segment = bench.open().await.unwrap();
    let (people, stranger) = (people(&["07", "00"]), people(&["33"]));
    bench.add(&segment, &people).await.unwrap();
    let cancel = |contacts| CancelContacts { segment: &segment, contacts };
    assert_eq!(bench.provider.cancel_contacts(&cancel(&people[1..])).await.unwrap(), []);
    let refused = bench.provider.cancel_contacts(&cancel(&stranger)).await.unwrap();
    assert_eq!(refused[0].key, stranger[0].key);
    bench.finished(&segment, &people[..1]).await;
    let report = bench.provider.segment_status(&segment).await.unwrap();
    assert_eq!(report.state, SegmentState::Known(SegmentStatus::Running));
}

#[tokio::test]
async fn an_instance_is_shown_with_its_tasks_and_nobodys_number() {
    let bench = Bench::start().await;
    let (first, second) = (bench.open().await.unwrap(), bench.open().await.unwrap());
    let people = people(&["00"]);
    bench.add(&first, &people).await.unwrap();
    let mut page = PageRequest { cursor: None, limit: 1 };
    let newest = bench.provider.vendor_tasks(&page).await.unwrap();
    assert_eq!(Some(&newest.tasks[0].vendor_ref), second.vendor_ref.as_ref());
    assert_eq!(newest.total, Some(2));
    page.cursor = newest.next;
    let older = bench.provider.vendor_tasks(&page).await.unwrap();
    assert_eq!(Some(&older.tasks[0].vendor_ref), first.vendor_ref.as_ref());
    assert_eq!(older.next, None);

    let task = until("the call task has its row", async || {
        let task = bench.provider.vendor_task(&older.tasks[0].vendor_ref).await.unwrap();
        (task.raw["call_tasks"][0]["task"]["finished"] == 1).then_some(task)
    })
    .await;
    assert_eq!(
        task.created_at.map(|at| at.as_millisecond().to_string().into()),
        Some(task.raw["create_time"].clone())
    );
    assert!(task.name.is_some_and(|name| name.starts_with(first.key.as_str())));
    assert_eq!(task.raw["node_tasks"][0]["node_type"], "PDS");
    let shown = task.raw.to_string();
    assert!(shown.contains(people[0].key.as_str()));
    assert!(!shown.contains(people[0].phone.digits()) && !shown.contains("Ana"), "{shown}");

    let error = bench.provider.vendor_task("no-such-instance").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn each_call_task_is_asked_for_its_details() {
    let bench = Bench::start().await;
    let segment = bench.open().await.unwrap();
    let people = people(&["00", "02"]);
    bench.add(&segment, &people).await.unwrap();
    bench.finished(&segment, &people).await;

    let before = bench.times_asked("taskdetail").await;
    let task = bench.provider.vendor_task(segment.vendor_ref.as_deref().unwrap()).await.unwrap();
    let shown = task.raw["call_tasks"].as_array().unwrap();
    assert_eq!(bench.times_asked("taskdetail").await - before, shown.len());
    let (call_task, detail) = (&shown[0]["task"], &shown[0]["detail"]);
    assert_eq!(detail["task_id"], call_task["task_id"]);
    let rows: Vec<_> = detail["details"].as_array().unwrap().iter().collect();
    let told: Vec<_> =
        rows.iter().map(|row| (row["case_id"].as_str(), row["hangupReason"].as_i64())).collect();
    assert_eq!(told, [(Some(people[0].key.as_str()), Some(12)), (Some(people[1].key.as_str()), Some(3))]);
    assert!(rows.iter().all(|row| row["callee"] == "+****" && row["variables"].is_null()), "{rows:?}");

    bench.fault("taskdetail", "garbage", 0).await;
    let error = bench.provider.vendor_task(&task.vendor_ref).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.detail.starts_with("taskdetail"), "{error}");
}

#[tokio::test]
async fn templates_are_offered_in_the_form_a_task_takes() {
    let bench = Bench::start().await;
    let templates = bench.provider.catalog().await.unwrap().templates.unwrap();
    let mut task = bench::spec();
    for template in &templates {
        task.script.template_id = template.id.clone();
        assert_eq!(bench.provider.refuse_task(&task), []);
    }
    assert!(templates.iter().any(|template| template.name.as_deref() == Some("Survey")));
}
