use super::super::tasks::segment_state;
use super::*;
use crate::nxtele::testing::{config, contact};
use serde_json::{Value, json};

fn answer(body: Value) -> BatchAnswer {
    serde_json::from_value(body).unwrap()
}

fn people() -> Vec<DialContact> {
    vec![contact("+8613800000000"), contact("+8613800000001")]
}

fn taken(body: Value, code: i64, contacts: &[DialContact]) -> Result<Added, ProviderError> {
    let refusal = (code != 0).then(|| super::super::refusal(code, None));
    added(&answer(body), refusal, contacts)
}

#[test]
fn a_person_is_sent_with_our_key_twice_and_digits_only() {
    let people = people();
    let callbacks = Callbacks::new("https://gw.example/ingress/a/s");
    let list = serde_json::to_value(call_info_list(&people, &callbacks)).unwrap();
    let key = people[0].key.as_str();
    let expected = json!({
        "orderID": key, "userPhone": "8613800000000", "other": key, "userName": "Some Body", "customerName": "",
        "params": [{"name": "due", "value": "12 March"}],
    });
    assert_eq!(list["callList"][0], expected);
    assert_eq!(list["orderCallbackUrl"], "https://gw.example/ingress/a/s/order");
    assert_eq!(list["callCallbackUrl"], "https://gw.example/ingress/a/s/call");
}

#[test]
fn a_number_is_never_twice_in_a_request_and_whoever_waits_is_looked_up() {
    let twins = [contact("+8613800000000"), contact("+8613800000000"), contact("+8613800000001")];
    let list = call_info_list(&twins, &Callbacks::new(""));
    let sent: Vec<_> = list.call_list.iter().map(|order| order.order_id).collect();
    assert_eq!(sent, [twins[0].key.as_str(), twins[2].key.as_str()]);
    let added = taken(json!({"totalCount": 2, "successCount": 2}), 0, &twins).unwrap();
    assert!(added.ambiguous && added.refused.is_empty());
}

#[test]
fn who_is_refused_is_told_by_number() {
    let people = people();
    let body = json!({"totalCount": 2, "successCount": 1, "errList": [{"phone": "8613800000001", "errMsg": "bad 8613800000001"}]});
    for code in [0, 4] {
        let added = taken(body.clone(), code, &people).unwrap();
        assert!(!added.ambiguous);
        assert_eq!(added.refused.len(), 1);
        assert_eq!(added.refused[0].key, people[1].key);
        assert_eq!(added.refused[0].reason, "NXTele: bad ****");
    }
    assert!(taken(body, 5001, &people).unwrap().ambiguous, "a failure inside may have taken more");
}

#[test]
fn a_reason_that_names_the_person_is_not_shown() {
    let people = people();
    let body = json!({"totalCount": 2, "successCount": 1, "errList": [{"phone": 8_613_800_000_000i64, "errMsg": "no Some Body"}]});
    let added = taken(body, 0, &people).unwrap();
    assert!(!added.refused[0].reason.contains("Some Body"));
}

#[test]
fn counts_that_disagree_leave_it_open() {
    let people = people();
    let odd = [
        json!({}),
        json!({"totalCount": 2}),
        json!({"totalCount": 2, "successCount": 1, "errList": null}),
        json!({"totalCount": 3, "successCount": 2}),
        json!({"totalCount": 2, "successCount": 2, "errList": [{"phone": "8613800000001"}]}),
        json!({"totalCount": 2, "successCount": 1, "errList": [{"phone": "8613999999999"}]}),
        json!({"totalCount": 2, "successCount": -1}),
    ];
    for body in odd {
        assert!(taken(body.clone(), 0, &people).unwrap().ambiguous, "{body}");
    }
    let whole = taken(json!({"totalCount": "2", "successCount": 2, "errList": null}), 0, &people).unwrap();
    assert!(!whole.ambiguous);
}

#[test]
fn a_refusal_of_the_whole_is_an_error() {
    let people = people();
    for body in [json!({}), json!({"totalCount": 0, "successCount": 0, "errList": []})] {
        let error = taken(body, 4001, &people).unwrap_err();
        assert_eq!(error.effect, Effect::None);
    }
}

#[test]
fn a_new_task_that_refuses_people_is_looked_up() {
    let people = people();
    let refusal = || Some(super::super::refusal(4, None));
    let body = json!({"totalCount": 2, "successCount": 0, "errList": [{"phone": "8613800000000"}, {"phone": "8613800000001"}]});
    let error = opened_with(&answer(body), refusal(), &people).unwrap_err();
    assert_eq!(error.effect, Effect::Possible);
    let error = opened_with(&answer(json!({})), refusal(), &people).unwrap_err();
    assert_eq!(error.effect, Effect::None);
}

fn progress(order: Value, task_status: i64) -> Vec<ContactProgress> {
    let people = people();
    let mut order = order;
    order["orderID"] = json!(people[0].key.as_str());
    let details = serde_json::from_value(json!({"orderDetailList": [order]})).unwrap();
    let reports =
        contact_reports(&details, &people, Some(segment_state(task_status)), &config(json!({})).call_status);
    reports.unwrap().into_iter().map(|report| report.progress).collect()
}

fn calls(answered: &[i64]) -> Value {
    let call = |at: &i64| json!({"callID": "c", "callAnswerTs": at, "callEndTs": 1_700_000_100, "hangupCause": "USER_BUSY"});
    answered.iter().map(call).collect()
}

#[test]
fn an_order_is_done_when_it_says_so_and_answered_wins() {
    let order = |calls: Value| json!({"finish": true, "callInfoDetailList": calls});
    assert_eq!(progress(order(calls(&[0, 0])), 2), [ContactProgress::Done(Disposition::Busy)]);
    assert_eq!(
        progress(order(calls(&[1_700_000_000, 0])), 2),
        [ContactProgress::Done(Disposition::Answered)]
    );
}

#[test]
fn an_unfinished_order_waits_or_is_dialed_whatever_the_task_does() {
    for status in [1, 2, 3, 4, 5, 6] {
        assert_eq!(
            progress(json!({"finish": false, "callInfoDetailList": null}), status),
            [ContactProgress::Waiting]
        );
        let between = json!({"finish": false, "callInfoDetailList": calls(&[0])});
        assert_eq!(progress(between, status), [ContactProgress::Dialing]);
    }
}

#[test]
fn an_order_that_ends_without_a_call_is_never_surely_not_dialed() {
    let silent = json!({"finish": true, "callInfoDetailList": []});
    assert_eq!(progress(silent.clone(), 2), [ContactProgress::Done(Disposition::Unknown)]);
    assert_eq!(progress(silent, 3), [ContactProgress::Absent]);
}

#[test]
fn a_call_that_cannot_be_read_was_a_call() {
    let order = |finish: bool| json!({"finish": finish, "callInfoDetailList": [{"callStatus": 1}]});
    for status in [2, 3] {
        assert_eq!(progress(order(true), status), [ContactProgress::Done(Disposition::Unknown)]);
        assert_eq!(progress(order(false), status), [ContactProgress::Dialing]);
    }
}

#[test]
fn an_answer_about_somebody_else_or_without_a_list_proves_nobodys_absence() {
    let people = people();
    let read = |body: Value| {
        let details: OrderDetails = serde_json::from_value(body).ok()?;
        let reports = contact_reports(&details, &people, None, &config(json!({})).call_status);
        reports.ok().map(|reports| reports.len())
    };
    let ours = json!({"orderID": people[0].key.as_str(), "finish": false});
    let stranger = contact("+8613800000009");
    for odd in [json!({"orderID": stranger.key.as_str()}), json!({"orderID": "?"}), json!({})] {
        assert_eq!(read(json!({"orderDetailList": [ours, odd]})), None, "{odd}");
    }
    assert_eq!(read(json!({})), None);
    assert_eq!(read(json!({"orderDetailList": [ours]})), Some(1));
    assert_eq!(read(json!({"orderDetailList": []})), Some(0));
    assert_eq!(read(json!({"orderDetailList": null})), Some(0));
}

#[test]
fn who_cannot_be_cancelled_is_told_by_our_key() {
    let people = people();
    let stop = |body: Value, code: i64| {
        let refusal = (code != 0).then(|| super::super::refusal(code, None));
        not_cancelled(&serde_json::from_value(body).unwrap(), refusal, &people)
    };
    let named = json!({"totalCount": 2, "successCount": 1, "errList": [{"orderID": people[1].key.as_str(), "errMsg": "gone"}]});
    let refused = stop(named.clone(), 0).unwrap();
    assert_eq!((&refused[0].key, &*refused[0].reason), (&people[1].key, "NXTele: gone"));
    assert_eq!(stop(named, 4).unwrap().len(), 1);
    assert!(stop(json!({}), 0).unwrap().is_empty());
    assert!(stop(json!({}), 4).is_err());
    assert!(stop(json!({"successCount": 1}), 0).is_err(), "one is missing and nobody knows who");
}
